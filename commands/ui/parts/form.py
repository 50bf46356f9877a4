"""A form made of a JSON Schema, and beside it the JSON that it makes; either can be edited."""

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui

from commands.ui.parts.nested import Group
from commands.ui.parts.schema import Path, Schema, blank, faults
from commands.ui.zone import Zone

_WAIT = 400  # ms after the last key


class Form:
    """Fields by a schema of an object; `text` is what they make, as it stands in the raw field."""

    def __init__(
        self,
        schema: Schema,
        zone: Zone,
        value: Any = None,
        on_change: Callable[[], object] | None = None,
    ) -> None:
        """`value` is what the fields hold at first; `on_change` is called when that changes."""
        self._schema, self._on_change = schema, on_change
        self._is_quiet = False  # while it fills fields itself
        self._is_checked = False  # from the first look for faults on, they are shown
        self._unread = ""  # why the raw text is no JSON
        with ui.element("div").classes("form"):
            with ui.element("div").classes("form-fields"):
                self._group = Group(schema, zone, self._typed)
                if not schema.get("properties"):
                    ui.label("It has no fields.").classes("muted")
            with ui.element("div").classes("form-raw"):
                self._raw = ui.textarea("Payload (JSON)").classes("code w-full")
                self._raw.props(f"outlined autogrow stack-label debounce={_WAIT} spellcheck=false")
                self._raw.on_value_change(self._written)
                self._told = ui.column().classes("gap-none").props("role=status")
        self.show(blank(schema) if value is None else value)

    @property
    def text(self) -> str:
        """The JSON, spelled as somebody may have written it."""
        return self._raw.value or "{}"

    @property
    def value(self) -> Any:
        """The same, read; raises ValueError when it is no JSON."""
        return json.loads(self.text)

    def show(self, value: Any) -> None:
        """Hold this from now on."""
        self._fill(value)
        self._write()

    def check(self) -> bool:
        """Whether it can be sent; says at the fields what is wrong."""
        self._is_checked = True
        return self._look()

    def _fill(self, value: Any) -> None:
        self._is_quiet = True
        try:
            self._group.show(value)
        finally:
            self._is_quiet = False

    def _write(self) -> None:
        self._is_quiet = True
        try:
            self._raw.set_value(json.dumps(self._group.value, indent=2, ensure_ascii=False))
            self._unread = ""
        finally:
            self._is_quiet = False

    def _typed(self) -> None:
        """In a field: the JSON follows."""
        if not self._is_quiet:
            self._write()
            self._changed()

    def _written(self) -> None:
        """In the JSON: the fields follow."""
        if self._is_quiet:
            return
        try:
            value = self.value
        except ValueError as error:
            self._unread = f"This is no JSON: {error}"
        else:
            self._unread = ""
            self._fill(value)
        self._changed()

    def _changed(self) -> None:
        if self._is_checked or self._unread:
            self._look()
        if self._on_change:
            self._on_change()

    def _look(self) -> bool:
        found = [] if self._unread else list(faults(self._schema, self.value))
        shown = found if self._is_checked else []
        self._group.tell(dict(shown), ())
        self._tell([self._unread] if self._unread else [f"{_place(at)} {why}" for at, why in shown])
        return not (found or self._unread)

    def _tell(self, words: list[str]) -> None:
        self._told.clear()
        with self._told:
            for each in words:
                ui.label(each).classes("form-fault")


def _place(at: Path) -> str:
    """Where it is, as people write it, e.g. chargingSchedulePeriod[2].limit."""
    text = ""
    for each in at:
        text += f"[{each}]" if isinstance(each, int) else f".{each}"
    return text.removeprefix(".") or "the payload"

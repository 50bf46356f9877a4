"""Fields of a form that hold one value: text, a number, one of several, a time."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from nicegui import ui

from commands.ui.parts.schema import Path, Schema, is_time
from commands.ui.zone import Zone

ABSENT: Final = object()  # of a member that is left out
_LONG = 300  # characters; what may be longer has several lines


class Field(Protocol):
    """One member, or an item of a list."""

    @property
    def value(self) -> Any:
        """As it goes into the payload; ABSENT when it is left out."""

    def show(self, value: Any) -> None:
        """Hold this from now on, even if it does not fit; ABSENT: nothing."""

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        """Say what is wrong, with this field at `at`."""


class Scalar:
    """Text or a number, in one line or several."""

    def __init__(self, name: str, schema: Schema, changed: Callable[[], object]) -> None:
        self._kind = schema.get("type", "string")
        self._given: Any = ABSENT  # kept until somebody types: "" and 6.0 are as they were given
        self._shown = ""
        most = schema.get("maxLength", _LONG + 1 if _is_long(name, schema) else 0)
        make = ui.textarea if most > _LONG else ui.input
        self.element = make(name).classes("form-field").props("outlined dense stack-label")
        self._dress(schema, most)
        self.element.on_value_change(lambda _: changed())

    def _dress(self, schema: Schema, most: int) -> None:
        if self._kind in {"integer", "number"}:
            self.element.props("inputmode=decimal autocomplete=off")
        if unit := schema.get("x-unit"):
            self.element.props["suffix"] = unit
        hint = schema.get("description", "")
        if self._kind == "string" and 0 < most <= _LONG:
            hint = "; ".join(filter(None, (hint, f"at most {most} characters")))
        self.element.props["hint"] = hint
        if most > _LONG:
            self.element.props("autogrow spellcheck=false")

    @property
    def value(self) -> Any:
        typed = self.element.value or ""
        if typed == self._shown and self._given is not ABSENT:
            return self._given
        if not typed:
            return ABSENT
        return typed if self._kind == "string" else _number(typed)

    def show(self, value: Any) -> None:
        self._given = value
        self._shown = "" if value is ABSENT else str(value)
        self.element.set_value(self._shown)

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        mark(self.element, faults.get(at, ""))


class Choice:
    """One of several."""

    def __init__(self, name: str, schema: Schema, changed: Callable[[], object]) -> None:
        options = schema.get("enum", (True, False))
        self._options = {each: _word(each) for each in options}
        self.element = ui.select(dict(self._options), label=name, clearable=True)
        self.element.classes("form-field").props("outlined dense options-dense stack-label")
        self.element.props["hint"] = schema.get("description", "")
        self.element.on_value_change(lambda _: changed())

    @property
    def value(self) -> Any:
        return ABSENT if self.element.value is None else self.element.value

    def show(self, value: Any) -> None:
        chosen = None if value is ABSENT else value
        options = dict(self._options)
        if chosen is not None and not isinstance(chosen, list | dict):
            options.setdefault(chosen, f"{chosen}")
            self.element.set_options(options, value=chosen)
        else:
            self.element.set_options(options, value=None)

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        mark(self.element, faults.get(at, ""))


class Moment:
    """A time, typed in the viewer's zone, sent in UTC."""

    def __init__(
        self, name: str, schema: Schema, zone: Zone, changed: Callable[[], object]
    ) -> None:
        self._zone, self._hint = zone, schema.get("description", "")
        self._given: Any = ABSENT
        self._shown = ""
        self.element = ui.input(name).classes("form-field")
        self.element.props("type=datetime-local step=1 outlined dense stack-label")
        self.element.on_value_change(lambda _: self._changed(changed))
        self._explain()

    @property
    def value(self) -> Any:
        typed = self.element.value or ""
        if typed == self._shown:
            return self._given
        if not typed:
            return ABSENT
        with contextlib.suppress(ValueError):
            return written(self._zone.of(typed))
        return typed

    def show(self, value: Any) -> None:
        self._given = value
        readable = isinstance(value, str) and is_time(value)
        self._shown = f"{self._zone.local(value):%Y-%m-%dT%H:%M:%S}" if readable else ""
        self.element.set_value(self._shown)
        self._explain()

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        mark(self.element, faults.get(at, ""))

    def _changed(self, changed: Callable[[], object]) -> None:
        self._explain()
        changed()

    def _explain(self) -> None:
        said = "" if self.value is ABSENT else str(self.value)
        self.element.props["hint"] = "; ".join(filter(None, (self._hint, said or self._zone.name)))
        self.element.update()


def written(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def mark(element: ui.element, fault: str) -> None:
    """Say at a field what is wrong with it; "": nothing."""
    if element.props.get("error-message", "") != fault:
        element.props["error-message"] = fault
        element.props["error"] = bool(fault)
        element.update()


def _number(typed: str) -> Any:
    """As it was typed when it is no number: then that is said."""
    for read in (int, float):
        with contextlib.suppress(ValueError):
            return read(typed)
    return typed


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_long(name: str, schema: Schema) -> bool:
    """Text without a bound may be long, but a location is one line."""
    return schema.get("type") == "string" and "location" not in name.lower()

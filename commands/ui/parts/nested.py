"""Fields of a form that hold others: objects, objects that may be left out, lists."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from commands.ui.parts.fields import ABSENT, Choice, Field, Moment, Scalar
from commands.ui.parts.schema import Path, Schema, blank
from commands.ui.zone import Zone

Changed = Callable[[], object]


class Group:
    """The members of an object, in the order of the schema; unknown ones are kept as they came."""

    def __init__(self, schema: Schema, zone: Zone, changed: Changed) -> None:
        self._others: dict[str, Any] = {}
        self._fields: dict[str, Field] = {}
        needed = schema.get("required", ())
        with ui.element("div").classes("form-group"):
            for name, each in schema.get("properties", {}).items():
                self._fields[name] = field(name, each, zone, changed, is_needed=name in needed)

    @property
    def value(self) -> Any:
        """As it goes into the payload."""
        told = {name: each.value for name, each in self._fields.items()}
        return {name: value for name, value in told.items() if value is not ABSENT} | self._others

    def show(self, value: Any) -> None:
        """Hold this from now on."""
        given = value if isinstance(value, dict) else {}
        self._others = {name: each for name, each in given.items() if name not in self._fields}
        for name, each in self._fields.items():
            each.show(given.get(name, ABSENT))

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        """Say what is wrong with the members."""
        for name, each in self._fields.items():
            each.tell(faults, (*at, name))


class Framed:
    """An object that has a name; one that may be left out has a switch, and is made when needed."""

    def __init__(
        self, name: str, schema: Schema, zone: Zone, changed: Changed, *, is_needed: bool
    ) -> None:
        self._schema, self._zone, self._changed = schema, zone, changed
        self._group: Group | None = None
        with ui.element("fieldset").classes("form-frame"):
            with ui.element("legend"):
                if is_needed:
                    ui.label(name)
                    self._switch = None
                else:
                    self._switch = ui.switch(f"{name} (optional)").props("dense")
                    self._switch.on_value_change(self._turn)
            if hint := schema.get("description"):
                ui.label(hint).classes("muted")
            self._box = ui.element("div")
        if is_needed:
            self._make(blank(schema))

    @property
    def value(self) -> Any:
        """As it goes into the payload; ABSENT when it is left out."""
        return self._group.value if self._group else ABSENT

    def show(self, value: Any) -> None:
        """Hold this from now on."""
        if value is ABSENT and self._switch:
            self._drop()
        else:
            self._make({} if value is ABSENT else value)
        if self._switch:
            self._switch.set_value(self._group is not None)

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        """Say what is wrong with the members."""
        if self._group:
            self._group.tell(faults, at)

    def _turn(self) -> None:
        is_on = bool(self._switch and self._switch.value)
        if is_on == (self._group is not None):
            return
        if is_on:
            self._make(blank(self._schema))
        else:
            self._drop()
        self._changed()

    def _make(self, value: Any) -> None:
        if self._group is None:
            with self._box:
                self._group = Group(self._schema, self._zone, self._changed)
        self._group.show(value)

    def _drop(self) -> None:
        self._group = None
        self._box.clear()


class Rows:
    """A list, whose items are added and removed; an empty one that is not needed is left out."""

    def __init__(
        self, name: str, schema: Schema, zone: Zone, changed: Changed, *, is_needed: bool
    ) -> None:
        self._name, self._zone, self._changed = name, zone, changed
        self._is_needed, self._items = is_needed, schema.get("items", {})
        self._rows: list[tuple[ui.element, Field | Group]] = []
        self._is_given = False  # also when it is empty
        with ui.element("fieldset").classes("form-frame"):
            with ui.element("legend"):
                ui.label(name)
            hint = schema.get("description") or self._items.get("description", "")
            ui.label(hint).classes("muted")
            self._box = ui.element("div").classes("form-rows")
            self._fault = ui.label().classes("form-fault")
            add = ui.button("Add", icon="add", on_click=self._append)
            add.props("flat dense no-caps")
            add.props["aria-label"] = f"Add to {name}"

    @property
    def value(self) -> Any:
        """As it goes into the payload; ABSENT when it is left out."""
        if not self._rows and not self._is_needed and not self._is_given:
            return ABSENT
        values = (field.value for _, field in self._rows)
        return ["" if value is ABSENT else value for value in values]

    def show(self, value: Any) -> None:
        """Hold this from now on."""
        given = value if isinstance(value, list) else []
        self._is_given = isinstance(value, list)
        while len(self._rows) > len(given):
            self._remove(self._rows[-1][0])
        while len(self._rows) < len(given):
            self._make()
        for (_, row), each in zip(self._rows, given, strict=True):
            row.show(each)

    def tell(self, faults: Mapping[Path, str], at: Path) -> None:
        """Say what is wrong with the list and its items."""
        self._fault.text = faults.get(at, "")
        for place, (_, row) in enumerate(self._rows):
            row.tell(faults, (*at, place))

    def _append(self) -> None:
        row = self._make()
        if isinstance(row, Group):
            row.show(blank(self._items))
        self._changed()

    def _make(self) -> Field | Group:
        with self._box, ui.element("div").classes("form-row") as place:
            made = item(self._items, self._zone, self._changed)
            remove = ui.button(icon="close", on_click=lambda: self._take_out(place))
            remove.props("flat dense round")
            remove.props["aria-label"] = f"Remove from {self._name}"
        self._rows.append((place, made))
        return made

    def _take_out(self, place: ui.element) -> None:
        self._remove(place)
        self._is_given = False
        self._changed()

    def _remove(self, place: ui.element) -> None:
        self._rows = [row for row in self._rows if row[0] is not place]
        place.delete()


def item(schema: Schema, zone: Zone, changed: Changed) -> Field | Group:
    """What stands in a row of a list."""
    if schema.get("type") == "object":
        return Group(schema, zone, changed)
    return field(schema.get("title", "value"), schema, zone, changed, is_needed=True)


def field(name: str, schema: Schema, zone: Zone, changed: Changed, *, is_needed: bool) -> Field:
    """The field for a schema, made where the page is being built."""
    kind = schema.get("type")
    label = name if is_needed else f"{name} (optional)"
    if kind == "object":
        return Framed(name, schema, zone, changed, is_needed=is_needed)
    if kind == "array":
        return Rows(label, schema, zone, changed, is_needed=is_needed)
    if "enum" in schema or kind == "boolean":
        return Choice(label, schema, changed)
    if schema.get("format") == "date-time":
        return Moment(label, schema, zone, changed)
    return Scalar(label, schema, changed)

"""The fields of a charging profile; what is wrong stands at them."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from commands.ui.pages.charging_profiles.draft import Draft, clock, seconds
from commands.ui.parts import asking
from commands.ui.zone import Zone

_PURPOSES = ("TxDefaultProfile", "TxProfile", "ChargePointMaxProfile")
_KINDS = ("Absolute", "Recurring", "Relative")
_UNITS = {"A": "A (each phase)", "W": "W (all phases)"}
_TIMES = ("valid_from", "valid_to", "schedule.start")
_LENGTH = "seconds, or h:mm"
_WAIT = 150  # ms after the last key


class Fields:
    """What is common to all periods; `fill` and `read` are each other's inverse."""

    def __init__(self, zone: Zone, changed: Callable[[], object]) -> None:
        self._zone = zone
        self._by_name: dict[str, ValidationElement[Any]] = {}
        with ui.element("div").classes("fields"):
            self._make()
        for field in self._by_name.values():
            field.props(f"outlined dense hide-bottom-space debounce={_WAIT}").on_value_change(
                changed
            )
        self._by_name["kind"].on_value_change(self._fit)

    def fill(self, draft: Draft) -> None:
        """Show a draft."""
        for name, field in self._by_name.items():
            value = _at(draft, name)
            if name in _TIMES:
                value = asking.local(value, self._zone)
            elif name == "schedule.duration":
                value = clock(value)
            field.value = value
        self._fit()

    def read(self) -> Draft:
        """What they say, without the periods."""
        values = {name: field.value for name, field in self._by_name.items()}
        for name in _TIMES:
            values[name] = self._moment(str(values[name] or ""))
        values["schedule.duration"] = seconds(str(values["schedule.duration"] or ""))
        values["stack_level"] = _whole(values["stack_level"])
        values["recurrency"] = values["recurrency"] if values["kind"] == "Recurring" else None
        if values["kind"] == "Relative":
            values["schedule.start"] = None
        own = {name: value for name, value in values.items() if not name.startswith("schedule.")}
        within = {n.removeprefix("schedule."): v for n, v in values.items() if n not in own}
        return {**own, "schedule": within}

    def show(self, faults: dict[str, str]) -> None:
        """What is wrong, each at its field."""
        for name, field in self._by_name.items():
            field.error = faults.get(name)

    @property
    def names(self) -> set[str]:
        """Of all of them."""
        return set(self._by_name)

    def _make(self) -> None:
        fields: dict[str, ValidationElement[Any]] = {
            "description": ui.input("Description").props("maxlength=500"),
            "purpose": ui.select(list(_PURPOSES), label="Purpose"),
            "kind": ui.select(list(_KINDS), label="Kind"),
            "recurrency": ui.select(["Daily", "Weekly"], label="Recurs"),
            "stack_level": ui.number("Stack level", min=0, precision=0),
            "schedule.unit": ui.select(_UNITS, label="Unit"),
            "schedule.start": asking.moment("Start"),
            "schedule.duration": ui.input("Duration").props(f'hint="{_LENGTH}; empty: open"'),
            "schedule.min_rate": ui.number("Minimum rate", min=0),
            "valid_from": asking.moment("Valid from"),
            "valid_to": asking.moment("Valid until"),
        }
        self._by_name |= fields

    def _fit(self) -> None:
        """Show what belongs to the kind."""
        kind = self._by_name["kind"].value
        self._by_name["recurrency"].set_visibility(kind == "Recurring")
        self._by_name["schedule.start"].set_visibility(kind != "Relative")

    def _moment(self, text: str) -> str | None:
        try:
            return self._zone.of(text).isoformat() if text else None
        except ValueError:
            return None  # half of one is typed


class Periods:
    """The rows of periods."""

    def __init__(self, changed: Callable[[], object]) -> None:
        self._changed = changed
        self._rows: list[_Row] = []
        self._box = ui.column().classes("w-full periods")
        add = ui.button("Add a period", on_click=self._add).props("no-caps flat icon=add")
        add.classes("self-start")

    def fill(self, periods: list[dict[str, Any]]) -> None:
        """Show these and no others; rows that are there are kept."""
        while len(self._rows) > len(periods):
            self._rows.pop().box.delete()
        while len(self._rows) < len(periods):
            self._append()
        for row, period in zip(self._rows, periods, strict=True):
            row.fill(period)

    def read(self) -> list[dict[str, Any]]:
        """What they say."""
        return [row.read() for row in self._rows]

    def show(self, faults: dict[str, str]) -> None:
        """What is wrong, each at its field."""
        for place, row in enumerate(self._rows):
            row.show(faults, f"schedule.periods.{place}.")

    def _append(self) -> None:
        with self._box:
            self._rows.append(_Row(len(self._rows) + 1, self._changed, self._remove))

    def _add(self) -> None:
        """An hour after the last one, with its limit."""
        last = self._rows[-1].read() if self._rows else {"start": -3600, "limit": 16.0}
        start = last["start"] if isinstance(last["start"], int) else 0
        self._append()
        self._rows[-1].fill({"start": start + 3600, "limit": last["limit"], "phases": None})
        self._changed()

    def _remove(self, row: "_Row") -> None:
        if len(self._rows) == 1:
            ui.notify("A schedule has one period at least.")
            return
        self._rows.remove(row)
        row.box.delete()
        self._changed()


class _Row:
    def __init__(
        self, number: int, changed: Callable[[], object], remove: Callable[["_Row"], object]
    ) -> None:
        with ui.row().classes("period no-wrap") as self.box:
            start = ui.input("Begins after").props(f'hint="{_LENGTH}" hide-hint')
            limit, phases = ui.number("Limit", min=0, step=1), ui.number("Phases", min=1, max=3)
            self._fields: dict[str, ValidationElement[Any]] = {
                "start": start,
                "limit": limit,
                "phases": phases,
            }
            for field in self._fields.values():
                field.props(f"outlined dense hide-bottom-space debounce={_WAIT}").on_value_change(
                    changed
                )
            drop = ui.button(icon="delete", on_click=lambda: remove(self)).props("flat dense")
            drop.props["aria-label"] = f"Remove period {number}"

    def fill(self, period: dict[str, Any]) -> None:
        """Show it; what means the same already stays as it is typed."""
        if self.read() == period:
            return
        self._fields["start"].value = clock(period.get("start"))
        self._fields["limit"].value = period.get("limit")
        self._fields["phases"].value = period.get("phases")

    def read(self) -> dict[str, Any]:
        """What it says."""
        return {
            "start": seconds(str(self._fields["start"].value or "")),
            "limit": self._fields["limit"].value,
            "phases": _whole(self._fields["phases"].value),
        }

    def show(self, faults: dict[str, str], at: str) -> None:
        """What is wrong."""
        for name, field in self._fields.items():
            field.error = faults.get(at + name)


def _at(draft: Draft, name: str) -> Any:
    group, _, rest = name.partition(".")
    return draft[group].get(rest) if rest else draft.get(name)


def _whole(value: object) -> object:
    """A number without its .0, as browsers send them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

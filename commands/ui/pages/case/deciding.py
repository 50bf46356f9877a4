"""Deciding of a case: what, about which transaction, by which readings, and why."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.case.evidence import Evidence
from commands.ui.pages.case.words import RULINGS, consequence
from commands.ui.parts.asking import number, placed
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import section
from commands.ui.visit import Visit

_KNOWS_BETTER = frozenset({"assign", "accept"})  # where meter and energy may be said


class Deciding:
    """A form that stays as it is filled in, however often there is news."""

    def __init__(
        self,
        visit: Visit,
        path: str,
        evidence: Evidence,
        decided: Callable[[], Awaitable[object]],
    ) -> None:
        """`decided` is called once it is."""
        self._visit, self._path, self._evidence, self._decided = visit, path, evidence, decided
        self._case: Any = None
        evidence.on_choice = self._offer
        with ui.element("div") as self._box, section("Decide"):
            self._ruling = ui.radio({}, on_change=self._preview).props("aria-label=Ruling")
            self._to = ui.select({}, label="Transaction that it belongs to", on_change=self._look)
            self._to.props("outlined dense options-dense").classes("w-full")
            with ui.row().classes("filters") as self._better:
                self._meter = self._number("Meter at the end, Wh, if known better")
                self._energy = self._number("Energy, Wh, if the readings cannot tell")
            self._note = ui.input("Why, for the record")
            self._note.props("outlined dense maxlength=1000").classes("w-full")
            self._follows = ui.label().classes("follows").props("role=status")
            self._wrong = ui.label().classes("wrong pre-line").props("role=alert")
            decide = ui.button("Decide", icon="gavel", on_click=self._go)
            decide.props("no-caps unelevated")
            decide.bind_enabled_from(self._note, "value", backward=bool)

    def show(self, case: Any) -> None:
        """What may be decided now."""
        self._case = case
        rulings = {each: RULINGS[each] for each in case["rulings"]}
        self._box.set_visibility(bool(rulings) and self._visit.may("operator"))
        if rulings != self._ruling.options:
            first = next(iter(rulings), None)
            self._ruling.set_options(rulings, value=first)
        self._offer()

    def _offer(self) -> None:
        """The candidates, and the one that is looked at."""
        if self._case is None:
            return
        options = {each["transaction"]["id"]: _named(each) for each in self._case["candidates"]}
        chosen = self._evidence.chosen
        number = chosen["transaction"]["id"] if chosen else None
        if (options, number) != (self._to.options, self._to.value):
            self._to.set_options(options, value=number)
        self._preview()

    async def _look(self) -> None:
        chosen, number = self._evidence.chosen, self._to.value
        if number is not None and (chosen is None or chosen["transaction"]["id"] != number):
            await self._evidence.look(number)

    def _number(self, label: str) -> ui.number:
        field = ui.number(label, min=0, on_change=self._preview)
        return field.props("outlined dense clearable").classes("wide")

    def _preview(self) -> None:
        if self._case is None or not self._ruling.value:
            return
        self._better.set_visibility(self._ruling.value in _KNOWS_BETTER)
        self._to.set_visibility(self._ruling.value == "assign")
        self._follows.text = self._consequence()

    def _consequence(self) -> str:
        return consequence(
            self._case,
            self._ruling.value,
            self._evidence.chosen,
            meter_wh=self._said(self._meter),
            energy_wh=self._said(self._energy),
        )

    def _said(self, field: ui.number) -> int | None:
        return number(field.value) if self._ruling.value in _KNOWS_BETTER else None

    async def _go(self) -> None:
        case, ruling = self._case, self._ruling.value
        title = f"{ruling.capitalize()} case {case['number']} of {case['station']}?"
        if not await confirmed(title, self._consequence(), verb=f"{ruling.capitalize()} it"):
            return
        candidate = self._evidence.chosen if ruling == "assign" else None
        wish = {
            "ruling": ruling,
            "note": self._note.value,
            "transaction": candidate["transaction"]["id"] if candidate else 0,
            "meter_wh": self._said(self._meter),
            "energy_wh": self._said(self._energy),
        }
        self._wrong.text = ""
        try:
            await self._visit.api.post(f"{self._path}/resolve", wish)
        except Refused as refused:
            fields: dict[str, Any] = {"meter_wh": self._meter, "energy_wh": self._energy}
            self._wrong.text = "\n".join(placed(refused, fields))
            return
        ui.notify(f"Case {case['number']} is decided: {ruling}", type="positive")
        self._note.value = ""
        await self._decided()


def _named(candidate: Any) -> str:
    row = candidate["transaction"]
    return f"{row['id']}: {row['id_tag']}, connector {row['connector']}, score {candidate['score']}"

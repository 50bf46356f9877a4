"""The transactions a case may be about, and beside the case the one that is looked at."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from commands.ui.pages.transaction.meters import Meters
from commands.ui.pages.transaction.subject import Subject
from commands.ui.pages.transactions import state
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows
from commands.ui.visit import Visit

_HINT = (
    "The best first; a row shows it beside the case. The score orders them, and decides nothing."
)


class Evidence:
    """`chosen` is the candidate that is looked at, None when there is none."""

    def __init__(self, visit: Visit, case: Any) -> None:
        self._visit = visit
        self._number: int | None = None  # of the transaction that is looked at
        self._candidates: list[Any] = []
        self._meters: Meters | None = None
        self.on_choice: Callable[[], object] | None = None
        with ui.element("div").classes("stack") as self._box:
            with section("Candidates"):
                ui.label(_HINT).classes("muted")
                self._rows = Rows(
                    _columns(visit),
                    name="Candidates",
                    empty="No transaction of the station comes into question.",
                    on_open=lambda each: self.look(each["transaction"]["id"]),
                )
            with ui.element("div").classes("halves"):
                with section("The case says"):
                    Details().show(_said(visit, case))
                with section("On record"):
                    self._record = Details()
        self._readings: ui.element | None = None

    def place_readings(self) -> None:
        """Here the readings of the one that is looked at are to stand."""
        self._readings = ui.element("div")

    @property
    def chosen(self) -> Any:
        """The candidate that is looked at."""
        found = (each for each in self._candidates if each["transaction"]["id"] == self._number)
        return next(found, None)

    async def show(self, case: Any) -> None:
        """As it stands; the best is looked at, until another one is."""
        self._candidates = case["candidates"]
        self._box.set_visibility(case["kind"] not in {"failed", "poison"})
        self._rows.show([{**each, "looked_at": self._is_shown(each)} for each in self._candidates])
        if self.chosen is None and self._candidates:
            await self.look(self._candidates[0]["transaction"]["id"])
        elif self.chosen:
            self._record.show(_recorded(self._visit, self.chosen))
            if self._meters:
                await self._meters.refresh()

    def _is_shown(self, candidate: Any) -> bool:
        return bool(candidate["transaction"]["id"] == self._number)

    async def look(self, number: int) -> None:
        """Show another candidate beside the case."""
        self._number = number
        self._rows.show([{**each, "looked_at": self._is_shown(each)} for each in self._candidates])
        self._record.show(_recorded(self._visit, self.chosen))
        if self._readings is not None:
            self._readings.clear()
            with self._readings:
                title = f"Readings of transaction {self._number}"
                self._meters = Meters(Subject(self._visit, str(self._number)), title=title)
            await self._meters.refresh()
        if self.on_choice:
            self.on_choice()


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("looked_at", "", lambda each: cells.text("▸" if each["looked_at"] else " ")),
        Column("score", "Score", lambda each: cells.text(each["score"]), "right"),
        Column("id", "Transaction", lambda each: cells.transaction(each["transaction"]["id"])),
        Column("state", "State", lambda each: state(each["transaction"])),
        Column(
            "started",
            "Started",
            lambda each: cells.time(each["transaction"]["started_at"], visit.zone),
        ),
        Column("id_tag", "Token", lambda each: cells.token(each["transaction"]["id_tag"])),
        Column("energy", "Energy then", lambda each: cells.energy(each["energy_wh"]), "right"),
        Column("reasons", "Why", lambda each: _reasons(each["reasons"])),
    ]


def _reasons(reasons: list[str]) -> cells.Cell:
    told = "; ".join(reasons)
    return cells.text(told, title=told)


def _said(visit: Visit, case: Any) -> dict[str, cells.Cell]:
    return {
        "Transaction": cells.text(case["transaction"]),
        "Connector": cells.text(case["connector"]),
        "Token": cells.token(case["id_tag"]),
        "Meter": cells.energy(case["meter_wh"]),
        "Station's clock": cells.time(case["happened_at"], visit.zone, exact=True),
        "Received": cells.time(case["kept_at"], visit.zone, exact=True),
        "Reason of the stop": cells.text(case["stop_reason"]),
    }


def _recorded(visit: Visit, candidate: Any) -> dict[str, cells.Cell]:
    row = candidate["transaction"]
    return {
        "Transaction": cells.transaction(row["id"]),
        "Connector": cells.text(row["connector"]),
        "Token": cells.token(row["id_tag"]),
        "State": state(row),
        "Meter at start": cells.energy(row["meter_start_wh"]),
        "Last reading": cells.energy(row["last_meter_wh"]),
        "Meter at stop": cells.energy(row["meter_stop_wh"]),
        "Started": cells.time(row["started_at"], visit.zone, exact=True),
        "Stopped": cells.time(row["stopped_at"], visit.zone, exact=True),
        "Reason of the stop": cells.text(row["stop_reason"]),
        "Energy on record": cells.energy(row["energy_wh"]),
        "Energy by the case": cells.energy(candidate["energy_wh"]),
        "For and against": cells.text("; ".join(candidate["reasons"])),
    }

"""The page of a reservation."""

from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.reservations import state
from commands.ui.pages.transaction.course import facts_of
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column
from commands.ui.parts.outcome import WAIT, Outcome
from commands.ui.parts.rows import Rows
from commands.ui.route import Page
from commands.ui.visit import Visit

_ALIVE = frozenset({"requested", "accepted", "unanswered"})
_DETAILS = ("connector", "id_tag", "expires_at", "answer", "reason", "transaction", "by")


async def show(visit: Visit, number: str) -> None:
    """Build it; `?station=` says whose number it is."""
    path = "/api/v1" + cells.path("reservations", number)
    station = visit.query.get("station", "")
    try:
        row = await visit.api.get(path, station=station)
    except Refused as refused:
        with heading(f"Reservation {number}"):
            pass
        empty(f"{refused.detail}\nThe list of reservations leads to each of them.")
        return
    with heading(f"Reservation {number}"):
        cancel = ui.button("Cancel it", icon="event_busy").props("no-caps outline")
    page = _Page(visit, path, row, cancel)
    await page.refresh()
    visit.live(page.refresh)


class _Page:
    """Its terms, its calls, its history."""

    def __init__(self, visit: Visit, path: str, row: Any, cancel: ui.button) -> None:
        self._visit, self._path, self._row, self._cancel = visit, path, row, cancel
        cancel.on_click(self._give_up)
        self._outcome = Outcome(visit)
        with section("Reservation"):
            self._details = Details()
        with section("Calls"):
            self._calls = Details()
        with section("History"):
            self._steps = Rows(_steps(visit), name="History of the reservation", empty="")

    async def refresh(self) -> None:
        """There may be news."""
        station = self._row["station"]
        row = await self._visit.ask(self._visit.api.get(self._path, station=station))
        if row is None:
            return
        self._row = row
        self._details.show(_told(self._visit, row))
        self._calls.show(_calls(row))
        self._cancel.set_visibility(row["status"] in _ALIVE and self._visit.may("operator"))
        asked = self._visit.api.get(f"{self._path}/history", station=station)
        if history := await self._visit.ask(asked):
            self._steps.show(history["steps"][::-1])
        await self._outcome.refresh()

    async def _give_up(self) -> None:
        row = self._row
        sure = await confirmed(
            f"Cancel reservation {row['reservation_id']} of {row['id_tag']} at {row['station']}?",
            "The station is asked to give it up (CancelReservation); a request that has not gone"
            " out is taken back instead. It stands until the station says Accepted.",
            verb="Cancel it",
        )
        if sure:
            wish = self._visit.api.delete(self._path, station=row["station"], wait=WAIT)
            await self._outcome.follow("Cancel:", wish)
            await self.refresh()


def _told(visit: Visit, row: Any) -> dict[str, cells.Cell]:
    zone = visit.zone
    return {
        "State": state(row),
        "Station": cells.station(row["station"]),
        "Connector": cells.text(row["connector_id"] or "any"),
        "Token": cells.token(row["id_tag"]),
        "Parent token": cells.token(row["parent_id_tag"]),
        "Until": cells.time(row["expiry_date"], zone),
        "Asked for": cells.time(row["requested_at"], zone),
        "Asked for by": cells.text(row["requested_by"]),
        "Answered": cells.time(row["answered_at"], zone),
        "Ended": cells.time(row["ended_at"], zone),
        "Why": cells.text(row["reason"]),
        "Used by transaction": cells.transaction(row["transaction"]),
        "Used with token": cells.token(row["used_by"]),
    }


def _calls(row: Any) -> dict[str, cells.Cell]:
    told = {"ReserveNow of these terms": _call(row["reserve_call"])}
    if row["last_call"] != row["reserve_call"]:
        told["The newest ReserveNow"] = _call(row["last_call"])
        told["What came of it"] = cells.state(row["last_status"])
    if row["cancel_call"]:
        told["CancelReservation"] = _call(row["cancel_call"])
        told["What came of that"] = cells.state(row["cancel_status"])
        told["Cancelled by"] = cells.text(row["cancel_by"])
    return told


def _call(id: str) -> cells.Cell:
    return cells.link(id, cells.path("calls", id)) if id else cells.text(None)


def _steps(visit: Visit) -> list[Column]:
    return [
        Column("at", "When", lambda each: cells.time(each["at"], visit.zone, exact=True)),
        Column("what", "What", lambda each: cells.text(facts_of([each]))),
        Column("details", "In detail", _in_detail),
        Column("call", "Call", lambda each: _call(each["data"].get("call", ""))),
    ]


def _in_detail(step: Any) -> cells.Cell:
    data = step["data"]
    told = [f"{name.replace('_', ' ')} {data[name]}" for name in _DETAILS if data.get(name)]
    return cells.text("; ".join(told))


PAGE = Page(path="/reservations/{number}", title="Reservation", show=show)

"""Calls to stations: what waits, what went out, what came of each."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.outcome import said
from commands.ui.route import Page
from commands.ui.visit import Visit

PATH = "/api/v1/calls"
_STATES: dict[str, Tone] = {
    "queued": "idle",
    "sent": "busy",
    "answered": "good",
    "refused": "bad",
    "timed_out": "bad",
    "expired": "warn",
    "cancelled": "warn",
    "rejected": "bad",
}
_EMPTY = (
    "No call here. Open a station and choose an operation, or choose stations in their list and"
    " send one call to all of them."
)


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Calls", "What was asked of stations, the newest first."):
        pass
    operations = await visit.ask(visit.api.get("/api/v1/operations")) or {"items": []}
    filters = Filters(visit)
    filters.text("station", "Station, its whole id")
    filters.choice("status", "State", {each: each.replace("_", " ") for each in _STATES})
    filters.choice("action", "Action", {it["action"]: it["action"] for it in operations["items"]})
    options = Options(
        query=filters.given,
        empty=_EMPTY,
        name="Calls",
        on_open=lambda each: ui.navigate.to(cells.path("calls", each["id"])),
    )
    listing = Listing(visit, PATH, _columns(visit), options)
    filters.of(listing)
    await listing.refresh()
    visit.live(listing.refresh)


def state(call: Any) -> Cell:
    """How far it is."""
    status = call["status"]
    return cells.state(status.replace("_", " "), _STATES.get(status, "idle"))


def _columns(visit: Visit) -> tuple[Column, ...]:
    return (
        Column("action", "Action", _action),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("status", "State", state),
        Column("outcome", "What came of it", said),
        Column("requested", "Asked", lambda each: cells.time(each["requested_at"], visit.zone)),
        Column("by", "By", lambda each: cells.text(each["requested_by"])),
        Column("answered", "Answered", lambda each: cells.time(each["answered_at"], visit.zone)),
    )


def _action(call: Any) -> Cell:
    return cells.link(call["action"], cells.path("calls", call["id"]))


PAGE = Page(path="/calls", title="Calls", show=show, icon="call_made", menu="Upkeep")

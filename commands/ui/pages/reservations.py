"""Reservations: as a calendar of connectors, and as a list."""

from typing import Any

from nicegui import ui

from commands.ui.pages.reservation.calendar import Calendar, href, tone
from commands.ui.pages.reservation.wish import reserved
from commands.ui.parts import cells
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/reservations"
_EMPTY = "No reservation is like that.\nReserve a connector of a station for a token above."
_STATUSES = (
    "requested",
    "accepted",
    "unanswered",
    "used",
    "cancelled",
    "expired",
    "ended",
    "occupied",
    "rejected",
    "unavailable",
    "faulted",
    "failed",
)


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Reservations"):
        make = ui.button("Reserve a connector", icon="add").props("no-caps unelevated")
        make.set_visibility(visit.may("operator"))
    filters = Filters(visit)
    filters.text("station", "Station")
    filters.number("connector", "Connector")
    filters.text("id_tag", "Token")
    filters.choice("status", "State", {each: each for each in _STATUSES})
    filters.moment("from", "Stands after")
    filters.moment("to", "Asked for before")
    calendar = Calendar(visit)
    options = Options(key="reserve_call", query=filters.given, empty=_EMPTY, name="Reservations")
    listing = Listing(visit, _PATH, _columns(visit), options)
    filters.of(_Both(calendar, listing))

    async def refresh() -> None:
        await calendar.refresh()
        await listing.refresh()

    async def add() -> None:
        if await reserved(visit, str(filters.given.get("station", ""))):
            await refresh()

    make.on_click(add)
    await calendar.filter(**filters.given)
    await listing.refresh()
    visit.live(refresh)


class _Both:
    """The filters are for the calendar and the list; the times of the calendar are its own."""

    def __init__(self, calendar: Calendar, listing: Listing) -> None:
        self._calendar, self._listing = calendar, listing

    async def filter(self, **query: object) -> None:
        """Ask for others."""
        await self._calendar.filter(**query)
        await self._listing.filter(**query)


def _columns(visit: Visit) -> list[Column]:
    zone = visit.zone
    return [
        Column("id", "Number", lambda each: cells.link(each["reservation_id"], href(each))),
        Column("status", "State", state),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("connector", "Connector", lambda each: cells.text(each["connector_id"] or "any")),
        Column("id_tag", "Token", lambda each: cells.token(each["id_tag"])),
        Column("until", "Until", lambda each: cells.time(each["expiry_date"], zone)),
        Column("asked", "Asked for", lambda each: cells.time(each["requested_at"], zone)),
        Column("by", "By", lambda each: cells.text(each["requested_by"])),
        Column("ended", "Ended", lambda each: cells.time(each["ended_at"], zone)),
        Column("transaction", "Used by", lambda each: cells.transaction(each["transaction"])),
    ]


def state(reservation: Any) -> cells.Cell:
    """How it stands or ended."""
    status = reservation["status"]
    return cells.state(status, tone(status), title=reservation["reason"])


PAGE = Page(path="/reservations", title="Reservations", show=show, icon="event", menu="Fleet")

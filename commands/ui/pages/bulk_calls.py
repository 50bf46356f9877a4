"""Bulk calls: one operation for many stations at once."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

PATH = "/api/v1/bulk-calls"
_EMPTY = (
    "No bulk call yet. Choose stations in their list, or all that match its filters, and send them"
    " a call."
)


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Bulk calls", "One operation for many stations, the newest first."):
        ui.link("Choose stations", "/stations")
    options = Options(
        empty=_EMPTY,
        name="Bulk calls",
        on_open=lambda each: ui.navigate.to(cells.path("bulk-calls", each["id"])),
    )
    listing = Listing(visit, PATH, _columns(visit), options)
    await listing.refresh()
    visit.live(listing.refresh)


def _columns(visit: Visit) -> tuple[Column, ...]:
    return (
        Column("action", "Action", _action),
        Column("state", "State", lambda each: cells.state(each["state"])),
        _count("total", "Stations"),
        _count("succeeded", "Succeeded"),
        _count("failed", "Failed"),
        _count("under_way", "Under way"),
        _count("cancelled", "Cancelled"),
        Column("created", "Sent", lambda each: cells.time(each["created_at"], visit.zone)),
        Column("by", "By", lambda each: cells.text(each["created_by"])),
        Column("finished", "Over", lambda each: cells.time(each["finished_at"], visit.zone)),
    )


def _action(bulk: Any) -> cells.Cell:
    return cells.link(bulk["action"], cells.path("bulk-calls", bulk["id"]))


def _count(name: str, label: str) -> Column:
    return Column(name, label, lambda each: cells.text(f"{each['stations'][name]:,}"), "right")


PAGE = Page(path="/bulk-calls", title="Bulk calls", show=show, icon="dynamic_feed", menu="Upkeep")

"""Campaigns: one operation for many stations, wave by wave."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.words import counted
from commands.ui.route import Page
from commands.ui.visit import Visit

PATH = "/api/v1/campaigns"
_TONES: dict[str, Tone] = {
    "running": "busy",
    "paused": "warn",
    "halted": "bad",
    "cancelling": "warn",
    "finished": "good",
}
_EMPTY = (
    "No campaign yet. A campaign sends one operation, such as new firmware, to many stations in"
    " waves,\nand halts by itself when too many of a wave fail."
)


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Campaigns", "One operation for many stations, wave by wave."):
        if visit.may("operator"):
            new = ui.button("New campaign", on_click=lambda: ui.navigate.to("/campaigns/new"))
            new.props("no-caps unelevated icon=add")
    options = Options(empty=_EMPTY, name="Campaigns")
    listing = Listing(visit, PATH, _columns(visit), options)
    await listing.refresh()
    visit.live(listing.refresh)


def state(campaign: Any) -> Cell:
    """How it stands; for a halt, why."""
    return cells.state(
        campaign["state"], _TONES.get(campaign["state"], "idle"), title=campaign["reason"]
    )


def title(campaign: Any) -> str:
    """What people call it."""
    return (
        campaign["name"]
        or f"{campaign['action']}: {counted(campaign['stations']['total'], 'station')}"
    )


def _columns(visit: Visit) -> list[Column]:
    return [
        Column(
            "name",
            "Campaign",
            lambda each: cells.link(title(each), cells.path("campaigns", each["id"])),
        ),
        Column("action", "Sends", lambda each: cells.text(each["action"])),
        Column("state", "State", state),
        Column("wave", "Wave", lambda each: cells.text(each["wave"]), align="right"),
        Column("done", "Stations", lambda each: cells.text(_done(each["stations"]))),
        Column("failed", "Failed", lambda each: _failed(each["stations"]["failed"])),
        Column("at", "Begun", lambda each: cells.time(each["created_at"], visit.zone)),
        Column("by", "By", lambda each: cells.text(each["created_by"])),
    ]


def _done(counts: Any) -> str:
    over = counts["succeeded"] + counts["failed"] + counts["cancelled"]
    return f"{over} of {counts['total']} over"


def _failed(count: int) -> Cell:
    return cells.state(count, "bad") if count else cells.text("0")


PAGE = Page(path="/campaigns", title="Campaigns", show=show, icon="campaign", menu="Upkeep")

"""Security events: what stations told, and what was refused to them."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.sheet import sheet, written
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/security-events"
_SEVERITIES = {"critical": "critical", "ordinary": "ordinary"}
_SOURCES = {"station": "the station", "csms": "refused here"}
_EMPTY = (
    "No security event. Stations with the security extension tell of theirs by themselves; what is"
    "\nrefused to a station at the door, such as a wrong password, is listed too."
)


async def show(visit: Visit) -> None:
    """Build it."""

    async def save() -> None:
        asked = visit.api.document(_PATH, "text/csv", **filters.given)
        if (content := await visit.ask(asked)) is not None:
            ui.download.content(content, "security-events.csv", "text/csv")

    with heading("Security events", "Told by stations, or noticed at the door."):
        ui.button("CSV", on_click=save).props("no-caps outline icon=download")
    filters = Filters(visit)
    filters.text("station", "Station")
    filters.text("type", "Type, e.g. InvalidFirmwareSignature")
    filters.choice("severity", "Severity", _SEVERITIES)
    filters.choice("source", "Told by", _SOURCES)
    filters.moment("from", "From")
    filters.moment("to", "Before")
    options = Options(
        key="position",
        query=filters.given,
        empty=_EMPTY,
        name="Security events",
        on_open=lambda event: _open(visit, event),
    )
    listing = Listing(visit, _PATH, _columns(visit), options)
    filters.of(listing)
    await listing.refresh()
    visit.live(listing.refresh)


def _open(visit: Visit, event: Any) -> None:
    details = {
        "Station": cells.station(event["station"]),
        "Severity": _severity(event),
        "Told by": cells.text(_SOURCES.get(event["source"], event["source"])),
        "Happened": cells.time(event["occurred_at"], visit.zone, exact=True),
        "Received": cells.time(event["received_at"], visit.zone, exact=True),
        "Position": cells.text(event["position"]),
    }
    with sheet(event["type"], details):
        written(event["tech_info"] or "No technical information.")


def _severity(event: Any) -> Cell:
    return cells.state(event["severity"], "bad" if event["severity"] == "critical" else "idle")


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("at", "Happened", lambda each: cells.time(each["occurred_at"], visit.zone)),
        Column("type", "Type", lambda each: cells.opener(each["type"])),
        Column("severity", "Severity", _severity),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("source", "Told by", lambda each: cells.text(_SOURCES.get(each["source"]))),
        Column("info", "Technical information", lambda each: cells.text(each["tech_info"])),
    ]


PAGE = Page(
    path="/security-events",
    title="Security events",
    show=show,
    icon="gpp_maybe",
    menu="Evidence",
)

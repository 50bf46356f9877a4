"""What was charged, and what is being charged: found, filtered, taken along as a spreadsheet."""

from datetime import timedelta
from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit
from commands.ui.zone import span

_PATH = "/api/v1/transactions"
_EMPTY = (
    "No transaction is like that.\nOne begins when a station sends StartTransaction:"
    " plug in at a station, or start one remotely from the station's page."
)
_TONES: dict[str, Tone] = {"open": "busy", "stopped": "good", "closed": "warn"}


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Transactions"):
        export = ui.button("Export CSV", icon="download").props("flat no-caps")
    filters = Filters(visit)
    filters.text("search", "Search station, token, number")
    filters.text("station", "Station")
    filters.text("id_tag", "Token")
    filters.choice("open", "State", {"true": "running", "false": "ended"})
    filters.moment("from", "Started from")
    filters.moment("to", "Started before")
    options = Options(query=filters.given, empty=_EMPTY, name="Transactions")
    listing = Listing(visit, _PATH, columns(visit), options)
    filters.of(listing)

    async def download() -> None:
        asked = visit.api.document(_PATH, "text/csv", **filters.given)
        if (content := await visit.ask(asked)) is not None:
            ui.download.content(content, "transactions.csv")

    export.on_click(download)
    await listing.refresh()
    visit.live(listing.refresh)


def columns(visit: Visit) -> list[Column]:
    """Of a list of transactions, wherever it stands."""
    return [
        Column("id", "Number", lambda each: cells.transaction(each["id"])),
        Column("status", "State", state),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("connector", "Connector", lambda each: cells.text(each["connector"])),
        Column("id_tag", "Token", lambda each: cells.token(each["id_tag"])),
        Column("started", "Started", lambda each: cells.time(each["started_at"], visit.zone)),
        Column("duration", "Duration", lambda each: duration(visit, each)),
        Column("energy", "Energy", lambda each: cells.energy(each["energy_wh"]), "right"),
        Column("power", "Power", lambda each: cells.power(each["power_w"]), "right"),
        Column("reason", "Ended by", _ended_by),
    ]


def state(transaction: Any) -> Cell:
    """Whether it runs."""
    status = transaction["status"]
    title = "ended without its station; a stop still counts" if status == "closed" else ""
    said = "running" if status == "open" else status
    return cells.state(said, _TONES.get(status), title=title)


def duration(visit: Visit, transaction: Any) -> Cell:
    """By the station's clock; so far while it runs, and never less than by ours."""
    seconds = transaction["duration_s"]
    if transaction["status"] == "open":
        told = filter(None, (transaction["started_at"], transaction["start_received_at"]))
        began = min(map(visit.zone.local, told), default=visit.now)
        seconds = (visit.now - began).total_seconds()
    return cells.text(None if seconds is None else span(timedelta(seconds=seconds)))


def _ended_by(transaction: Any) -> Cell:
    if transaction["status"] == "closed":
        return cells.text(f"closed by {transaction['closed_by']}")
    return cells.text(transaction["stop_reason"])


PAGE = Page(
    path="/transactions", title="Transactions", show=show, icon="receipt_long", menu="Fleet"
)

"""The list of stations, and what is done from it."""

from nicegui import ui

from commands.ui.pages.stations import register, spreadsheet
from commands.ui.pages.stations.choice import Choice
from commands.ui.pages.stations.columns import columns
from commands.ui.pages.stations.toolbar import Toolbar
from commands.ui.pages.stations.unknown import Unknown
from commands.ui.parts import cells
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

PATH = "/api/v1/stations"
_PRESENCE = {"true": "online", "false": "offline"}
_REGISTRATIONS = {each: each for each in ("Accepted", "Pending", "Rejected")}
_STATUSES = (
    *("Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"),
    *("Reserved", "Unavailable", "Faulted"),
)
_EMPTY = (
    "No station here. Register one, import a spreadsheet, or adopt one that knocks: it is listed"
    " above as soon as it asks to connect. With filters set, clear them."
)


async def show(visit: Visit) -> None:
    """Build it."""
    actions = heading("Stations")
    with actions:
        bar = ui.row().classes("items-center")
    unknown = Unknown(visit)
    filters = _filters(visit)
    toolbar = Toolbar(visit) if visit.may("operator") else None
    listing = _listing(visit, filters, toolbar)
    filters.of(listing)
    if toolbar:
        toolbar.of(listing)
    with bar:
        _actions(visit, filters, listing)

    async def refresh() -> None:
        await listing.refresh()
        if toolbar:
            toolbar.show()

    await unknown.refresh()
    await refresh()
    visit.live(unknown.refresh)
    visit.live(refresh)


def _filters(visit: Visit) -> Filters:
    filters = Filters(visit)
    filters.text("search", "Id, serial number, model, note")
    filters.text("label", "Label")
    filters.choice("online", "Presence", _PRESENCE)
    filters.choice("status", "A connector is", {each: each for each in _STATUSES})
    filters.choice("registration", "Registration", _REGISTRATIONS)
    return filters


def _listing(visit: Visit, filters: Filters, toolbar: Toolbar | None) -> Listing:
    options = Options(
        query=filters.given,
        empty=_EMPTY,
        name="Stations",
        select=toolbar is not None,
        on_select=toolbar.chosen if toolbar else None,
        on_open=lambda each: ui.navigate.to(cells.path("stations", each["id"])),
    )
    return Listing(visit, PATH, columns(visit), options)


def _actions(visit: Visit, filters: Filters, listing: Listing) -> None:
    async def export() -> None:
        await spreadsheet.export(visit, Choice.matching(filters.given, listing.total or 0))

    async def add() -> None:
        if await register.register(visit):
            await listing.refresh()

    ui.button("Export CSV", on_click=export).props("no-caps flat")
    if visit.may("admin"):
        ui.button("Import CSV", on_click=lambda: ui.navigate.to(spreadsheet.PAGE.path)).props(
            "no-caps flat"
        )
        ui.button("Register a station", on_click=add).props("no-caps unelevated")


PAGE = Page(path="/stations", title="Stations", show=show, icon="ev_station", menu="Fleet")

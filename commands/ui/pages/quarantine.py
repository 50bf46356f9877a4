"""The quarantine desk: what was put aside for a person."""

from typing import Any

from nicegui import ui

from commands.ui.pages.case.bulk import decided
from commands.ui.pages.case.words import KINDS, about, kind, state
from commands.ui.parts import cells
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

_EMPTY = (
    "Nothing waits here.\nWhat stations say and what cannot be true is put aside here for a person:"
    " a stop of no transaction, a meter that goes backwards, a record that fails."
)
_HINT = (
    "What could not be understood, or contradicts the record. Stations were answered all the same."
)


async def show(visit: Visit) -> None:
    """Build it; what is open comes first, unless the address says otherwise."""
    with heading("Quarantine", _HINT):
        decide = ui.button("Decide selected …").props("no-caps outline")
        decide.set_visibility(visit.may("operator"))
        decide.set_enabled(False)
    filters = _filters(visit)

    def chosen(items: list[Any]) -> None:
        open_cases = [each for each in items if each["state"] == "open"]
        decide.text = f"Decide {len(open_cases)} selected …" if open_cases else "Decide selected …"
        decide.set_enabled(bool(open_cases))

    options = Options(
        key="number",
        query=filters.given,
        empty=_EMPTY,
        select=visit.may("operator"),
        on_select=chosen,
        name="Cases",
    )
    listing = Listing(visit, "/api/v1/quarantine", _columns(visit), options)
    filters.of(listing)

    async def bulk() -> None:
        if await decided(visit, [each for each in listing.chosen if each["state"] == "open"]):
            await listing.filter()
            chosen([])

    decide.on_click(bulk)
    await listing.refresh()
    visit.live(listing.refresh)


def _filters(visit: Visit) -> Filters:
    filters = Filters(visit, state="open")
    filters.choice("state", "State", {"open": "open", "resolved": "decided"})
    filters.choice("kind", "Kind", KINDS)
    filters.text("station", "Station")
    filters.number("transaction", "Transaction")
    return filters


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("number", "Case", lambda each: _number(each["number"])),
        Column("state", "State", state),
        Column("kind", "Kind", kind),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("subject", "About", about),
        Column("id_tag", "Token", lambda each: cells.token(each["id_tag"])),
        Column("kept_at", "Put aside", lambda each: cells.time(each["kept_at"], visit.zone)),
        Column("decided_by", "Decided by", lambda each: cells.text(each["decided_by"])),
    ]


def _number(number: int) -> cells.Cell:
    return cells.link(number, cells.path("quarantine", number))


PAGE = Page(path="/quarantine", title="Quarantine", show=show, icon="gavel", menu="Evidence")

"""All tokens: who may charge."""

from typing import Any

from nicegui import ui

from commands.ui.pages.token.permit import issued
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

_EMPTY = "No token is like that.\nIssue one: stations accept only tags that are known here."


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Tokens"):
        issue = ui.button("Issue a token", icon="add").props("no-caps unelevated")
        issue.set_visibility(visit.may("operator"))
    filters = Filters(visit)
    filters.text("search", "Search tag, parent, note")
    columns = [
        Column("id_tag", "Tag", lambda each: cells.token(each["id_tag"])),
        Column("status", "Status", lambda each: status(visit, each)),
        Column("expiry", "Expires", lambda each: _expires(visit, each)),
        Column("parent", "Parent", lambda each: cells.text(each["parent_id_tag"])),
        Column("group", "Group", lambda each: cells.text(each["group"])),
        Column("open", "Charging", _charging),
        Column("note", "Note", lambda each: cells.text(each["note"], title=each["note"])),
        Column("changed", "Changed", lambda each: cells.time(each["changed_at"], visit.zone)),
    ]
    options = Options(key="id_tag", query=filters.given, empty=_EMPTY, name="Tokens")
    listing = Listing(visit, "/api/v1/tokens", columns, options)
    filters.of(listing)

    async def add() -> None:
        if await issued(visit):
            await listing.refresh()

    issue.on_click(add)
    await listing.refresh()
    visit.live(listing.refresh)


def status(visit: Visit, token: Any) -> Cell:
    """As a station would be told it now."""
    said = token["status"]
    expiry = token["expiry_date"]
    if said == "Accepted" and expiry and visit.zone.local(expiry) <= visit.now:
        return cells.state("Expired", "warn", title="accepted, but its time is over")
    return cells.state(said, None if said in {"Accepted", "Blocked"} else "warn")


def _expires(visit: Visit, token: Any) -> Cell:
    expiry = token["expiry_date"]
    return cells.time(expiry, visit.zone) if expiry else cells.text("never")


def _charging(token: Any) -> Cell:
    limit = token["concurrent_limit"]
    return cells.text(
        f"{token['open_transactions']} of {limit} at a time" if limit else "any number"
    )


PAGE = Page(path="/tokens", title="Tokens", show=show, icon="badge", menu="Energy & access")

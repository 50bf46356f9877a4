"""Certificates of stations: asked for, issued, ending, revoked."""

from typing import Any

from nicegui import ui

from commands.ui.pages import certificate_requests
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

PATH = "/api/v1/certificates"
_STATES = ("signed", "delivered", "undelivered", "refused", "foreign")
_TONES: dict[str, Tone] = {
    "signed": "busy",
    "delivered": "good",
    "undelivered": "warn",
    "refused": "bad",
}
_DAYS = {"0": "ended already", "7": "within 7 days", "30": "within 30 days", "90": "within 90 days"}
_SOON = 30  # days
_NONE = (
    "No certificate. Stations of security profile 3 request one when they are asked to, see"
    " “Ask stations for new ones”."
)


async def show(visit: Visit) -> None:
    """Build it."""
    renewals = f"/campaigns/new?what=renewal&within_days={_SOON}"
    with heading("Certificates", "By which stations of security profile 3 sign in."):
        if visit.may("operator"):
            ask = ui.button("Ask stations for new ones", on_click=lambda: ui.navigate.to(renewals))
            ask.props("no-caps outline")
    with section("Requests of stations"):
        requests = await certificate_requests.build(visit)
    with section("Certificates"):
        issued = await _issued(visit)
    with section(f"Stations whose last certificate ends within {_SOON} days"):
        ending = await _ending(visit)
    for listing in (requests, issued, ending):
        visit.live(listing.refresh)


def state(certificate: Any) -> Cell:
    """How it stands; that it is revoked goes before all."""
    revocation = certificate["revocation"]
    if revocation and revocation["state"] == "done":
        return cells.state("revoked", "bad", title=revocation["reason"])
    if revocation and revocation["state"] == "failed":
        return cells.state("not revoked", "bad", title=revocation["problem"])
    if revocation:
        return cells.state("being revoked", "warn", title=revocation["reason"])
    return cells.state(certificate["state"], _TONES.get(certificate["state"], "idle"))


async def _issued(visit: Visit) -> Listing:
    filters = Filters(visit)
    filters.text("station", "Station")
    filters.choice("state", "State", {each: each for each in _STATES})
    filters.choice("within_days", "Ends", _DAYS)
    options = Options(
        key="fingerprint", query=filters.given, empty=_NONE, name="Certificates", shown=25
    )
    listing = Listing(visit, PATH, _columns(visit), options)
    filters.of(listing)
    await listing.refresh()
    return listing


async def _ending(visit: Visit) -> Listing:
    columns = [
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("ends", "Ends", lambda each: cells.time(each["ends_at"], visit.zone)),
    ]
    options = Options(
        key="station",
        query={"within_days": _SOON},
        empty="None: nothing is to be renewed now.",
        name="Ending soon",
        shown=25,
    )
    listing = Listing(visit, PATH + "/ending", columns, options)
    await listing.refresh()
    return listing


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("fingerprint", "Certificate", _link),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("state", "State", state),
        Column("ends", "Ends", lambda each: cells.time(each["not_after"], visit.zone)),
        Column("issuer", "Issuer", lambda each: cells.text(each["issuer"])),
        Column("of_key", "Key", lambda each: cells.text(each["key"])),
        Column("used", "Last used", lambda each: cells.time(each["last_used_at"], visit.zone)),
    ]


def _link(certificate: Any) -> Cell:
    path = cells.path("certificates", certificate["fingerprint"])
    return cells.link(certificate["fingerprint"][:16] + "…", path)


PAGE = Page(path="/certificates", title="Certificates", show=show, icon="verified", menu="Upkeep")

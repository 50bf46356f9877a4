"""All charging profiles of the library."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

_EMPTY = (
    "No profile yet. Draw one: it says how many amperes or watts may be drawn when.\n"
    "Then install it at stations, or send it with a remote start."
)
_SHOWN = 4  # limits that are named in a row


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Charging profiles", "How much may be drawn when: the library."):
        if visit.may("operator"):
            new = ui.button("New profile", on_click=lambda: ui.navigate.to(_path("new")))
            new.props("no-caps unelevated icon=add")
    filters = Filters(visit)
    filters.text("search", "Part of the description")
    options = Options(
        query=filters.given,
        empty=_EMPTY,
        name="Charging profiles",
        on_open=lambda each: ui.navigate.to(_path(each["id"])),
    )
    listing = Listing(visit, "/api/v1/charging-profiles", _columns(visit), options)
    filters.of(listing)
    await listing.refresh()
    visit.live(listing.refresh)


def _columns(visit: Visit) -> list[Column]:
    zone = visit.zone
    return [
        Column("id", "Profile", lambda e: cells.link(f"#{e['id']}", _path(e["id"]))),
        Column("description", "Description", lambda e: cells.text(e["description"])),
        Column("purpose", "Purpose", lambda e: cells.text(e["purpose"])),
        Column("kind", "Kind", lambda e: cells.text(_kind(e))),
        Column("level", "Stack level", lambda e: cells.text(e["stack_level"]), "right"),
        Column("limits", "Limits", lambda e: cells.text(_limits(e["schedule"]))),
        Column("changed", "Changed", lambda e: cells.time(e["changed_at"], zone)),
        Column("by", "By", lambda e: cells.text(e["changed_by"])),
    ]


def _path(number: object) -> str:
    return cells.path("charging-profiles", number)


def _kind(profile: dict[str, Any]) -> str:
    return ", ".join(filter(None, (profile["kind"], profile["recurrency"])))


def _limits(schedule: dict[str, Any]) -> str:
    limits = [f"{each['limit']:g}" for each in schedule["periods"]]
    more = " …" if len(limits) > _SHOWN else ""
    return f"{' → '.join(limits[:_SHOWN])}{more} {schedule['unit']}"


PAGE = Page(
    path="/charging-profiles",
    title="Charging profiles",
    show=show,
    icon="show_chart",
    menu="Energy & access",
)

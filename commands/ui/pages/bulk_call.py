"""A bulk call: how far it is, and what came of each station."""

import json
from datetime import timedelta
from typing import Any

from nicegui import ui

from commands.ui.pages import bulk_calls
from commands.ui.parts import cells, dialogs
from commands.ui.parts.bar import Bar
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.details import Details
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit
from commands.ui.zone import span

_TONES: dict[str, Tone] = {"succeeded": "good", "failed": "bad", "cancelled": "warn"}
_COUNTS = ("succeeded", "failed", "under_way", "cancelled", "waiting")


async def show(visit: Visit, bulk_call: str) -> None:
    """Build it."""
    path = bulk_calls.PATH + cells.path(bulk_call)
    found = await visit.ask(visit.api.get(path))
    if found is None:
        empty(f"There is no bulk call {bulk_call}.")
        return
    shown = _BulkCall(visit, path, found)
    await shown.refresh()
    visit.live(shown.refresh)


class _BulkCall:
    """What is shown of it; `refresh` brings it up to date."""

    def __init__(self, visit: Visit, path: str, found: Any) -> None:
        self._visit, self._path, self._found = visit, path, found
        total = found["stations"]["total"]
        with heading(found["action"], f"to {total:,} station{'' if total == 1 else 's'} at once"):
            self._cancel = ui.button("Cancel it", on_click=self._ask)
            self._cancel.props("no-caps outline color=negative")
        with section("How far it is"):
            self._bar = Bar("Stations")
            self._details = Details()
        with section("Stations"):
            self._members = _members(visit, path)
        with section("What is sent"), ui.element("pre").props("tabindex=0"):
            ui.label(json.dumps(found["payload"], indent=2, ensure_ascii=False)).classes("code")

    async def refresh(self) -> None:
        """Read all of it again."""
        self._found = found = await self._visit.api.get(self._path)
        counts = found["stations"]
        self._bar.show({name.replace("_", " "): counts[name] for name in _COUNTS})
        self._details.show(_details(found, self._visit))
        self._cancel.set_visibility(found["state"] == "running" and self._visit.may("operator"))
        await self._members.refresh()

    async def _ask(self) -> None:
        counts = self._found["stations"]
        left = counts["waiting"] + counts["under_way"]
        consequence = (
            f"{left:,} stations have no outcome yet: calls that have not gone out are taken back."
            " What has gone out is followed to its end. It cannot be undone."
        )
        title = f"Cancel {self._found['action']} to {counts['total']:,} stations?"
        if await dialogs.confirmed(title, consequence, verb="Cancel the bulk call"):
            wish = self._visit.api.post(f"{self._path}/cancel")
            await self._visit.do(wish, "The bulk call is being cancelled.")
            await self._visit.ask(self.refresh())


def _details(found: Any, visit: Visit) -> dict[str, Cell]:
    ttl = found["ttl"]
    waits = span(timedelta(seconds=ttl)) if ttl else "not at all"
    return {
        "State": cells.state(found["state"]),
        "Sent": cells.time(found["created_at"], visit.zone),
        "Sent by": cells.text(found["created_by"]),
        "Over": cells.time(found["finished_at"], visit.zone),
        "Waits for a station that is away": cells.text(waits),
        "Waits for an answer": cells.text(span(timedelta(seconds=found["timeout"]))),
        "Id": cells.code(found["id"]),
    }


def _members(visit: Visit, path: str) -> Listing:
    filters = Filters(visit)
    filters.choice("outcome", "Outcome", {each: each for each in _TONES})
    options = Options(key="station", query=filters.given, empty="None.", name="Stations")
    columns = (
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("outcome", "Outcome", _outcome),
        Column("detail", "What came of it", lambda each: cells.text(each["detail"])),
        Column("call", "Call", _call),
        Column("response", "Answer", _response),
        Column("done", "Over", lambda each: cells.time(each["done_at"], visit.zone)),
    )
    listing = Listing(visit, path + "/stations", columns, options)
    filters.of(listing)
    return listing


def _outcome(member: Any) -> Cell:
    outcome = member["outcome"]
    return (
        cells.state(outcome, _TONES.get(outcome)) if outcome else cells.state("under way", "busy")
    )


def _call(member: Any) -> Cell:
    if not member["call"]:
        return cells.text("")
    said = (member["call_status"] or "").replace("_", " ")
    return cells.link(said or "the call", cells.path("calls", member["call"]))


def _response(member: Any) -> Cell:
    if member["response"] is None:
        return cells.text("")
    return cells.code(json.dumps(member["response"], ensure_ascii=False))


PAGE = Page(path="/bulk-calls/{bulk_call}", title="Bulk call", show=show)

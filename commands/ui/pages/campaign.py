"""A campaign: how far its waves are, what came of each station, and steering it."""

import json
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from nicegui import ui

from commands.ui.pages import campaigns
from commands.ui.parts import cells, dialogs
from commands.ui.parts.bar import Bar
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.details import Details
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.sheet import written
from commands.ui.parts.waves import Waves
from commands.ui.parts.words import counted
from commands.ui.route import Page
from commands.ui.visit import Visit
from commands.ui.zone import span

_WAVES = 20  # shown, the last ones
_OUTCOMES = {"succeeded": "succeeded", "failed": "failed", "cancelled": "cancelled"}
_TONES: dict[str, Tone] = {"succeeded": "good", "failed": "bad", "cancelled": "warn"}


async def show(visit: Visit, campaign: str) -> None:
    """Build it."""
    path = campaigns.PATH + cells.path(campaign)
    found = await visit.ask(visit.api.get(path))
    if found is None:
        empty(f"There is no campaign {campaign}.")
        return
    shown = _Campaign(visit, path, found)
    await shown.refresh()
    visit.live(shown.refresh)


class _Campaign:
    """What is shown of it; `refresh` brings it up to date."""

    def __init__(self, visit: Visit, path: str, found: Any) -> None:
        self._visit, self._path, self._found = visit, path, found
        with heading(campaigns.title(found)):
            self._steering = _Steering(self) if visit.may("operator") else None
        with section("Where it stands"):
            self._details = Details()
            self._bar = Bar("All stations")
        with section("Waves"):
            self._waves = Waves(visit)
        with section("Stations"):
            self._members = _members(visit, path)
        with section("What is sent"):
            ui.label(found["action"])
            written(json.dumps(found["payload"], indent=2, ensure_ascii=False))

    async def refresh(self) -> None:
        """Read all of it again."""
        found = self._found = await self._visit.api.get(self._path)
        self._details.show(_details(found, self._visit))
        self._bar.show(counts_of(found["stations"]))
        waves = await self._visit.api.get(self._path + "/waves", limit=_WAVES)
        self._waves.show(waves["items"], found["stations"]["waiting"])
        if self._steering:
            self._steering.show(found["state"])
        await self._members.refresh()

    @property
    def found(self) -> Any:
        """As it was read last."""
        return self._found

    async def steer(self, verb: str, done: str) -> None:
        """Pause, resume or cancel it."""
        wish: Awaitable[Any] = self._visit.api.post(f"{self._path}/{verb}")
        if await self._visit.do(wish, done):
            await self._visit.ask(self.refresh())


class _Steering:
    """Its buttons: those that make sense as it stands."""

    def __init__(self, campaign: _Campaign) -> None:
        self._campaign = campaign
        self._pause = ui.button("Pause", on_click=self._ask_pause).props("no-caps outline")
        self._resume = ui.button("Resume", on_click=self._ask_resume).props("no-caps unelevated")
        self._cancel = ui.button("Cancel it", on_click=self._ask_cancel)
        self._cancel.props("no-caps outline color=negative")

    def show(self, state: str) -> None:
        """Which of them there are."""
        self._pause.set_visibility(state == "running")
        self._resume.set_visibility(state in {"paused", "halted"})
        self._cancel.set_visibility(state in {"running", "paused", "halted"})

    async def _ask_pause(self) -> None:
        waiting = self._counts["waiting"]
        consequence = (
            f"{counted(waiting, 'station')} waiting for a wave: not called until it is resumed."
            f" {counted(self._counts['under_way'], 'station')} under way: followed to the end."
        )
        await self._ask("Pause", consequence, "pause", "The campaign is paused.", danger=False)

    async def _ask_resume(self) -> None:
        consequence = (
            f"It goes on with {counted(self._counts['waiting'], 'station')} waiting for a wave."
        )
        if self._campaign.found["state"] == "halted":
            consequence += f"\nIt was halted: {self._campaign.found['reason']}."
            consequence += " Failures are counted anew from now on."
        await self._ask("Resume", consequence, "resume", "The campaign goes on.", danger=False)

    async def _ask_cancel(self) -> None:
        consequence = (
            f"{counted(self._counts['waiting'], 'station')} waiting for a wave: never called. Calls"
            " that have not gone out are taken back; what has gone out is followed to its end."
            " It cannot be undone."
        )
        await self._ask("Cancel", consequence, "cancel", "The campaign is being cancelled.")

    async def _ask(
        self, word: str, consequence: str, verb: str, done: str, *, danger: bool = True
    ) -> None:
        what = f"{word} {campaigns.title(self._campaign.found)}?"
        sure = f"{word} the campaign"
        if await dialogs.confirmed(what, consequence, verb=sure, danger=danger):
            await self._campaign.steer(verb, done)

    @property
    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = self._campaign.found["stations"]
        return counts


def counts_of(stations: Any) -> dict[str, int]:
    """By the words of a bar."""
    names = ("succeeded", "failed", "under_way", "cancelled", "waiting")
    return {name.replace("_", " "): stations[name] for name in names}


def _details(found: Any, visit: Visit) -> dict[str, Cell]:
    shown = {"State": campaigns.state(found)}
    if found["reason"]:
        shown["Why it was halted"] = cells.text(found["reason"])
    canary, size = found["canary"], found["wave_size"]
    shown |= {
        "Wave released last": cells.text(found["wave"]),
        "First wave": cells.text(counted(canary, "station") if canary else "like the others"),
        "Size of a wave": cells.text(counted(size, "station") if size else "all that are left"),
        "Halts when more fail of a wave": cells.text(f"{found['max_failure_rate'] * 100:g} %"),
        "A station is done": cells.text(
            "when its job is over" if found["until"] == "completed" else "when it has answered"
        ),
        "A call waits for its station": cells.text(_span(found["ttl"])),
        "Deadline of a station": cells.text(_span(found["deadline"])),
        "Begun": cells.time(found["created_at"], visit.zone),
        "Begun by": cells.text(found["created_by"]),
        "Over": cells.time(found["finished_at"], visit.zone),
    }
    if found["changed_by"]:
        shown["Steered last by"] = cells.text(found["changed_by"])
    if found["remark"]:
        shown["Found out before it was sent"] = cells.text(found["remark"])
    return shown


def _span(seconds: int) -> str:
    return span(timedelta(seconds=seconds)) if seconds else "not at all"


def _members(visit: Visit, path: str) -> Listing:
    filters = Filters(visit)
    filters.choice("outcome", "Outcome", _OUTCOMES)
    options = Options(key="station", query=filters.given, empty="None.", name="Stations")
    listing = Listing(visit, path + "/stations", _columns(visit), options)
    filters.of(listing)
    return listing


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("wave", "Wave", lambda each: cells.text(each["wave"] or None), align="right"),
        Column("outcome", "Outcome", _outcome),
        Column("detail", "Detail", lambda each: cells.text(each["detail"])),
        Column("call", "Call", _call),
        Column("released", "Released", lambda each: cells.time(each["released_at"], visit.zone)),
        Column("done", "Over", lambda each: cells.time(each["done_at"], visit.zone)),
    ]


def _outcome(member: Any) -> Cell:
    if outcome := member["outcome"]:
        return cells.state(outcome, _TONES[outcome])
    return cells.state(member["state"], "idle" if member["state"] == "waiting" else "busy")


def _call(member: Any) -> Cell:
    if not member["call"]:
        return cells.text("")
    return cells.link(member["call_status"], cells.path("calls", member["call"]))


PAGE = Page(path="/campaigns/{campaign}", title="Campaign", show=show)

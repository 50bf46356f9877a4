"""One call to a station: what was sent, what came of it, why it was, and what it led to."""

import json
from datetime import datetime, timedelta
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages import calls
from commands.ui.parts import cells, dialogs
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column
from commands.ui.parts.outcome import said
from commands.ui.parts.rows import Rows
from commands.ui.route import Page
from commands.ui.visit import Visit

_AROUND = timedelta(minutes=1)  # of the timeline, after it was over
_FOLLOWED = timedelta(minutes=2)  # after an answer: what a call led to came by then
_MOST = 500  # events looked through
_UNDER_WAY = ("queued", "sent")


async def show(visit: Visit, call: str) -> None:
    """Build it."""
    path = calls.PATH + cells.path(call)
    found = await visit.ask(visit.api.get(path))
    if found is None:
        empty(f"There is no call {call}. It may be older than what is kept.")
        return
    shown = _Call(visit, path, found)
    await shown.refresh()
    visit.live(shown.refresh)


class _Call:
    """What is shown of it; `refresh` brings it up to date."""

    def __init__(self, visit: Visit, path: str, found: Any) -> None:
        self._visit, self._path, self._found = visit, path, found
        self._part_of: Cell | None = None
        with heading(found["action"], f"to {found['station']}"):
            ui.link("Timeline around it", _timeline(found, visit.now))
            self._withdraw = ui.button("Withdraw", on_click=self._ask)
            self._withdraw.props("no-caps outline color=negative")
        with section("How it went"):
            self._details = Details()
        with ui.element("div").classes("halves"):
            with section("What was asked"):
                _json(found["request"])
            with section("What the station answered"), ui.element("pre").props("tabindex=0"):
                self._answer = ui.label().classes("code")
        with section("What it led to"):
            self._triggered = _triggered(visit)
            self._facts = _facts(visit)

    async def refresh(self) -> None:
        """Read it again, and what it led to."""
        self._found = found = await self._visit.api.get(self._path)
        if found["campaign"] and self._part_of is None:
            self._part_of = await self._whole(found["campaign"])
        can_withdraw = found["status"] == "queued" and self._visit.may("operator")
        self._withdraw.set_visibility(can_withdraw)
        self._details.show(self._cells())
        self._answer.text = _answer(found)
        self._triggered.table.set_visibility(found["action"].endswith("TriggerMessage"))
        self._triggered.show(found["triggered"])
        self._facts.show(await self._led_to())

    async def _whole(self, id: str) -> Cell:
        """The bulk call or campaign that it is a part of."""
        try:
            await self._visit.api.get("/api/v1/bulk-calls" + cells.path(id))
        except Refused:
            return cells.link("a campaign", cells.path("campaigns", id))
        return cells.link("a bulk call", cells.path("bulk-calls", id))

    def _cells(self) -> dict[str, Cell]:
        found, zone = self._found, self._visit.zone
        shown = {
            "Station": cells.station(found["station"]),
            "State": calls.state(found),
            "What came of it": said(found),
            "Asked": cells.time(found["requested_at"], zone, exact=True),
            "Asked by": cells.text(found["requested_by"]),
            "Went out": cells.time(found["sent_at"], zone, exact=True),
            "Answered": cells.time(found["answered_at"], zone, exact=True),
        }
        if found["expires_at"] != found["requested_at"]:
            shown["Waits for its station until"] = cells.time(found["expires_at"], zone)
        if self._part_of:
            shown["Part of"] = self._part_of
        if found["deviations"]:
            shown["Where the answer left the specification"] = cells.text(found["deviations"])
        if found["late_at"]:
            shown["Answered after it was given up"] = cells.time(found["late_at"], zone, exact=True)
        return shown | {"Id, also on the wire": cells.code(found["id"])}

    async def _led_to(self) -> list[Any]:
        """The facts that came of it, the oldest first."""
        found = self._found
        end = found["answered_at"] or found["late_at"] or self._visit.now.isoformat()
        window = {
            "from": found["requested_at"],
            "to": (datetime.fromisoformat(end) + _FOLLOWED).isoformat(),
        }
        path = "/api/v1" + cells.path("stations", found["station"], "timeline")
        told = await self._visit.api.get(path, limit=_MOST, **window)
        return [
            {**fact, "action": event["action"]}
            for event in told["items"]
            for fact in event["facts"]
            if _concerns(fact, found["id"])
        ]

    async def _ask(self) -> None:
        found = self._found
        title = f"Withdraw {found['action']} to {found['station']}?"
        consequence = "It has not gone out and never will. It cannot be undone."
        if await dialogs.confirmed(title, consequence, verb="Withdraw the call"):
            await self._visit.do(self._withdrawn(), "The call is withdrawn.")
            await self._visit.ask(self.refresh())

    async def _withdrawn(self) -> bool:
        await self._visit.api.delete(self._path)
        return True


def _concerns(fact: Any, call: str) -> bool:
    return bool(fact["stream"] == f"call:{call}" or fact["data"].get("call") == call)


def _answer(call: Any) -> str:
    if call["response"] is not None:
        return _text(call["response"])
    if call["status"] in _UNDER_WAY:
        return "Nothing yet."
    if call["late_response"] is not None:
        return f"In time nothing; later, when it was given up:\n{_text(call['late_response'])}"
    details = (call["error"] or {}).get("details")
    return _text(details) if details else "No payload."


def _timeline(call: Any, now: datetime) -> str:
    """Of the station, the newest first, as of soon after it was over."""
    link = f"{cells.path('stations', call['station'])}?tab=timeline"
    at = datetime.fromisoformat(call["answered_at"] or call["requested_at"]) + _AROUND
    return link if at > now else f"{link}&at={at.isoformat().replace('+00:00', 'Z')}"


def _triggered(visit: Visit) -> Rows:
    columns = (
        Column("action", "Message", lambda each: cells.text(each["action"])),
        Column("connector", "Connector", lambda each: cells.text(each["connector"])),
        Column("at", "At", lambda each: cells.time(each["at"], visit.zone, exact=True)),
        Column("id", "Message id", lambda each: cells.code(each["message_id"])),
    )
    empty = "No message came of it; those of the minute after the answer count."
    return Rows(columns, name="Messages it triggered", empty=empty)


def _facts(visit: Visit) -> Rows:
    columns = (
        Column("at", "At", lambda each: cells.time(each["at"], visit.zone, exact=True)),
        Column("topic", "Fact", lambda each: cells.code(each["topic"])),
        Column("stream", "Of", lambda each: cells.code(each["stream"])),
        Column("action", "By message", lambda each: cells.text(each["action"])),
        Column("position", "Position", lambda each: cells.text(each["position"]), align="right"),
    )
    empty = "The facts of that time are not kept any more."
    return Rows(columns, name="Facts", empty=empty)


def _json(value: Any) -> None:
    with ui.element("pre").props("tabindex=0"):
        ui.label(_text(value)).classes("code")


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


PAGE = Page(path="/calls/{call}", title="Call", show=show)

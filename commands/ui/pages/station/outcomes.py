"""What became of the calls that were sent from here: shown where they were sent, as it happens."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details

_MOST = 10  # shown at once
_EVERY = 1.0  # s
_FOLLOWS = timedelta(seconds=75)  # in which something may come of an answer
_UNDER_WAY = frozenset({"queued", "sent"})
_WORDS = {"queued": "waiting", "timed_out": "timed out"}
_WELL = frozenset({"", "Accepted", "Scheduled", "RebootRequired", "Unlocked"})
_LOOKED_AT = 5  # transactions, the newest

Operation = dict[str, Any]


class Outcomes:
    """The newest on top; each is followed until nothing more can come of it."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._box: ui.element | None = None
        self._not_placed: Details | None = None
        self._shown: list[_Outcome] = []
        self._timer: ui.timer | None = None

    def draw(self) -> None:
        """Have them shown here; before this nothing can be sent."""
        self._not_placed = Details()
        self._box = ui.element("div").classes("outcomes").props("role=log")
        self._box.props["aria-label"] = "What became of it"

    def add(self, call: dict[str, Any], leads_to: str = "") -> None:
        """A call as it was placed; `leads_to` as an operation says it."""
        if self._box is None or self._not_placed is None:
            return
        self._not_placed.show({})
        with self._box:
            outcome = _Outcome(self._subject, call, leads_to)
            outcome.element.move(target_index=0)
            self._shown.insert(0, outcome)
            for old in self._shown[_MOST:]:
                old.element.delete()
            del self._shown[_MOST:]
            if self._timer is None:
                self._timer = self._subject.visit.live(self._refresh, every=_EVERY)

    def refuse(self, action: str, refused: Refused) -> None:
        """It was not even placed; this is shown until the next one is."""
        told = {
            action: cells.state("not sent", "bad"),
            "Why": cells.text(refused.detail),
            "Id to quote": cells.code(refused.request),
        }
        if self._not_placed:
            self._not_placed.show(told)

    async def _refresh(self) -> None:
        followed = [each for each in self._shown if not each.is_over]
        for each in followed:
            await each.refresh()
        if not followed and self._timer:
            self._timer.cancel()
            self._timer = None


class _Outcome:
    """One call."""

    def __init__(self, subject: Subject, call: dict[str, Any], leads_to: str) -> None:
        self._subject, self._call, self._leads_to = subject, call, leads_to
        self._followed: Cell | None = None
        self._is_settled = False  # nothing more comes of what followed
        with ui.element("article").classes("outcome") as self.element:
            self._details = Details()
        self._show()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        call = self._call
        if call["status"] in _UNDER_WAY:
            return False
        if call["status"] != "answered" or not self._may_follow() or self._is_settled:
            return True
        answered = datetime.fromisoformat(call["answered_at"])
        return self._followed is None and self._subject.visit.now - answered > _FOLLOWS

    async def refresh(self) -> None:
        """Look again."""
        call = await self._subject.visit.api.get(f"/api/v1/calls/{self._call['id']}")
        self._call = call
        if call["status"] == "answered" and self._leads_to and not self._is_settled:
            await self._follow()
        self._show()

    def _may_follow(self) -> bool:
        response = self._call["response"]
        is_accepted = not isinstance(response, dict) or response.get("status") in {None, "Accepted"}
        return is_accepted and bool(self._leads_to or "Trigger" in self._call["action"])

    async def _follow(self) -> None:
        api, call = self._subject.visit.api, self._call
        if self._leads_to == "job":
            with suppress(Refused):  # it is not on record yet
                job = await api.get(f"/api/v1/jobs/{call['id']}")
                said = f"{job['kind']}: {job['state']}".replace("_", " ")
                self._followed = cells.link(said, cells.path("jobs", call["id"]))
                self._is_settled = job["over"]
            return
        found = await api.get(
            "/api/v1/transactions", station=self._subject.station, limit=_LOOKED_AT
        )
        begun = [each for each in found["items"] if _began_with(each, call)]
        if begun:
            number = begun[-1]["id"]
            self._followed = cells.link(f"transaction {number}", cells.path("transactions", number))
            self._is_settled = True

    def _show(self) -> None:
        call, zone = self._call, self._subject.visit.zone
        status = call["status"]
        said = ": ".join(filter(None, (_WORDS.get(status, status), _status(call))))
        shown = {
            call["action"]: cells.state(said, _tone(call)),
            "Call": cells.link(call["id"], cells.path("calls", call["id"])),
            "Sent": cells.time(call["sent_at"], zone, exact=True),
            "Answered": cells.time(call["answered_at"], zone, exact=True),
        }
        if call["response"] is not None:
            shown["Answer"] = cells.code(_written(call["response"]))
        if call["late_response"] is not None:
            shown["Answered too late"] = cells.code(_written(call["late_response"]))
        if error := call["error"]:
            told = " ".join(filter(None, (error["code"], error["description"])))
            details = _written(error["details"]) if error["details"] else ""
            shown["Why"] = cells.text(": ".join(filter(None, (told or status, details))))
        if call["deviations"]:
            shown["Off the specification"] = cells.text(call["deviations"])
        if self._may_follow() and status == "answered":
            shown["What followed"] = self._followed or self._triggered()
        self._details.show(shown)

    def _triggered(self) -> Cell:
        told = [
            each["action"] + (f" of connector {each['connector']}" if each["connector"] else "")
            for each in self._call["triggered"]
        ]
        return cells.text(told or ("nothing" if self.is_over else "nothing yet"))


def _began_with(transaction: dict[str, Any], call: dict[str, Any]) -> bool:
    """Whether a remote start may have led to a transaction."""
    asked = call["request"]
    return (
        (transaction["start_received_at"] or "") >= (call["sent_at"] or "~")
        and transaction["id_tag"].casefold() == str(asked.get("idTag")).casefold()
        and asked.get("connectorId") in {None, transaction["connector"]}
    )


def _tone(call: dict[str, Any]) -> cells.Tone:
    if call["status"] in _UNDER_WAY:
        return "busy"
    if call["status"] != "answered":
        return "bad"
    return "good" if _status(call) in _WELL else "warn"


def _status(call: dict[str, Any]) -> str:
    """That the answer tells; "" when it tells none."""
    response = call["response"]
    return str(response.get("status", "")) if isinstance(response, dict) else ""


def _written(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)

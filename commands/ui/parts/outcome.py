"""What came of a call to a station: beside the button that it was asked by, followed to its end."""

from collections.abc import Awaitable
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.parts import cells
from commands.ui.parts.details import draw
from commands.ui.visit import Visit

WAIT = 20  # s that the API is to wait for a station
_UNDER_WAY = ("queued", "sent")


class Outcome:
    """One line, of the last call; `refresh` looks how one goes on that took longer."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._box = ui.row().classes("outcome items-center").props("role=status")
        self._what, self._call = "", dict[str, Any]()

    async def follow(self, what: str, wish: Awaitable[Any]) -> Any:
        """What the API answers, a call or what has one as `call`; None when it says no."""
        self._what, self._call = what, {}
        self._draw(cells.state("under way", "busy"), busy=True)
        try:
            answer = await wish
        except Refused as refused:
            self._visit.tell(refused)
            self._draw(cells.state(refused.detail, "bad"))
            return None
        self._show(answer.get("call") or answer if isinstance(answer, dict) else {})
        return answer

    async def look(self, what: str, call: str) -> None:
        """Follow a call that was placed already."""
        path = "/api/v1" + cells.path("calls", call)
        await self.follow(what, self._visit.api.get(path))

    async def refresh(self) -> None:
        """Look again while it is under way."""
        if self._call.get("status") in _UNDER_WAY:
            path = "/api/v1" + cells.path("calls", self._call["id"])
            if call := await self._visit.ask(self._visit.api.get(path)):
                self._show(call)

    def _show(self, call: dict[str, Any]) -> None:
        if call.get("status") == self._call.get("status") and self._call:
            return
        self._call = call
        self._draw(said(call), link=call.get("id", ""))

    def _draw(self, state: cells.Cell, *, link: str = "", busy: bool = False) -> None:
        self._box.clear()
        with self._box:
            ui.label(self._what)
            if busy:
                ui.spinner(size="sm")
            draw(state)
            if link:
                ui.link("the call", cells.path("calls", link))


def said(call: dict[str, Any]) -> cells.Cell:
    """How a call ended, in the station's own word where it said one."""
    error, response = call.get("error") or {}, call.get("response")
    if call.get("status") in _UNDER_WAY:
        return cells.state("waiting for the station", "busy")
    if error:
        return cells.state(_failure(call["status"], error), "bad")
    heard = response if isinstance(response, dict) else {}
    if word := heard.get("status"):
        return cells.state(word)
    plain = [f"{name} {value}" for name, value in heard.items() if isinstance(value, int | str)]
    return cells.state(", ".join(plain) or call.get("status"), "good")


def _failure(status: str, error: dict[str, Any]) -> str:
    """E.g. "timed out: no answer within 30 s"; of what was withdrawn, by whom."""
    why = ", ".join(filter(None, (error["code"], error["description"])))
    said = status.replace("_", " ")
    return f"{said} by {why}" if status == "cancelled" else ": ".join(filter(None, (said, why)))

"""One OCPP call to many stations: asked for as a form, then followed on a page of its own."""

import json
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.stations.choice import Choice
from commands.ui.parts import dialogs
from commands.ui.parts.cells import path
from commands.ui.parts.form import Form
from commands.ui.visit import Visit

_USUAL = "Reset"
_WAITS = {
    0: "it fails at once",
    3_600: "wait an hour",
    86_400: "wait a day",
    604_800: "wait a week",
    2_592_000: "wait 30 days",
}


async def ask(visit: Visit, choice: Choice) -> bool:
    """Ask what is to be sent, and send it; then its page is shown. False when nothing was."""
    operations = await visit.ask(visit.api.get("/api/v1/operations"))
    if operations is None:
        return False
    asked = _Asked(visit, choice, {each["action"]: each for each in operations["items"]})
    bulk = await asked.answer()
    if bulk:
        ui.navigate.to(path("bulk-calls", bulk))
    return bool(bulk)


class _Asked:
    """The dialog; its form changes with the action."""

    def __init__(self, visit: Visit, choice: Choice, operations: dict[str, Any]) -> None:
        self._visit, self._choice, self._operations = visit, choice, operations
        title = f"Send a call to {choice.whom}"
        with ui.dialog() as self._dialog, ui.card().classes("dialog wide"):
            self._dialog.props["aria-label"] = title
            ui.label(title).classes("dialog-title")
            ui.label(choice.which).classes("muted")
            self._action = ui.select(
                list(operations), label="Action", value=_USUAL, with_input=True
            )
            self._action.props("outlined dense").classes("w-full")
            self._action.on_value_change(self._draw)
            self._place = ui.column().classes("w-full")
            self._wait = ui.select(_WAITS, label="For a station that is away", value=0)
            self._wait.props("outlined dense").classes("w-full")
            with ui.row().classes("w-full justify-end"):
                ui.button("Cancel", on_click=lambda: self._dialog.submit("")).props("flat no-caps")
                self._sure = ui.button(f"Send to {choice.whom}", on_click=self._send)
                self._sure.props("no-caps unelevated")
        self._draw()

    async def answer(self) -> str:
        """The id of the bulk call; "" for none."""
        answer: str | None = await self._dialog
        self._dialog.delete()
        return answer or ""

    @property
    def _operation(self) -> Any:
        return self._operations.get(self._action.value or "")

    def _draw(self) -> None:
        self._place.clear()
        self._sure.set_enabled(self._operation is not None)
        if self._operation is None:
            return
        with self._place:
            ui.label(self._operation["summary"])
            self._form = Form(self._operation["payload"], self._visit.zone)

    async def _send(self) -> None:
        if not self._form.check() or not await self._is_sure():
            return
        said = {"action": self._action.value, "ttl": self._wait.value, **self._choice.selection}
        self._sure.props("loading")
        try:
            bulk = await self._visit.api.send(
                "/api/v1/bulk-calls", _body(said, self._form.text), "application/json"
            )
        except Refused as refused:
            self._visit.tell(refused)
        else:
            self._dialog.submit(bulk["id"])
        self._sure.props(remove="loading")

    async def _is_sure(self) -> bool:
        """Whoever sends what is dangerous is asked once more."""
        operation = self._operation
        if not operation["danger"]:
            return True
        title = f"{operation['action']} to {self._choice.whom}?"
        consequence = f"{operation['consequence']}\n{self._choice.which}"
        verb = f"Send to {self._choice.whom}"
        return bool(await dialogs.confirmed(title, consequence, verb=verb))


def _body(said: dict[str, object], payload: str) -> bytes:
    """With the payload as it was written: numbers keep their spelling, members their order."""
    return f'{json.dumps(said)[:-1]}, "payload": {payload}}}'.encode()

"""Sending operations to a station: forms made from their definitions, in place or in a dialog."""

from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.station.outcomes import Operation, Outcomes
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import dialogs
from commands.ui.parts.form import Form

_PATIENCE = {0: "now, or not at all", 3600: "wait an hour for it", 86_400: "wait a day for it"}
_JSON = "application/json"


class Calling:
    """What is sent goes to one station; what becomes of it is shown by `outcomes`."""

    def __init__(self, subject: Subject, outcomes: Outcomes) -> None:
        self._subject, self._outcomes = subject, outcomes

    async def open(self, action: str, value: dict[str, Any]) -> None:
        """Ask for an operation's fields in a dialog, some of them filled in, and send it."""
        visit = self._subject.visit
        operation = await visit.ask(visit.api.get(f"/api/v1/operations/{action}"))
        if operation is None:
            return
        with ui.dialog() as dialog, ui.card().classes("dialog dialog-wide"):
            dialog.props["aria-label"] = f"{action} for {self._subject.station}"
            ui.label(f"{action} · {self._subject.station}").classes("dialog-title")
            explain(operation)
            form = Form(operation["payload"], visit.zone, value)
            patience = patience_field()

            def submit() -> None:
                if form.check():
                    dialog.submit(form.text)

            with ui.row().classes("w-full justify-end"):
                ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
                send_button(operation).on_click(submit)
        text = await dialog
        ttl = patience.value
        dialog.delete()
        if text is not None:
            await self.place(operation, text, ttl=ttl)

    async def confirm(self, operation: Operation) -> bool:
        """Whether somebody is sure; who sends what cannot harm is not asked."""
        if not operation["danger"]:
            return True
        title = f"{operation['action']} · {self._subject.station}"
        verb = f"Send {operation['action']}"
        return await dialogs.confirmed(title, operation["consequence"], verb=verb) is not None

    async def place(self, operation: Operation, text: str, *, ttl: float) -> None:
        """Send it as it is written; what becomes of it is shown."""
        path = self._subject.path("calls", operation["action"])
        try:
            call = await self._subject.visit.api.send(path, text.encode(), _JSON, ttl=ttl)
        except Refused as refused:
            self._subject.visit.tell(refused)
            self._outcomes.refuse(operation["action"], refused)
        else:
            self._outcomes.add(call, operation["leads_to"])


def explain(operation: Operation) -> None:
    """What it does, what may come of it."""
    ui.label(operation["summary"])
    ui.label(f"{operation['notes']} ({operation['section']})").classes("muted")
    if operation["danger"]:
        ui.label(operation["consequence"]).classes("warning")


def patience_field() -> ui.select:
    """How long it may wait for a station that is not connected, s."""
    field = ui.select(_PATIENCE, value=0, label="If the station is not connected")
    return field.props("outlined dense options-dense stack-label").classes("form-field")


def send_button(operation: Operation) -> ui.button:
    """As dangerous as it is."""
    colour = "negative" if operation["danger"] else "primary"
    button = ui.button(f"Send {operation['action']}", icon="send")
    return button.props(f"no-caps unelevated color={colour}")

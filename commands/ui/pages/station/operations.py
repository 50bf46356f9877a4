"""Every operation that OCPP knows of, as a form, and what became of what was sent."""

from itertools import groupby
from typing import Any

from nicegui import events, ui

from commands.ui.pages.station.calling import Calling, explain, patience_field, send_button
from commands.ui.pages.station.outcomes import Operation, Outcomes
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts.form import Form
from commands.ui.parts.heading import empty, section

_FIRST = "TriggerMessage"  # it harms nobody


async def build(subject: Subject) -> Refresh:
    """The operations, one of them open."""
    if subject.is_past:
        empty("Nothing can be asked of a station in the past. Go back to now first.")
        return _nothing
    if not subject.may("operator"):
        empty("Operations are for the role operator; what was sent is in the timeline.")
        return _nothing
    visit = subject.visit
    found = await visit.ask(visit.api.get("/api/v1/operations"))
    if found is None:
        return _nothing
    desk = _Desk(subject, found["items"])
    desk.choose(_FIRST)
    return _nothing


async def _nothing() -> None:
    """What is shown follows by itself."""


class _Desk:
    """One operation is open; what is typed stays until another one is."""

    def __init__(self, subject: Subject, operations: list[Operation]) -> None:
        self._subject, self._outcomes = subject, Outcomes(subject)
        self._operations = {each["action"]: each for each in operations}
        with ui.element("div").classes("desk"):
            with ui.element("div"):
                self._choice = ui.select(_options(operations), label="Operation", with_input=True)
                self._choice.props("outlined dense options-dense").classes("w-full")
                self._choice.on_value_change(self._chosen)
                self._place = ui.element("div").classes("w-full")
            with section("What became of it"):
                self._outcomes.draw()
        self._calling = Calling(subject, self._outcomes)

    def choose(self, action: str) -> None:
        """Open an operation."""
        self._choice.set_value(action)

    def _chosen(self, event: events.ValueChangeEventArguments[Any]) -> None:
        operation = self._operations.get(event.value or "")
        if operation is None:
            return
        self._place.clear()
        with self._place, section(f"{operation['action']} · {self._subject.station}"):
            explain(operation)
            form = Form(operation["payload"], self._subject.visit.zone)
            with ui.row().classes("w-full items-center"):
                patience = patience_field()
                send = send_button(operation)

        async def submit() -> None:
            if form.check() and await self._calling.confirm(operation):
                await self._calling.place(operation, form.text, ttl=patience.value)

        send.on_click(submit)


def _options(operations: list[Operation]) -> dict[str, str]:
    """By the profile of OCPP that they belong to."""
    ordered = sorted(operations, key=lambda each: (each["group"], each["action"]))
    return {
        each["action"]: f"{each['action']} · {group}: {each['summary']}"
        for group, within in groupby(ordered, key=lambda each: each["group"])
        for each in within
    }

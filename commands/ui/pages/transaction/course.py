"""What happened to a transaction, message by message, and what each led to."""

import json
from typing import Any

from nicegui import ui

from commands.ui.pages.transaction.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows
from commands.ui.parts.sheet import sheet, written

_MOST = 1000  # happenings
_READINGS = "MeterValues"
_SAID = {
    "frame": "from the station",
    "call": "to the station",
    "wish": "an operator",
    "due": "a timer",
    "pruned": "no longer in the journal",
}


class Course:
    """Shown anew when the transaction has changed; a row opens what was said."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._events: list[Any] = []
        with section("Timeline"):
            with ui.row().classes("w-full items-center"):
                ui.label("The newest first; a row opens the message.").classes("muted")
                ui.space()
                self._all = ui.switch("with meter values", on_change=self._draw)
            self._rows = Rows(
                [
                    Column(
                        "at",
                        "Received",
                        lambda each: cells.time(each["at"], subject.visit.zone, exact=True),
                    ),
                    Column("from", "From", _sender),
                    Column("action", "What", lambda each: cells.text(each["action"])),
                    Column("facts", "Led to", _led_to),
                ],
                name="Timeline of the transaction",
                empty="Nothing but meter values: switch them on above.",
                on_open=self._open,
            )
            self._note = ui.label().classes("muted")

    async def refresh(self) -> None:
        """Read it again."""
        page = await self._subject.get("timeline", newest_first=True, limit=_MOST)
        if page is not None:
            self._events = page["items"]
            self._note.text = "What is older stands in the station's timeline." * bool(page["next"])
            self._draw()

    def _draw(self) -> None:
        shown = [each for each in self._events if self._all.value or each["action"] != _READINGS]
        self._rows.show(shown)

    def _open(self, event: Any) -> None:
        zone = self._subject.visit.zone
        details = {
            "Received": cells.time(event["at"], zone, exact=True),
            "From": _sender(event),
            "Message id": cells.code(event["message_id"]),
            "Journal key": cells.code(event["key"]),
            "Deviations": cells.text(event["deviations"]),
        }
        with sheet(event["action"] or event["kind"], details):
            for title, text in (("Message", event["payload"]), ("Answer", event["answer"])):
                if text:
                    ui.label(title).classes("muted")
                    written(pretty(text))
            for fact in event["facts"]:
                ui.label(facts_of([fact])).classes("muted")
                written(json.dumps(fact["data"], indent=2, ensure_ascii=False))


def facts_of(facts: list[Any]) -> str:
    """Facts in words, e.g. "transaction started"; each once."""
    topics = dict.fromkeys(each["topic"] for each in facts)
    return "; ".join(topic.replace(".", " ").replace("_", " ") for topic in topics)


def pretty(text: str) -> str:
    """JSON with room between its members; anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _led_to(event: Any) -> cells.Cell:
    told = facts_of(event["facts"])
    return cells.text(told, title=told)


def _sender(event: Any) -> cells.Cell:
    said = _SAID.get(event["kind"], event["kind"])
    return cells.text(f"{said}: {event['by']}" if event["by"] else said)

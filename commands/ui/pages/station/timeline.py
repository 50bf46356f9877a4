"""What happened at a station: what was said, called, wished and due, and what it led to."""

import json
from typing import Any

from nicegui import events, ui

from commands.ui.pages.station.feed import Entry, Feed, payload
from commands.ui.pages.station.sentences import KINDS, call_of, icon, sentence, tone
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.details import Details

_PAGE = 50
_MOST = 1000  # events in the browser
_FREQUENT = frozenset({"Heartbeat", "MeterValues"})
_HIDDEN = frozenset({"timestamp", "originator_topic", "class_version"})  # of facts


async def build(subject: Subject) -> Refresh:
    """The newest on top; in the past the newest until then."""
    shown = _Timeline(subject)
    await shown.refresh()
    return shown.refresh


class _Timeline:
    """Reads page after page backwards, and what is new on top."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._kinds: list[str] = []
        self._cursor = ""  # of the page below
        self._is_begun = False
        self._is_brief = False
        with ui.row().classes("filters"):
            kinds = ui.select(dict(KINDS), label="Only", multiple=True, clearable=True)
            kinds.props("dense outlined options-dense use-chips").on_value_change(self._choose)
            brief = ui.checkbox("Without heartbeats and meter values")
            brief.on_value_change(self._shorten)
        self._feed = Feed(subject.visit.zone, name="Timeline", empty="Nothing yet.", most=_MOST)
        self._older = ui.button("Load older", icon="expand_more", on_click=self._load_older)
        self._older.props("flat no-caps").set_visibility(False)

    async def refresh(self) -> None:
        """What is new, and what was added to the newest."""
        page = await self._read("")
        if page is None:
            return
        self._feed.put(self._entries(page))
        if not self._is_begun:
            self._is_begun = True
            self._go_on(page)

    async def _load_older(self) -> None:
        page = await self._read(self._cursor)
        if page is not None:
            self._feed.put(self._entries(page), below=True)
            self._go_on(page)

    async def _read(self, cursor: str) -> Any:
        query = {"kind": self._kinds or None, "to": self._subject.at, "cursor": cursor}
        path = self._subject.path("timeline")
        asked = self._subject.visit.api.get(path, newest_first="true", limit=_PAGE, **query)
        return await self._subject.visit.ask(asked)

    def _go_on(self, page: dict[str, Any]) -> None:
        self._cursor = page["next"] or ""
        self._older.set_visibility(bool(self._cursor))

    async def _choose(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._kinds = list(event.value or ())
        await self._again()

    async def _shorten(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._is_brief = bool(event.value)
        await self._again()

    async def _again(self) -> None:
        self._is_begun = False
        self._feed.clear()
        await self.refresh()

    def _entries(self, page: dict[str, Any]) -> list[Entry]:
        hidden = _FREQUENT if self._is_brief else frozenset()
        return [self._entry(each) for each in page["items"] if each["action"] not in hidden]

    def _entry(self, happening: dict[str, Any]) -> Entry:
        facts = len(happening["facts"])
        marks = [f"{facts} fact{'' if facts == 1 else 's'}"] if facts else []
        if happening["deviations"]:
            marks.append("off the specification")
        return Entry(
            key=happening["key"] or happening["facts"][0]["position"],
            at=happening["at"],
            icon=icon(happening),
            said=sentence(happening),
            marks=tuple(marks),
            tone=tone(happening),
            details=lambda: self._details(happening),
        )

    def _details(self, happening: dict[str, Any]) -> None:
        told = {"Key": cells.code(happening["key"])}
        if happening["message_id"]:
            told["Message id"] = cells.code(happening["message_id"])
        if call := call_of(happening):
            told["Call"] = cells.link(call, cells.path("calls", call))
        if happening["deviations"]:
            told["Off the specification"] = cells.text(happening["deviations"])
        Details().show(told)
        payload("Message", happening["payload"])
        payload("Answer", happening["answer"])
        for fact in happening["facts"]:
            self._fact(fact)

    def _fact(self, fact: dict[str, Any]) -> None:
        with ui.element("div").classes("fact"):
            with ui.row().classes("items-baseline"):
                ui.label(fact["topic"]).classes("fact-topic")
                ui.label(f"{fact['stream']}, version {fact['version']}").classes("muted")
                ui.label(f"position {fact['position']}").classes("muted")
            data = {name: each for name, each in fact["data"].items() if name not in _HIDDEN}
            if data:
                ui.label(json.dumps(data, indent=2, ensure_ascii=False)).classes("code payload")

"""Things that happened, one below the other, the newest on top; more are told on demand."""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from nicegui import events, ui

from commands.ui.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of them; `details` draws the rest, when somebody wants to see it."""

    key: Hashable
    at: str
    icon: str
    said: str
    marks: tuple[str, ...] = ()  # small words behind it
    tone: str = "idle"
    details: Callable[[], object]


class Feed:
    """Entries by key: those that are new or changed are drawn, others stay as they are."""

    def __init__(self, zone: Zone, *, name: str, empty: str, most: int, kind: str = "") -> None:
        """`most` are kept: the oldest go when there are more; `kind` is a class of its style."""
        self._zone, self._most = zone, most
        self._nothing = ui.label(empty).classes("empty")
        self._box = ui.element("div").classes(f"feed {kind}").props("role=region")
        self._box.props["aria-label"] = name
        self._drawn: dict[Hashable, tuple[Entry, ui.element]] = {}
        self._order: list[Hashable] = []  # the newest first

    def clear(self) -> None:
        """Forget all."""
        self._box.clear()
        self._drawn.clear()
        self._order.clear()
        self._nothing.set_visibility(True)

    def put(self, entries: list[Entry], *, below: bool = False) -> None:
        """The newest first; those that are not known go on top, or below all that is there."""
        place = len(self._order) if below else 0
        for entry in entries:
            if entry.key in self._drawn:
                self._renew(entry)
                continue
            element = self._draw(entry)
            element.move(target_index=place)
            self._drawn[entry.key] = entry, element
            self._order.insert(place, entry.key)
            place += 1
        if not below:
            self._trim()
        self._nothing.set_visibility(not self._order)

    def _renew(self, entry: Entry) -> None:
        """Something was added to it, e.g. the answer; what is open stays open."""
        known, element = self._drawn[entry.key]
        if (known.said, known.marks, known.tone) == (entry.said, entry.marks, entry.tone):
            return
        place = self._order.index(entry.key)
        is_open = element.props.get("open", False)
        element.delete()
        drawn = self._draw(entry, is_open=is_open)
        drawn.move(target_index=place)
        self._drawn[entry.key] = entry, drawn

    def _trim(self) -> None:
        for key in self._order[self._most :]:
            self._drawn.pop(key)[1].delete()
        del self._order[self._most :]

    def _draw(self, entry: Entry, *, is_open: bool = False) -> ui.element:
        with self._box, ui.element("details").classes(f"happening happening-{entry.tone}") as drawn:
            with ui.element("summary"):
                ui.icon(entry.icon).props("aria-hidden=true")
                time = ui.label(self._zone.exact(entry.at)).classes("numeric muted")
                time.props["title"] = self._zone.utc(entry.at)
                ui.label(entry.said).classes("happening-said")
                for mark in entry.marks:
                    ui.label(mark).classes("happening-mark")
            place = ui.element("div").classes("happening-details")

        def toggled(event: events.GenericEventArguments) -> None:
            is_now_open = bool(event.args.get("open"))
            drawn.props["open"] = is_now_open
            if is_now_open and not place.default_slot.children:
                with place:
                    entry.details()

        drawn.on("toggle", toggled, js_handler="(e) => emit({open: e.target.open})")
        if is_open:
            drawn.props["open"] = True
            with place:
                entry.details()
        return drawn


def payload(name: str, text: str) -> None:
    """JSON, pretty; what is none, as it is."""
    if not text:
        return
    ui.label(name).classes("muted")
    shown = pretty(text)
    with ui.row().classes("no-wrap items-start w-full"):
        ui.label(shown).classes("code pre-line payload")
        copy = ui.button(icon="content_copy", on_click=lambda: ui.clipboard.write(text))
        copy.props("flat dense round size=sm")
        copy.props["aria-label"] = f"Copy {name.lower()}"


def pretty(text: str) -> str:
    """With line breaks and indents."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def body(frame: str) -> dict[str, Any]:
    """What a frame says, for who wants to tell of it; {} when it is none."""
    try:
        read = json.loads(frame)
    except ValueError:
        return {}
    said = read[-1] if isinstance(read, list) and read else read
    return said if isinstance(said, dict) else {}

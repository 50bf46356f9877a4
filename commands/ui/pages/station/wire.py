"""The wire log: every message in and out, live, found, paused, copied."""

from typing import Any

from nicegui import events, ui

from commands.ui.pages.station.feed import Entry, Feed, payload
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts.heading import empty

_FIRST = 100  # messages at first
_MOST = 500  # messages in the browser
_BRIEF = 160  # characters of a payload in its line
_DIRECTIONS = {"": "both", "in": "from the station", "out": "to the station"}


async def build(subject: Subject) -> Refresh:
    """The newest on top."""
    if subject.is_past:
        empty("The wire log is of now only. What was said until then is in the timeline.")
        return _nothing
    log = _Log(subject)
    await log.refresh()
    return log.refresh


async def _nothing() -> None:
    """The past does not change."""


class _Log:
    """Keeps the newest messages, shows those that are looked for."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._rows: list[dict[str, Any]] = []  # the newest first
        self._since = 0
        self._is_paused = False
        self._action = self._direction = self._text = ""
        with ui.row().classes("filters"):
            self._filters()
            self._pause = ui.button("Pause", icon="pause", on_click=self._turn)
            self._pause.props("outline no-caps dense")
            copy = ui.button("Copy all shown", icon="content_copy", on_click=self._copy)
            copy.props("outline no-caps dense")
            self._count = ui.label().classes("muted").props("role=status")
        nothing = "No message yet. What the station says and is told appears here at once."
        self._feed = Feed(
            subject.visit.zone, name="Wire log", empty=nothing, most=_MOST, kind="feed-wire"
        )

    async def refresh(self) -> None:
        """What has come since."""
        if self._is_paused:
            return
        path = self._subject.path("journal")
        limit = _MOST if self._since else _FIRST
        asked = self._subject.visit.api.get(
            path, newest_first="true", since=self._since, limit=limit
        )
        page = await self._subject.visit.ask(asked)
        items = [each for each in (page or {"items": []})["items"] if self._is_new(each)]
        if items:
            self._since = items[0]["position"]
            new = [each for each in items if each["kind"] == "frame"]
            self._rows = (new + self._rows)[:_MOST]
            self._feed.put([self._entry(each) for each in new if self._is_wanted(each)])
        self._tell()

    def _is_new(self, row: dict[str, Any]) -> bool:
        """Two may have looked at once: who was pressed, and the clock."""
        return bool(row["position"] > self._since)

    def _filters(self) -> None:
        action = ui.input("Action").props("dense outlined clearable debounce=250")
        direction = ui.select(_DIRECTIONS, label="Direction", value="")
        direction.props("dense outlined options-dense")
        text = ui.input("Text in the message").props("dense outlined clearable debounce=250")

        def changed(_: events.ValueChangeEventArguments[Any]) -> None:
            self._action = (action.value or "").casefold().strip()
            self._direction = direction.value or ""
            self._text = (text.value or "").casefold()
            self._show()

        for each in (action, direction, text):
            each.on_value_change(changed)

    def _is_wanted(self, row: dict[str, Any]) -> bool:
        said = f"{row['payload']} {row['answer']}".casefold()
        return (
            self._action in row["action"].casefold()
            and self._direction in {"", row["direction"]}
            and self._text in said
        )

    @property
    def _wanted(self) -> list[dict[str, Any]]:
        return [each for each in self._rows if self._is_wanted(each)]

    def _show(self) -> None:
        self._feed.clear()
        self._feed.put([self._entry(each) for each in self._wanted])
        self._tell()

    def _tell(self) -> None:
        paused = "paused · " if self._is_paused else ""
        self._count.text = f"{paused}{len(self._wanted)} of {len(self._rows)} messages"

    async def _turn(self) -> None:
        self._is_paused = not self._is_paused
        self._pause.text = "Go on" if self._is_paused else "Pause"
        self._pause.props(f"icon={'play_arrow' if self._is_paused else 'pause'}")
        self._tell()
        await self.refresh()

    def _copy(self) -> None:
        wanted = self._wanted
        ui.clipboard.write("\n".join(line for each in reversed(wanted) for line in _lines(each)))
        ui.notify(f"{len(wanted)} messages are copied, the oldest first.", type="positive")

    def _entry(self, row: dict[str, Any]) -> Entry:
        is_in = row["direction"] == "in"
        brief = row["payload"].partition("{")
        said = f"{brief[1]}{brief[2]}".removesuffix("]")
        cut = said[:_BRIEF] + ("…" if len(said) > _BRIEF else "")
        return Entry(
            key=row["position"],
            at=row["received_at"],
            icon="south_east" if is_in else "north_west",
            said=f"{'from' if is_in else 'to'} it · {row['action'] or 'answer'} · {cut}",
            marks=("off the specification",) if row["deviations"] else (),
            tone="bad" if _is_error(row) else "idle" if is_in else "busy",
            details=lambda: _details(row),
        )


def _details(row: dict[str, Any]) -> None:
    ui.label(f"Message {row['message_id']} on connection {row['connection']}").classes("muted")
    ui.label(f"received by {row['node']}").classes("muted")
    if row["deviations"]:
        ui.label(row["deviations"]).classes("warning")
    payload("Message", row["payload"])
    payload("Answer", row["answer"])


def _is_error(row: dict[str, Any]) -> bool:
    return any(row[each].startswith("[4") for each in ("payload", "answer"))


def _lines(row: dict[str, Any]) -> list[str]:
    """As a log has it: time, direction, frame; the answer to it below."""
    other = "out" if row["direction"] == "in" else "in"
    lines = [f"{row['received_at']} {row['direction']} {row['payload']}"]
    if row["answer"]:
        lines.append(f"{row['decided_at']} {other} {row['answer']}")
    return lines

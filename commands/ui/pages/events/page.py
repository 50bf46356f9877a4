"""The page of events: live, the newest on top."""

import asyncio
import json
from typing import Any

from nicegui import ui

from commands.ui.pages.events.stream import Stream
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows
from commands.ui.parts.sheet import sheet, written
from commands.ui.route import Page
from commands.ui.visit import Visit

_SCHEMAS = "/api/v1/events/schemas"
_BREATH = 0.4  # s
_WAIT = 300  # ms after the last key
_EMPTY = "No such event of late. They appear here as they happen."
_HOW = (
    "Programs follow the same events in three ways: by GET /api/v1/events?after=POSITION, page"
    " after page; by GET /api/v1/events/stream, as Server-Sent Events; or they are sent them by a"
    " webhook. The position of an event is where to go on after it: nothing is lost, nothing comes"
    " twice. Events are CloudEvents 1.0 and bear no tags of drivers."
)


async def show(visit: Visit) -> None:
    """Build it."""
    page = _Events(visit, sorted(await visit.api.get(_SCHEMAS)))
    await visit.ask(page.begin())
    visit.live(page.follow)


class _Events:
    """What is shown, and whether it is held."""

    def __init__(self, visit: Visit, types: list[str]) -> None:
        self._visit, self._stream = visit, Stream(visit)
        self._held = False
        with heading("Events", "What happened, as others are told of it."):
            self._hold = ui.button("Pause", on_click=self._turn).props("no-caps outline icon=pause")
        _explain(visit)
        self._fields(types)
        self._said = ui.label().classes("muted")
        self._rows = Rows(
            _columns(visit), name="Events", empty=_EMPTY, on_open=self._open, key="id"
        )

    async def begin(self) -> None:
        """Read the last ones that are chosen."""
        after = self._after.value
        await self._stream.begin(
            after=None if after is None else max(0, int(after)),
            type=self._type.value or [],
            station=self._station.value or "",
        )
        self._show()

    async def follow(self) -> None:
        """Go on, but let a busy fleet's events come together."""
        await self.refresh()
        await asyncio.sleep(_BREATH)

    async def refresh(self) -> None:
        """Go on, unless it is held."""
        if not self._held:
            await self._stream.read()
            self._show()

    def _show(self) -> None:
        self._rows.show(self._stream.newest)
        self._said.text = f"All up to position {self._stream.position} is looked at."

    def _fields(self, types: list[str]) -> None:
        query = self._visit.query
        asked = [each for each in query.get("type", "").split(",") if each in types]
        with ui.row().classes("filters"):
            options = {each: _short(each) for each in types}
            self._type = ui.select(options, label="Types", value=asked, multiple=True)
            self._type.props("use-chips options-dense clearable").classes("types")
            self._station = ui.input("Station", value=query.get("station", ""))
            self._station.props("clearable")
            self._after = ui.number("After position", min=0)
            self._after.props("clearable")
        for field in (self._type, self._station, self._after):
            field.props(f"dense outlined debounce={_WAIT}").on_value_change(self._change)

    async def _change(self) -> None:
        types = ",".join(self._type.value or [])
        self._visit.address(type=types, station=self._station.value or "")
        await self._visit.ask(self.begin())

    async def _turn(self) -> None:
        self._held = not self._held
        self._hold.text = "Go on" if self._held else "Pause"
        self._hold.props(f"icon={'play_arrow' if self._held else 'pause'}")
        await self._visit.ask(self.refresh())

    async def _open(self, event: Any) -> None:
        schema = await self._visit.ask(self._visit.api.get(_SCHEMAS + cells.path(event["type"])))
        details = {
            "Position": cells.text(event["position"]),
            "Happened": cells.time(event["time"], self._visit.zone, exact=True),
            "Subject": cells.text(event.get("subject")),
        }
        with sheet(event["type"], details):
            written(_pretty(event))
            with ui.expansion("Schema of its data").classes("w-full"):
                written(_pretty(schema))


def _explain(visit: Visit) -> None:
    with ui.expansion("How programs get them").classes("w-full section"):
        ui.label(_HOW)
        with ui.row():
            ui.link("The API", "/docs", new_tab=True)
            if visit.may("admin"):
                ui.link("Webhooks", "/webhooks")


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("position", "Position", lambda each: cells.text(each["position"]), align="right"),
        Column("at", "Happened", lambda each: cells.time(each["time"], visit.zone, exact=True)),
        Column("type", "Type", lambda each: cells.opener(_short(each["type"]))),
        Column("station", "Station", _station),
        Column("data", "Data", lambda each: _data(each["data"])),
    ]


def _station(event: Any) -> Cell:
    return cells.station(event["station"]) if event.get("station") else cells.text("")


def _data(data: Any) -> Cell:
    said = (f"{name} {_brief(value)}" for name, value in data.items() if value not in (None, ""))
    return cells.text(", ".join(said)[:160])


def _brief(value: Any) -> str:
    return f"({len(value)})" if isinstance(value, list | dict) else str(value)


def _short(type: str) -> str:
    return type.removeprefix("ampledger.")


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


PAGE = Page(path="/events", title="Events", show=show, icon="stream", menu="Evidence")

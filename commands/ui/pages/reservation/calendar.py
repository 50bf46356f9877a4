"""Reservations as bars over time, a row for each connector; the list beside it says the same."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.heading import empty, section
from commands.ui.visit import Visit

_MOST = 500  # reservations that are drawn
_DAY = timedelta(days=1)
_SPANS = {"day": _DAY, "week": 7 * _DAY}
_TICKS = {"day": timedelta(hours=3), "week": _DAY}
_NEVER_STOOD = frozenset({"occupied", "rejected", "unavailable", "faulted", "failed", "unknown"})
_NONE = "Nothing is reserved in this time.\nReserve a connector above, or look at other days."


class Calendar:
    """A day or a week; `refresh` reads it again, and draws it when it differs."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._span = "day"
        self._begin = visit.zone.midnight(visit.now)
        self._query: dict[str, object] = {}
        self._drawn: object = None
        with section("Calendar"):
            with ui.row().classes("w-full items-center"):
                self._move("chevron_left", "Earlier", -1)
                ui.button("Today", on_click=self._today).props("flat no-caps dense")
                self._move("chevron_right", "Later", 1)
                self._title = ui.label().classes("numeric").props("role=status")
                ui.space()
                spans = ui.toggle({"day": "Day", "week": "Week"}, value="day")
                spans.props("no-caps dense").on_value_change(lambda event: self._show(event.value))
            self._box = ui.element("div").classes("gantt w-full")
            self._note = ui.label().classes("muted")

    async def filter(self, **query: object) -> None:
        """Only some."""
        self._query = {name: value for name, value in query.items() if name not in {"from", "to"}}
        await self.refresh()

    async def refresh(self) -> None:
        """Read what touches the time that is shown."""
        asked = self._visit.api.get(
            "/api/v1/reservations",
            limit=_MOST,
            **self._query,
            **{"from": self._begin.isoformat(), "to": self._end.isoformat()},
        )
        page = await self._visit.ask(asked)
        if page is None:
            return
        self._title.text = _title(self._begin, self._end)
        minute = int(self._visit.now.timestamp() // 60)
        stood = [each for each in page["items"] if each["status"] not in _NEVER_STOOD]
        if (shown := (stood, self._begin, self._span, minute)) != self._drawn:
            self._drawn = shown
            self._draw([each for each in stood if each["requested_at"] and _end(each)])
            left_out = f" Only the newest {_MOST} are drawn." if page["next"] else ""
            self._note.text = f"What the station refused stands in the list only.{left_out}"

    @property
    def _end(self) -> datetime:
        return self._begin + _SPANS[self._span]

    def _move(self, icon: str, name: str, steps: int) -> None:
        async def go() -> None:
            self._begin += steps * _SPANS[self._span]
            await self.refresh()

        ui.button(icon=icon, on_click=go).props(f'flat round dense aria-label="{name}"')

    async def _today(self) -> None:
        self._begin = self._visit.zone.midnight(self._visit.now)
        await self.refresh()

    async def _show(self, span: str) -> None:
        self._span = span
        await self.refresh()

    def _draw(self, items: Sequence[Any]) -> None:
        self._box.clear()
        with self._box:
            if not items:
                empty(_NONE)
                return
            self._scale()
            ordered = sorted(items, key=_where)
            for (station, connector), of_connector in groupby(ordered, key=_where):
                name = f"{station} · {connector or 'any'}"
                with ui.element("div").classes("gantt-row"):
                    ui.link(name, cells.path("stations", station)).classes("gantt-name")
                    with ui.element("div"):
                        for lane in _lanes(of_connector):
                            with ui.element("div").classes("gantt-line"):
                                for each in lane:
                                    self._bar(each)

    def _scale(self) -> None:
        with ui.element("div").classes("gantt-row").props("aria-hidden=true"):
            ui.label().classes("gantt-name")
            with ui.element("div").classes("gantt-line gantt-scale"):
                at = self._begin
                while at < self._end:
                    tick = ui.label(f"{at:%H:%M}" if self._span == "day" else f"{at:%a %d}")
                    tick.classes("gantt-tick").style(f"left: {self._place(at):.2f}%")
                    at += _TICKS[self._span]
                if self._begin <= self._visit.now < self._end:
                    now = ui.label().classes("gantt-now")
                    now.style(f"left: {self._place(self._visit.now):.2f}%")

    def _bar(self, item: Any) -> None:
        zone = self._visit.zone
        ended = _end(item)
        left, right = self._place(zone.local(item["requested_at"])), self._place(zone.local(ended))
        number = item["reservation_id"]
        bar = ui.link(f"{number} {item['id_tag']}", href(item))
        bar.classes(f"gantt-bar tone-{tone(item['status'])}")
        bar.style(f"left: {left:.2f}%; width: {max(right - left, 0.4):.2f}%")
        bar.props["title"] = bar.props["aria-label"] = (
            f"Reservation {number} for {item['id_tag']}, {item['status']},"
            f" {zone.text(item['requested_at'])} to {zone.text(ended)}"
        )

    def _place(self, at: datetime) -> float:
        """In per cent of what is shown."""
        return min(max((at - self._begin) / (self._end - self._begin), 0.0), 1.0) * 100


def href(reservation: Any) -> str:
    """The page of a reservation: its number is unique at its station only."""
    station = cells.path(reservation["station"])[1:]
    return f"{cells.path('reservations', reservation['reservation_id'])}?station={station}"


def tone(status: str) -> cells.Tone:
    """How a state of a reservation is coloured."""
    if status in {"accepted", "used"}:
        return "good" if status == "used" else "busy"
    if status in {"requested", "unanswered"}:
        return "warn"
    return "idle" if status in {"cancelled", "expired", "ended"} else "bad"


def _end(reservation: Any) -> str:
    return str(reservation["ended_at"] or reservation["expiry_date"] or "")


def _lanes(reservations: Iterable[Any]) -> list[list[Any]]:
    """Those that overlap stand below each other."""
    lanes: list[list[Any]] = []
    for each in sorted(reservations, key=lambda one: str(one["requested_at"])):
        free = (lane for lane in lanes if _end(lane[-1]) <= each["requested_at"])
        if (lane := next(free, None)) is not None:
            lane.append(each)
        else:
            lanes.append([each])
    return lanes


def _where(reservation: Any) -> tuple[str, int]:
    return reservation["station"], reservation["connector_id"]


def _title(begin: datetime, end: datetime) -> str:
    last = end - timedelta(seconds=1)
    if begin.date() == last.date():
        return f"{begin:%A %d %B %Y}"
    return f"{begin:%d %B} to {last:%d %B %Y}"

"""The time slider: any instant of a station's life, to look at the page as of then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from nicegui import events, ui

from commands.ui.pages.station.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.fields import written
from commands.ui.parts.schema import is_time
from commands.ui.zone import span

_STEPS = (
    ("-1 d", timedelta(days=-1)),
    ("-1 h", timedelta(hours=-1)),
    ("-1 min", timedelta(minutes=-1)),
    ("-1 s", timedelta(seconds=-1)),
    ("+1 s", timedelta(seconds=1)),
    ("+1 min", timedelta(minutes=1)),
    ("+1 h", timedelta(hours=1)),
    ("+1 d", timedelta(days=1)),
)


async def build(subject: Subject, tab: Callable[[], str]) -> None:
    """In the past a banner, with the slider; now a button that opens it. `tab` is the open one."""

    def go(at: str) -> None:
        ui.navigate.to(address(subject.station, tab=tab(), at=at))

    if subject.is_past:
        _banner(subject, go)
        await _Slider(subject, go).build()
        return
    with ui.expansion("Look at the past", icon="history").classes("past-opener") as opener:
        place = ui.element("div").classes("w-full")
    is_built = False

    async def opened(event: events.ValueChangeEventArguments[bool]) -> None:
        nonlocal is_built
        if event.value and not is_built:
            is_built = True
            with place:
                await _Slider(subject, go).build()

    opener.on_value_change(opened)


def address(station: str, **query: str) -> str:
    """Of the page as of an instant, `at`; without one it is now."""
    given = {name: value for name, value in query.items() if value}
    return cells.path("stations", station) + (f"?{urlencode(given)}" if given else "")


def _banner(subject: Subject, go: Callable[[str], None]) -> None:
    zone = subject.visit.zone
    with ui.row().classes("banner items-center").props("role=status"):
        ui.icon("history").props("aria-hidden=true")
        text = ui.label(f"As of {zone.exact(subject.at)}: nothing can be done in the past.")
        text.props["title"] = zone.utc(subject.at)
        ui.space()
        back = ui.button("Back to now", icon="update", on_click=lambda: go(""))
        back.props("unelevated no-caps dense")


class _Slider:
    """Lets somebody choose; the page is built anew as of then."""

    def __init__(self, subject: Subject, go: Callable[[str], None]) -> None:
        self._go = go
        self._subject, self._zone = subject, subject.visit.zone
        self._now = subject.visit.now
        self._begin = self._now
        self._at = datetime.fromisoformat(subject.at) if subject.at else self._now

    async def build(self) -> None:
        """Draw it, once it is known when the station's life began."""
        api = self._subject.visit.api
        asked = api.get(self._subject.path("timeline"), limit=1)
        found = await self._subject.visit.ask(asked)
        if found and found["items"]:
            self._begin = datetime.fromisoformat(found["items"][0]["at"])
        with ui.element("section").classes("section slider"):
            self._said = ui.label().classes("muted")
            self._draw()
            with ui.row().classes("actions"):
                for name, step in _STEPS:
                    button = ui.button(name, on_click=lambda step=step: self._step(step))
                    button.props("outline no-caps dense")
                self._exact()
        self._say(self._at)

    def _draw(self) -> None:
        whole = max(1.0, (self._now - self._begin).total_seconds())
        chosen = (self._at - self._begin).total_seconds()
        self._slider = ui.slider(min=0, max=whole, step=1, value=min(max(0.0, chosen), whole))
        self._slider.props('aria-label="Instant in the life of the station"')
        self._slider.on_value_change(lambda event: self._say(self._instant(event.value)))
        self._slider.on("change", lambda event: self._to(self._instant(event.args)))

    def _exact(self) -> None:
        field = ui.input(
            "Exactly", value=f"{self._zone.local(self._at.isoformat()):%Y-%m-%dT%H:%M:%S}"
        )
        field.props("type=datetime-local step=1 outlined dense stack-label")
        field.props["hint"] = self._zone.name

        def go() -> None:
            try:
                self._to(self._zone.of(field.value or ""))
            except ValueError:
                ui.notify("That is no date and time.", type="negative")

        field.on("keydown.enter", go)
        ui.button("Show", icon="history", on_click=go).props("unelevated no-caps dense")

    def _instant(self, seconds: float) -> datetime:
        return self._begin + timedelta(seconds=seconds)

    def _say(self, at: datetime) -> None:
        local = self._zone.text(at.isoformat())
        self._said.text = f"{local} · {span(self._now - at)} ago"

    def _step(self, step: timedelta) -> None:
        self._to(self._at + step)

    def _to(self, at: datetime) -> None:
        """Where the future begins, the page is of now."""
        is_past = at < self._subject.visit.now
        self._go(_exactly(at) if is_past else "")


def _exactly(at: datetime) -> str:
    """To the millisecond where there are any."""
    if not at.microsecond:
        return written(at)
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(given: str) -> str:
    """What an address asks for; "" when that is no instant."""
    return given if is_time(given) else ""

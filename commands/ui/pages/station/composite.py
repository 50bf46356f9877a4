"""The composite schedule drawn: as computed, as the station reports it, beside what was drawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.station.profile_actions import connectors
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.chart import Chart
from commands.ui.parts.listing import Column
from commands.ui.parts.outcome import WAIT, Outcome
from commands.ui.parts.rows import Rows

_GRAIN = 10  # s: the window moves on that often
_WINDOWS = {
    "30m": "30 min back, 30 min ahead",
    "3h": "1 h back, 2 h ahead",
    "24h": "6 h back, 18 h ahead",
    "7d": "a day back, 6 days ahead",
}
_SPANS = {
    "30m": (1800, 3600),
    "3h": (3600, 10_800),
    "24h": (21_600, 86_400),
    "7d": (86_400, 604_800),
}
_FREE = "no limit"
_NOTHING_TO_DRAW = (404, 422)  # a connector nobody knows, a schedule too long to compute
_OVER = "{} of {} readings are above what is installed now; some may be older than that."


class Composite:
    """Chooses a connector, a window and a unit; `refresh` reads and draws it again."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._controls()
        self._chart = Chart(
            subject.visit.zone, unit="A", name="Composite schedule and metered values", height=300
        )
        self._note = ui.label().classes("muted pre-line").props("role=status")
        self._steps = Rows(
            _columns(subject), name="Which profile limits when", empty="Nothing limits here."
        )
        self._outcome = Outcome(subject.visit)

    async def begin(self) -> None:
        """Find out which connectors there are."""
        places = await connectors(self._subject)
        first = next((each for each in places if each), 0)
        self._connector.set_options(places, value=first)

    async def refresh(self) -> None:
        """Read it again; raises Refused."""
        await self._outcome.refresh()
        if list(self._connector.options) == [0]:
            await self.begin()  # it may have named one meanwhile
        back, length = _SPANS[self._window.value]
        path = self._subject.path("connectors", self._connector.value, "schedule")
        begin = _floored(self._subject.visit.now) - timedelta(seconds=back)
        asked = self._subject.visit.api.get(
            path, **{"from": begin.isoformat()}, duration=length, unit=self._unit.value
        )
        try:
            self._show(await asked)
        except Refused as refused:
            if refused.status not in _NOTHING_TO_DRAW:
                raise
            self._chart.show([])
            self._steps.show([])
            self._note.text = refused.detail

    def _controls(self) -> None:
        with ui.row().classes("filters"):
            self._connector = ui.select({0: ""}, label="Connector", value=0)
            self._window = ui.select(_WINDOWS, label="Window", value="30m")
            for field in (self._connector, self._window):
                field.props("outlined dense options-dense")
                field.on_value_change(self._changed)
            self._unit = ui.toggle({"A": "A per phase", "W": "W"}, value="A")
            self._unit.props('no-caps unelevated aria-label="Unit"')
            self._unit.on_value_change(self._changed)
            if self._subject.may("operator"):
                ask = ui.button("Ask the station", on_click=self._ask)
                ask.props("no-caps outline icon=help_outline")

    async def _ask(self) -> None:
        back, length = _SPANS[self._window.value]
        path = self._subject.path("connectors", self._connector.value, "schedule", "ask")
        wish = self._subject.visit.api.post(
            path, duration=length - back, unit=self._unit.value, wait=WAIT
        )
        await self._outcome.follow("GetCompositeSchedule", wish)
        await self._changed()

    async def _changed(self) -> None:
        await self._subject.visit.ask(self.refresh())

    def _show(self, found: dict[str, Any]) -> None:
        chart, unit = self._chart, found["unit"]
        spans = _computed(found)
        computed = chart.steps(
            "Computed limit", [(s["from"], s["until"], s["limit"]) for s in spans]
        )
        chart.bands(computed, [(s["from"], s["until"], _named(s)) for s in spans if s["profiles"]])
        chart.mark(computed, _floored(self._subject.visit.now).isoformat(), "now")
        drawn = [(each["at"], each["value"]) for each in found["metered"]]
        series = [computed, chart.line("Drawn", drawn)]
        if reported := _reported(found):
            series.append(chart.steps("Reported by the station", reported, dashed=True))
        chart.show(series, unit=unit)
        self._steps.show([each | {"unit": unit} for each in spans])
        self._note.text = _told(found, self._subject)


def _columns(subject: Subject) -> list[Column]:
    zone = subject.visit.zone
    return [
        Column("from", "From", lambda e: cells.time(e["from"], zone)),
        Column("until", "Until", lambda e: cells.time(e["until"], zone)),
        Column("limit", "Limit", _limit),
        Column("phases", "Phases", lambda e: cells.text(e["phases"]), "right"),
        Column("profiles", "Decided by", _decided),
    ]


def _limit(step: dict[str, Any]) -> cells.Cell:
    return cells.text(_FREE if step["limit"] is None else f"{step['limit']:g} {step['unit']}")


def _named(step: dict[str, Any]) -> str:
    return ", ".join(f"#{number}" for number in step["profiles"])


def _decided(step: dict[str, Any]) -> cells.Cell:
    """The profiles; one alone leads to the library."""
    if len(step["profiles"]) != 1:
        return cells.text(_named(step))
    return cells.link(_named(step), cells.path("charging-profiles", step["profiles"][0]))


def _computed(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps with the times that they last."""
    begin = datetime.fromisoformat(found["from"])
    starts = [(begin + timedelta(seconds=each["start"])).isoformat() for each in found["computed"]]
    ends = [*starts[1:], found["until"]]
    spans = zip(found["computed"], starts, ends, strict=True)
    return [each | {"from": start, "until": end} for each, start, end in spans]


def _reported(found: dict[str, Any]) -> list[tuple[str, str, float | None]]:
    """What the station said, as far as it lies in the window."""
    report = found["reported"]
    if not report or not report["periods"]:
        return []
    starts = [each["at"] for each in report["periods"]]
    ends = [*starts[1:], report["until"]]
    within = []
    for each, start, end in zip(report["periods"], starts, ends, strict=True):
        first, last = _later(start, found["from"]), _sooner(end, found["until"])
        if datetime.fromisoformat(first) < datetime.fromisoformat(last):
            within.append((first, last, each["limit"]))
    return within


def _told(found: dict[str, Any], subject: Subject) -> str:
    """In words: when the station was asked, and where it differs from what is computed."""
    over = sum(1 for each in found["metered"] if each["exceeded"])
    told = [_OVER.format(over, len(found["metered"]))] if over else []
    report = found["reported"]
    if not report:
        return "\n".join((*told, "The station was never asked for its own schedule."))
    at = subject.visit.zone.text(report["received_at"])
    told.append(f"The station reported last at {at}: {report['status']}.")
    if differences := report["differences"]:
        told.append(_differing(differences[0], len(differences), found["unit"], subject))
    elif report["periods"]:
        told.append("Its report and what is computed agree.")
    return "\n".join(told)


def _differing(first: dict[str, Any], count: int, unit: str, subject: Subject) -> str:
    zone = subject.visit.zone
    computed, reported = (
        _FREE if value is None else f"{value:g} {unit}"
        for value in (first["computed"], first["reported"])
    )
    when = f"{zone.text(first['from'])} to {zone.text(first['until'])}"
    times = "once" if count == 1 else f"{count} times, first"
    return f"They differ {times} {when}: computed {computed}, reported {reported}."


def _floored(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // _GRAIN * _GRAIN, UTC)


def _later(one: str, other: str) -> str:
    return max(one, other, key=datetime.fromisoformat)


def _sooner(one: str, other: str) -> str:
    return min(one, other, key=datetime.fromisoformat)

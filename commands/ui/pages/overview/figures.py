"""The figures of the fleet, each leading to what it counts."""

from collections.abc import Callable
from typing import Any, NamedTuple

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Tone

Found = dict[str, Any]


class _Figure(NamedTuple):
    name: str
    href: str
    value: Callable[[Found], object]
    tone: Callable[[Found], Tone] = lambda _: "idle"


def _alarming(count: Callable[[Found], int], tone: Tone = "bad") -> Callable[[Found], Tone]:
    """Coloured where there is anything."""
    return lambda found: tone if count(found) else "idle"


def _stations(name: str) -> Callable[[Found], int]:
    return lambda found: int(found["stations"][name])


def _count(name: str) -> Callable[[Found], int]:
    return lambda found: int(found[name])


def _power(found: Found) -> str:
    return f"{found['power']['watts'] / 1000:,.1f} kW"


def _lag(found: Found) -> str:
    return f"{found['lag']['seconds']:.1f} s"


_LATE = 10  # s that rows may be behind the facts before it shows
_FIGURES = (
    _Figure("Stations online", "/stations?online=true", _stations("online"), lambda _: "good"),
    _Figure(
        "Stations offline",
        "/stations?online=false",
        _stations("offline"),
        _alarming(_stations("offline"), "warn"),
    ),
    _Figure(
        "Stations faulted",
        "/stations?status=Faulted",
        _stations("faulted"),
        _alarming(_stations("faulted")),
    ),
    _Figure(
        "Unknown stations",
        "/stations",
        _stations("unknown"),
        _alarming(_stations("unknown"), "warn"),
    ),
    _Figure(
        "Transactions running",
        "/transactions?open=true",
        _count("transactions_running"),
        lambda _: "busy",
    ),
    _Figure("Power now", "/transactions?open=true", _power, lambda _: "busy"),
    _Figure(
        "Energy today",
        "/transactions",
        lambda found: f"{found['energy_wh'] / 1000:,.1f} kWh",
        lambda _: "busy",
    ),
    _Figure("Calls waiting", "/calls", lambda found: found["calls"]["waiting"]),
    _Figure("In quarantine", "/quarantine", _count("quarantine"), _alarming(_count("quarantine"))),
    _Figure(
        "Critical security events",
        "/security-events",
        _count("security_events_critical"),
        _alarming(_count("security_events_critical"), "warn"),
    ),
    _Figure("Jobs failed today", "/jobs", _count("jobs_failed"), _alarming(_count("jobs_failed"))),
    _Figure("Keys drifted", "/stations", _count("drift"), _alarming(_count("drift"), "warn")),
    _Figure(
        "Behind the facts",
        "/system",
        _lag,
        lambda found: "bad" if found["lag"]["seconds"] > _LATE else "good",
    ),
)


class Figures:
    """Tiles; `show` changes the numbers in place."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[ui.label, ui.element]] = {}
        self._tones: dict[str, Tone] = {}
        with ui.element("div").classes("tiles"):
            for figure in _FIGURES:
                with ui.link(target=figure.href).classes("tile") as tile:
                    value = ui.label().classes("tile-value")
                    ui.label(figure.name).classes("tile-name")
                self._places[figure.name] = value, tile
        with ui.row().classes("items-center") as self._connectors:
            self._states: dict[str, ui.label] = {}

    def show(self, found: Found) -> None:
        """What `GET /overview` says."""
        for figure in _FIGURES:
            value, tile = self._places[figure.name]
            value.text = str(figure.value(found))
            tone = figure.tone(found)
            if tone != self._tones.get(figure.name):
                tile.classes(add=f"tile-{tone}", remove=f"tile-{self._tones.get(figure.name)}")
                self._tones[figure.name] = tone
        self._show_connectors(found["connectors"])

    def _show_connectors(self, counts: dict[str, int]) -> None:
        for status, count in counts.items():
            if status not in self._states:
                cell = cells.state(status or "no status yet")
                tone = cell["tone"] if status else "idle"
                with self._connectors:
                    label = self._states[status] = ui.label()
                    label.classes(f"tone tone-{tone}")
            self._states[status].text = f"{count} {status or 'no status yet'}"
        for status, label in self._states.items():
            label.set_visibility(counts.get(status, 0) > 0)

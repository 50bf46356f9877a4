"""Meter values as lines: one chart for each kind of measurand and unit, whatever was reported."""

from collections.abc import Iterable
from typing import Any, NamedTuple

_MOST = 1500  # points of a line that are drawn

_KILO = {"Wh": "kWh", "W": "kW", "varh": "kvarh", "var": "kvar", "VA": "kVA"}
_UNITS = {"Percent": "%", "Celsius": "°C", "Celcius": "°C", "Fahrenheit": "°F"}
_TITLES = {
    ("Energy", "Register"): "Energy register",
    ("Energy", "Interval"): "Energy per interval",
    ("Power", "Factor"): "Power factor",
    ("SoC", ""): "State of charge",
}
_APART = frozenset({"Register", "Interval", "Factor"})  # not to be drawn with their likes
FROM_ZERO = frozenset({"kW", "A", "kVA", "kvar", "%"})  # units whose axis begins there

Point = tuple[str, float]


class Kind(NamedTuple):
    """What stands in one chart."""

    title: str
    unit: str


class Sample(NamedTuple):
    """One value of one line."""

    kind: Kind
    line: str
    at: str  # RFC 3339, the station's clock
    value: float


def sample_of(told: Any) -> Sample | None:
    """A meter value of the API; None when it is no number."""
    if told["value"] is None:
        return None
    family, *rest = told["measurand"].split(".")
    apart = rest.pop() if rest and rest[-1] in _APART else ""
    unit, value = told["unit"], told["value"]
    if unit in _KILO:
        unit, value = _KILO[unit], value / 1000
    kind = Kind(_TITLES.get((family, apart), family), _UNITS.get(unit, unit))
    place = told["location"] if told["location"] != "Outlet" else ""
    words = (" ".join(rest).capitalize(), told["phase"], place)
    line = " ".join(filter(None, words)) or kind.title
    return Sample(kind, line, told["sampled_at"], value)


class Measured:
    """All lines, as they grow."""

    def __init__(self) -> None:
        self._lines: dict[Kind, dict[str, list[Point]]] = {}

    def add(self, samples: Iterable[Sample | None]) -> set[Kind]:
        """Take values in; which kinds have changed. They are in the order of their times."""
        changed: set[Kind] = set()
        for each in samples:
            if each is None:
                continue
            lines = self._lines.setdefault(each.kind, {})
            lines.setdefault(each.line, []).append((each.at, each.value))
            changed.add(each.kind)
        for kind in changed:
            for points in self._lines[kind].values():
                points.sort()
        return changed

    def lines(self, kind: Kind) -> dict[str, list[Point]]:
        """Of a kind, by their names; thinned where there are more points than pixels."""
        return {name: _thinned(points) for name, points in sorted(self._lines[kind].items())}

    def last(self) -> dict[str, tuple[str, str]]:
        """The last value of each line as text, and its time, by kind and name."""
        return {
            (f"{kind.title} {name}" if name != kind.title else name): (
                f"{points[-1][1]:,.3f}".rstrip("0").rstrip(".") + f" {kind.unit}",
                points[-1][0],
            )
            for kind, lines in self._lines.items()
            for name, points in sorted(lines.items())
        }


def _thinned(points: list[Point]) -> list[Point]:
    step = -(-len(points) // _MOST)
    return points if step <= 1 else [*points[:-1:step], points[-1]]

"""Courses over time as a picture: SVG that needs no script and nothing of the network (ADR 12)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import leather
from fastapi import Request, Response

MEDIA_TYPE = "image/svg+xml"

_WIDTH, _HEIGHT = 1000, 420
_COLOURS = ("#1f5fbf", "#d9822b", "#3a8f3a")
_STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 180, 360, 720, 1440, 4320))
_MOST_LABELS = 13
_LARGEST = 1e12  # what is beyond cannot be shown on an axis with the rest
_READABLE = (  # the library's looks, and ours
    ('font-family="Monaco"', 'font-family="sans-serif"'),
    ('fill="#9c9c9c"', 'fill="#555"'),
)

_REFUSED = re.compile(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)")
_RANGE = re.compile(r"([^/;,\s]+/[^/;,\s]+)\s*((?:;[^;,]*)*)")  # of RFC 9110 section 12.5.1

Point = tuple[datetime, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A course; a point without a value interrupts it."""

    name: str
    points: Sequence[Point]
    dashed: bool = False


class _Hours(leather.Scale):  # type: ignore[misc]  # untyped library
    """The time axis: it ends where the window ends, and has its marks at round times of UTC."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin, self._end = begin, end

    def contains(self, v: datetime) -> bool:
        return self._begin <= v <= self._end

    def project(self, value: datetime, range_min: float, range_max: float) -> float:
        """Where on the axis a moment is."""
        share = (value - self._begin) / (self._end - self._begin)
        return range_min + (range_max - range_min) * share

    def ticks(self) -> list[datetime]:
        """As many round times as can be read."""
        span = self._end - self._begin
        step = next((each for each in _STEPS if span / each < _MOST_LABELS), _STEPS[-1])
        midnight = self._begin.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        first = midnight + -((midnight - self._begin) // step) * step
        count = max(0, (self._end - first) // step + 1)
        return [first + number * step for number in range(count)] or [self._begin]

    def format_tick(self, value: datetime, i: int, count: int) -> str:
        """The day where one begins, else the time of day."""
        told = value.astimezone(UTC)
        return f"{told:%H:%M}" if told.hour or told.minute else f"{told:%m-%d}"


def is_wanted(request: Request) -> bool:
    """Whether the caller asks for a picture."""
    accepted = request.headers.get("accept", "").lower()
    return any(
        kind == MEDIA_TYPE and not _REFUSED.search(parameters)
        for kind, parameters in _RANGE.findall(accepted)
    )


def response(
    title: str, lines: Sequence[Line], *, unit: str, begin: datetime, end: datetime
) -> Response:
    """The courses between two moments, on axes of UTC and of a unit; 0 is on it."""
    return Response(drawn(title, lines, unit=unit, begin=begin, end=end), media_type=MEDIA_TYPE)


def drawn(title: str, lines: Sequence[Line], *, unit: str, begin: datetime, end: datetime) -> str:
    """The picture itself; a line that is interrupted everywhere is told of, and not seen."""
    lines = [replace(line, points=[*map(_shown, line.points)]) for line in lines]
    values = [value for line in lines for _, value in line.points if value is not None]
    chart = leather.Chart(title)
    chart.set_x_scale(_Hours(begin, end))
    chart.add_y_scale(min([0, *values]), max([1, *values]) * 1.1)
    chart.add_x_axis(name="UTC")
    chart.add_y_axis(name=unit)
    for line, colour in zip(lines, _COLOURS, strict=False):
        chart.add_line(
            _visible(line, begin),
            name=line.name,
            stroke_color=colour,
            stroke_dasharray="6 4" if line.dashed else None,
        )
    text = str(chart.to_svg(width=_WIDTH, height=_HEIGHT))
    for theirs, ours in _READABLE:
        text = text.replace(theirs, ours)
    return text


def _shown(point: Point) -> Point:
    """A value that no axis has room for is none."""
    at, value = point
    return at, value if value is not None and abs(value) <= _LARGEST else None


def _visible(line: Line, begin: datetime) -> list[Point]:
    """The points; a line of no values is a single invisible one: the library takes none without."""
    seen = any(value is not None for _, value in line.points)
    return list(line.points) if seen else [(begin, 0.0)]

"""Lines over time."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from commands.ui.zone import Zone

_COLOURS = ("#1668dc", "#d9820b", "#2f8f46", "#9254de", "#c4314b", "#0f8b8d")
_GRID = {"splitLine": {"lineStyle": {"color": "#8894a0", "opacity": 0.3}}}  # for light and dark
_GREY = "#888"  # of words in a chart, in the light and in the dark
_BAND = ("33", "1f")  # opacity, hexadecimal: of two neighbours one is darker

Span = tuple[str, str, float | None]  # from, until (RFC 3339), value


class Chart:
    """Times on the x axis in the viewer's zone; `show` replaces the series in place."""

    def __init__(
        self, zone: Zone, *, unit: str, name: str, height: int = 260, from_zero: bool = True
    ) -> None:
        """`unit` of the y axis; `name` for who cannot see it; `height` in px."""
        self._zone = zone
        options: dict[str, Any] = {
            "animation": False,
            "color": list(_COLOURS),
            "grid": {"left": 56, "right": 16, "top": 36, "bottom": 28},
            "legend": {"top": 0, "type": "scroll"},
            "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
            "yAxis": {"type": "value", "name": unit, "scale": not from_zero, **_GRID},
            "series": [],
        }
        chart = ui.echart(options, renderer="svg")  # whose texts follow light and dark by CSS
        self._chart = chart.classes("lines w-full").style(f"height: {height}px")
        self._chart.props["role"] = "img"
        self._chart.props["aria-label"] = name

    def show(self, series: Sequence[dict[str, Any]], *, unit: str = "") -> None:
        """ECharts' series; `points` makes their data. `unit`: another one than before."""
        options = self._chart.options
        named = unit or options["yAxis"]["name"]
        if options["series"] != list(series) or options["yAxis"]["name"] != named:
            options["series"] = list(series)
            options["yAxis"]["name"] = named
            self._chart.update()

    def line(
        self, name: str, points: Sequence[tuple[str, float | None]], *, step: bool = False
    ) -> dict[str, Any]:
        """A line through (RFC 3339 time, value); stepped: each value holds until the next."""
        made: dict[str, Any] = {
            "name": name,
            "type": "line",
            "showSymbol": False,
            "data": [[self._axis(at), value] for at, value in points],
        }
        return made | ({"step": "end"} if step else {})

    def steps(self, name: str, spans: Sequence[Span], *, dashed: bool = False) -> dict[str, Any]:
        """A line that holds each value for a span, and is interrupted where there is none."""
        points = [(at, value) for begin, end, value in spans for at in (begin, end)]
        style = {"lineStyle": {"type": "dashed" if dashed else "solid", "width": 2}}
        return self.line(name, points) | style

    def bands(self, series: dict[str, Any], spans: Sequence[tuple[str, str, str]]) -> None:
        """Behind a series, name what holds from when until when."""
        keys = {label: place for place, label in enumerate(dict.fromkeys(s[2] for s in spans))}
        areas = []
        for place, (begin, end, label) in enumerate(spans):
            colour = _COLOURS[keys[label] % len(_COLOURS)] + _BAND[place % len(_BAND)]
            first = {"name": label, "xAxis": self._axis(begin), "itemStyle": {"color": colour}}
            areas.append([first, {"xAxis": self._axis(end)}])
        text = {"position": "insideTop", "fontSize": 11, "color": _GREY}
        series["markArea"] = {"silent": True, "data": areas, "label": text}

    def mark(self, series: dict[str, Any], at: str, name: str) -> None:
        """Across a series, a moment that has a name, e.g. now."""
        label = {"formatter": name, "position": "end", "color": _GREY}
        line = {"xAxis": self._axis(at), "label": label}
        style = {"type": "dotted", "color": _GREY}
        series["markLine"] = {"silent": True, "symbol": "none", "data": [line], "lineStyle": style}

    def bars(self, name: str, points: Sequence[tuple[str, float | None]]) -> dict[str, Any]:
        """A bar for each (RFC 3339 time, value)."""
        data = [[self._axis(at), value] for at, value in points]
        return {"name": name, "type": "bar", "data": data}

    def _axis(self, at: str) -> str:
        """ECharts reads times without a zone as the viewer's own, and is given them so."""
        return f"{self._zone.local(at):%Y-%m-%dT%H:%M:%S}"

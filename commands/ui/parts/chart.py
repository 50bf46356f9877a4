"""Lines over time."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from commands.ui.zone import Zone

_COLOURS = ("#1668dc", "#d9820b", "#2f8f46", "#9254de", "#c4314b", "#0f8b8d")


class Chart:
    """Times on the x axis in the viewer's zone; `show` replaces the series in place."""

    def __init__(self, zone: Zone, *, unit: str, name: str, height: int = 260) -> None:
        """`unit` of the y axis; `name` for who cannot see it; `height` in px."""
        self._zone = zone
        options: dict[str, Any] = {
            "animation": False,
            "color": list(_COLOURS),
            "grid": {"left": 56, "right": 16, "top": 36, "bottom": 28},
            "legend": {"top": 0, "type": "scroll"},
            "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "time"},
            "yAxis": {"type": "value", "name": unit, "scale": False},
            "series": [],
        }
        self._chart = ui.echart(options).classes("w-full").style(f"height: {height}px")
        self._chart.props["role"] = "img"
        self._chart.props["aria-label"] = name

    def show(self, series: Sequence[dict[str, Any]]) -> None:
        """ECharts' series; `points` makes their data."""
        if self._chart.options["series"] != list(series):
            self._chart.options["series"] = list(series)
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

    def bars(self, name: str, points: Sequence[tuple[str, float | None]]) -> dict[str, Any]:
        """A bar for each (RFC 3339 time, value)."""
        data = [[self._axis(at), value] for at, value in points]
        return {"name": name, "type": "bar", "data": data}

    def _axis(self, at: str) -> str:
        """ECharts reads times without a zone as the viewer's own, and is given them so."""
        return f"{self._zone.local(at):%Y-%m-%dT%H:%M:%S}"

"""The waves of a campaign, a bar each."""

from typing import Any

from nicegui import ui

from commands.ui.parts.bar import Bar
from commands.ui.visit import Visit


class Waves:
    """Changed in place; a wave that is released comes below the others."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._bars: dict[int, Bar] = {}
        self._grid = ui.element("div").classes("waves")
        self._waiting = ui.label().classes("muted")

    def show(self, waves: list[Any]) -> None:
        """As the API lists them."""
        for wave in waves:
            if wave["wave"] == 0:
                continue
            bar = self._bars.get(wave["wave"]) or self._added(wave)
            names = ("succeeded", "failed", "under_way", "cancelled")
            bar.show({name.replace("_", " "): wave[name] for name in names})
        left = sum(each["under_way"] for each in waves if each["wave"] == 0)
        self._waiting.text = f"{left} stations wait for their wave." if left else ""

    def _added(self, wave: Any) -> Bar:  # noqa: ANN401 - JSON
        name = f"Wave {wave['wave']}"
        with self._grid:
            ui.label(f"{name} · {wave['stations']}")
            with ui.element("div"):
                bar = self._bars[wave["wave"]] = Bar(name)
            at = ui.label(self._visit.zone.text(wave["released_at"])).classes("muted")
            at.props["title"] = self._visit.zone.utc(wave["released_at"])
        return bar

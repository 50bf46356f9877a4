"""The waves of a campaign, a bar each."""

from typing import Any

from nicegui import ui

from commands.ui.parts.bar import Bar
from commands.ui.parts.words import counted
from commands.ui.visit import Visit


class Waves:
    """The last ones, changed in place; a wave that is released comes on top."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._bars: dict[int, Bar] = {}
        self._rows: dict[int, ui.element] = {}
        self._grid = ui.element("div").classes("waves")
        self._waiting = ui.label().classes("muted")

    def show(self, waves: list[Any], waiting: int) -> None:
        """As the API lists them; so many stations wait for theirs."""
        for wave in reversed(waves):
            bar = self._bars.get(wave["wave"]) or self._added(wave)
            names = ("succeeded", "failed", "under_way", "cancelled")
            bar.show({name.replace("_", " "): wave[name] for name in names})
        for number in [each for each in self._bars if waves and each < waves[-1]["wave"]]:
            self._rows.pop(number).delete()
            del self._bars[number]
        self._waiting.text = "" if not waiting else f"{counted(waiting, 'station')} to come."

    def _added(self, wave: Any) -> Bar:
        number = wave["wave"]
        with self._grid, ui.element("div").classes("wave") as row:
            ui.label(f"Wave {number} · {counted(wave['stations'], 'station')}")
            with ui.element("div"):
                bar = self._bars[number] = Bar(f"Wave {number}")
            at = ui.label(self._visit.zone.text(wave["released_at"])).classes("muted")
            at.props["title"] = self._visit.zone.utc(wave["released_at"])
        row.move(target_index=0)
        self._rows[number] = row
        return bar

"""Small tables that are shown whole, and only sent when they differ."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.details import draw
from commands.ui.visit import Visit

_BUSY = 100  # messages that wait before it shows
_Row = dict[str, cells.Cell]


class Grid:
    """A table of cells with fixed columns."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        self._columns, self._shown = columns, list[_Row]()
        with ui.element("div").classes("grid-scroll").props("tabindex=0 role=region") as box:
            box.props["aria-label"] = name
            with ui.element("table").classes("grid"):
                head, self._body = ui.element("thead"), ui.element("tbody")
        with head, ui.element("tr"):
            for column in columns:
                with ui.element("th").props("scope=col"):
                    ui.label(column)

    def put(self, rows: list[_Row]) -> None:
        """These rows, one cell for each column."""
        if rows == self._shown:
            return
        self._shown = rows
        self._body.clear()
        with self._body:
            for row in rows:
                with ui.element("tr"):
                    for column in self._columns:
                        with ui.element("td"):
                            draw(row[column])


class Processes:
    """Which there are, and whether they live."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._grid = Grid("Processes", ("Role", "Node", "State", "Started", "Version", "Duty"))

    def show(self, processes: list[dict[str, Any]]) -> None:
        """What `GET /system` says of them."""
        self._grid.put([self._row(each) for each in processes])

    def _row(self, each: dict[str, Any]) -> _Row:
        seen = f"seen {self._visit.zone.text(each['seen_at'])}"
        alive = cells.state("alive", "good") if each["alive"] else cells.state("silent", "bad")
        return {
            "Role": cells.text(each["role"]),
            "Node": cells.code(each["node"]),
            "State": alive if each["alive"] else alive | {"title": seen},
            "Started": cells.time(each["started_at"], self._visit.zone),
            "Version": cells.text(each["version"]),
            "Duty": cells.text("keeps the read models" if each["owns_projections"] else ""),
        }


class Partitions:
    """Who decides for which, and what waits."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._grid = Grid("Partitions", ("Partition", "Waiting", "Owner", "Served last"))

    def show(self, partitions: list[dict[str, Any]]) -> None:
        """What `GET /system` says of them."""
        self._grid.put([self._row(each) for each in partitions])

    def _row(self, each: dict[str, Any]) -> _Row:
        waiting = each["waiting"]
        tone: cells.Tone = "warn" if (waiting or 0) > _BUSY else "idle"
        return {
            "Partition": cells.text(each["number"]),
            "Waiting": cells.state("?" if waiting is None else waiting, tone),
            "Owner": cells.code(each["owner"] or "nothing came yet"),
            "Served last": cells.time(each["served_at"], self._visit.zone),
        }

"""A table of what is at hand already: few rows, all of them, changed in place."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import events, ui

from commands.ui.parts.listing import CARD, CELL, Column


class Rows:
    """Shows items as a list of the API is shown (`Listing`); a click on a row opens its item."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        name: str,
        empty: str,
        on_open: Callable[[Any], object] | None = None,
    ) -> None:
        """`name` is for screen readers, `empty` says what to do first."""
        self._columns, self._on_open = columns, on_open
        self.items: list[Any] = []
        heads = [
            {"name": each.name, "label": each.label, "field": each.name, "align": each.align}
            for each in columns
        ]
        self.table = ui.table(columns=heads, rows=[], row_key="key").classes("listing w-full")
        self.table.props(
            'flat bordered hide-pagination :rows-per-page-options="[0]"'
            f' :grid="Quasar.Screen.lt.sm" aria-label="{name}"'
        )
        self.table.add_slot("body-cell", CELL)
        self.table.add_slot("item", CARD)
        with self.table.add_slot("no-data"):
            self._empty = ui.label(empty).classes("empty")
        if on_open:
            self.table.on("row-click", self._open_row, args=[[], ["key"], None])
            self.table.on("opened", self._open_card, args=["key"])
            self.table.classes("opens")

    def show(self, items: Sequence[Any]) -> None:
        """These and no others; nothing is sent when nothing differs."""
        self.items = list(items)
        rows = [
            {"key": str(place), **{each.name: each.cell(item) for each in self._columns}}
            for place, item in enumerate(items)
        ]
        if rows != self.table.rows:
            self.table.rows = rows

    def say(self, empty: str) -> None:
        """What stands there while there is nothing."""
        self._empty.text = empty

    def _open_row(self, event: events.GenericEventArguments) -> object:
        return self._open(event.args[1]["key"])

    def _open_card(self, event: events.GenericEventArguments) -> object:
        return self._open(event.args["key"])

    def _open(self, key: str) -> object:
        place = int(key)
        if self._on_open and place < len(self.items):
            return self._on_open(self.items[place])
        return None

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
        key: str = "",
    ) -> None:
        """`name` is for screen readers, `empty` says what to do first.

        `key` of an item tells it from others, "" for its place: with one, rows can move.
        """
        self._columns, self._on_open, self._key = columns, on_open, key
        self.items: list[Any] = []
        heads = [
            {"name": each.name, "label": each.label, "field": each.name, "align": each.align}
            for each in columns
        ]
        self.table = ui.table(columns=heads, rows=[], row_key="row_id").classes("listing w-full")
        self.table.props(
            'flat bordered hide-pagination :rows-per-page-options="[0]"'
            f' :grid="Quasar.Screen.lt.sm" role=region aria-label="{name}"'
        )
        self.table.add_slot("body-cell", CELL)
        self.table.add_slot("item", CARD)
        with self.table.add_slot("no-data"):
            self._empty = ui.label(empty).classes("empty")
        if on_open:
            self.table.on("row-click", self._open_row, args=[[], ["row_id"], None])
            self.table.on("opened", self._open_card, args=["row_id"])
            self.table.classes("opens")

    def show(self, items: Sequence[Any]) -> None:
        """These and no others; nothing is sent when nothing differs."""
        self.items = list(items)
        rows = [
            {"row_id": self._key_of(item, place)}
            | {each.name: each.cell(item) for each in self._columns}
            for place, item in enumerate(items)
        ]
        if rows != self.table.rows:
            self.table.rows = rows

    def say(self, empty: str) -> None:
        """What stands there while there is nothing."""
        self._empty.text = empty

    def _open_row(self, event: events.GenericEventArguments) -> object:
        return self._open(event.args[1]["row_id"])

    def _open_card(self, event: events.GenericEventArguments) -> object:
        return self._open(event.args["row_id"])

    def _open(self, key: str) -> object:
        for place, item in enumerate(self.items):
            if self._on_open and self._key_of(item, place) == key:
                return self._on_open(item)
        return None

    def _key_of(self, item: Any, place: int) -> str:
        return str(item[self._key] if self._key else place)

"""A list of the API as a table: page after page from the server, live, filtered, narrow too."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nicegui import events, ui

from commands.ui.parts.cells import Cell
from commands.ui.visit import Visit

_SHOWN = 50  # rows of a page
CELL = """
<q-td :props="props">
  <a v-if="props.value.href" :href="props.value.href" class="cell-link">{{ props.value.text }}</a>
  <span v-else-if="props.value.tone" :class="'tone tone-' + props.value.tone"
        :title="props.value.title || null">{{ props.value.text }}</span>
  <span v-else :title="props.value.title || null"
        :class="{'code': props.value.code, 'numeric': props.value.time}">{{ props.value.text }}</span>
</q-td>
"""
CARD = """
<div class="q-pa-xs col-12">
  <q-card flat bordered class="row-card" :class="props.selected ? 'row-chosen' : ''"
          @click="() => $parent.$emit('opened', props.row)">
    <div v-for="col in props.cols" :key="col.name" class="row-field">
      <span class="row-name">{{ col.label }}</span>
      <a v-if="col.value.href" :href="col.value.href" class="cell-link">{{ col.value.text }}</a>
      <span v-else-if="col.value.tone" :class="'tone tone-' + col.value.tone">{{ col.value.text }}</span>
      <span v-else :title="col.value.title || null">{{ col.value.text }}</span>
    </div>
  </q-card>
</div>
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and what it shows of an item."""

    name: str
    label: str
    cell: Callable[[Any], Cell]
    align: str = "left"


@dataclass(slots=True, kw_only=True)
class Options:
    """How a list behaves; `query` goes to the API with every page."""

    key: str = "id"  # of an item: what tells it from others
    query: dict[str, object] = field(default_factory=dict)
    empty: str = "Nothing here yet."  # and what to do first
    shown: int = _SHOWN
    select: bool = False
    on_select: Callable[[list[Any]], object] | None = None  # is given the chosen items
    on_open: Callable[[Any], object] | None = None  # is given the item of a row that is clicked
    name: str = "list"  # for screen readers


class Listing:
    """Shows one page of what `path` lists; `refresh` reads it again, and sends what changed."""

    def __init__(
        self, visit: Visit, path: str, columns: Sequence[Column], options: Options | None = None
    ) -> None:
        self._visit, self._path, self._columns = visit, path, columns
        self.options = options or Options()
        self.items: list[Any] = []
        self._cursors = [""]  # of the pages before this one, and this one
        self._next = ""
        self._table = self._made()
        with ui.row().classes("list-foot items-center"):
            self._count = ui.label().classes("muted").props("role=status")
            ui.space()
            self._back = ui.button("Previous", on_click=self._go_back).props("flat no-caps dense")
            self._on = ui.button("Next", on_click=self._go_on).props("flat no-caps dense")

    @property
    def chosen(self) -> list[Any]:
        """The items whose rows are selected."""
        keys = {row["key"] for row in self._table.selected}
        return [item for item in self.items if str(item[self.options.key]) in keys]

    async def filter(self, **query: object) -> None:
        """Ask for others, from the first page on; what is not named stays as it is."""
        self.options.query |= query
        self._cursors = [""]
        self._table.selected.clear()
        await self.refresh()

    async def refresh(self) -> None:
        """Read this page again."""
        asked: Awaitable[Any] = self._visit.api.get(
            self._path,
            cursor=self._cursors[-1],
            limit=self.options.shown,
            **self.options.query,
        )
        page = await self._visit.ask(asked)
        if page is None:
            return
        self.items, self._next = page["items"], page.get("next") or ""
        rows = [self._row(item) for item in self.items]
        if rows != self._table.rows:
            self._table.rows = rows
        self._tell(page.get("total"))

    def _made(self) -> ui.table:
        columns = [
            {
                "name": each.name,
                "label": each.label,
                "field": each.name,
                "align": each.align,
            }
            for each in self._columns
        ]
        made = ui.table(
            columns=columns,
            rows=[],
            row_key="key",
            selection="multiple" if self.options.select else None,
            on_select=self._select,
        )
        made.props(
            f'flat bordered hide-pagination :rows-per-page-options="[0]"'
            f' :grid="Quasar.Screen.lt.sm" aria-label="{self.options.name}"'
        )
        made.classes("listing w-full")
        made.add_slot("body-cell", CELL)
        if not self.options.select:
            made.add_slot("item", CARD)
        with made.add_slot("no-data"):
            ui.label(self.options.empty).classes("empty")
        if self.options.on_open:
            made.on("row-click", self._open, args=[[], ["key"], None])
            made.on("opened", self._open_card, args=["key"])
            made.classes("opens")
        return made

    def _row(self, item: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        cells = {each.name: each.cell(item) for each in self._columns}
        return {"key": str(item[self.options.key]), **cells}

    def _tell(self, total: int | None) -> None:
        before = (len(self._cursors) - 1) * self.options.shown
        span = f"{before + 1}–{before + len(self.items)}" if self.items else "none"
        of = f" of {total}" if total is not None else ""
        self._count.text = f"{span}{of}"
        self._back.set_enabled(len(self._cursors) > 1)
        self._on.set_enabled(bool(self._next))

    async def _go_on(self) -> None:
        self._cursors.append(self._next)
        await self.refresh()

    async def _go_back(self) -> None:
        self._cursors.pop()
        await self.refresh()

    def _select(self, _: events.TableSelectionEventArguments) -> None:
        if self.options.on_select:
            self.options.on_select(self.chosen)

    def _open(self, event: events.GenericEventArguments) -> None:
        self._open_key(event.args[1]["key"])

    def _open_card(self, event: events.GenericEventArguments) -> None:
        self._open_key(event.args["key"])

    def _open_key(self, key: str) -> None:
        for item in self.items:
            if str(item[self.options.key]) == key and self.options.on_open:
                self.options.on_open(item)

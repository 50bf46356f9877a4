"""A list of the API as a table: page after page from the server, live, filtered, narrow too."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nicegui import events, ui

from commands.ui.parts.cells import NOTHING, Cell
from commands.ui.visit import Visit

_SHOWN = 50  # rows of a page
_ACTS = "acts"  # the column of buttons
_SAID = """
  <a v-if="VALUE.href" :href="VALUE.href" class="cell-link" @click.stop>{{ VALUE.text }}</a>
  <button v-else-if="VALUE.opens" type="button" class="cell-open"
          @click.stop="() => $parent.$emit('opened', props.row)">{{ VALUE.text }}</button>
  <span v-else-if="VALUE.tone" :class="'tone tone-' + VALUE.tone"
        :title="VALUE.title || null">{{ VALUE.text }}</span>
  <span v-else-if="VALUE.chips" class="chips"><span v-for="chip in VALUE.chips" :key="chip.text"
        :class="'tone tone-' + chip.tone" :title="chip.title || null">{{ chip.text }}</span></span>
  <span v-else-if="VALUE.acts" class="chips"><q-btn v-for="(act, place) in VALUE.acts" :key="act"
        flat dense no-caps color="primary" :label="act" :aria-label="act + ' ' + props.row.row_id"
        @click.stop="() => $parent.$emit('acted', {row_id: props.row.row_id, place})"
        ></q-btn></span>
  <span v-else :title="VALUE.title || null"
        :class="{'code': VALUE.code, 'numeric': VALUE.time}">{{ VALUE.text }}</span>
"""
CELL = f'<q-td :props="props">{_SAID.replace("VALUE", "props.value")}</q-td>'
CARD = f"""
<div class="q-pa-xs col-12">
  <q-card flat bordered class="row-card" :class="props.selected ? 'row-chosen' : ''"
          @click="() => $parent.$emit('opened', props.row)">
    <div v-for="col in props.cols" :key="col.name" class="row-field"
         v-show="col.value.text != '{NOTHING}'">
      <span class="row-name">{{{{ col.label }}}}</span>
      {_SAID.replace("VALUE", "col.value")}
    </div>
  </q-card>
</div>
"""
_CHOICE = """
    <q-checkbox v-model="props.selected" dense label="Choose" @click.stop
                :aria-label="'Choose ' + props.row.row_id"></q-checkbox>
"""
_ALL = """<q-checkbox v-model="props.selected" aria-label="Choose all on this page"></q-checkbox>"""
_ONE = """<q-checkbox v-model="props.selected"
    :aria-label="'Choose ' + props.row.row_id"></q-checkbox>"""
_CARD_TO_CHOOSE = CARD.replace("<div v-for", f"{_CHOICE}<div v-for", 1)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and what it shows of an item."""

    name: str
    label: str
    cell: Callable[[Any], Cell]
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Act:
    """A button in each row; `go` is given its item."""

    label: str
    go: Callable[[Any], object]


@dataclass(slots=True, kw_only=True)
class Options:
    """How a list behaves; `query` goes to the API with every page."""

    key: str | Callable[[Any], object] = "id"  # of an item: what tells it from others
    query: dict[str, object] = field(default_factory=dict)
    empty: str = "Nothing here yet."  # and what to do first
    shown: int = _SHOWN
    select: bool = False
    on_select: Callable[[list[Any]], object] | None = None  # is given the chosen items
    acts: Sequence[Act] = ()  # buttons in each row
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
        self.total: int | None = None  # of all pages, when the API says it
        self._chosen: dict[str, Any] = {}
        self._asked = 0
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
        """The items whose rows are selected, on whatever page."""
        return list(self._chosen.values())

    def choose_none(self) -> None:
        """Have no row selected."""
        self._table.selected = []
        self._chosen = {}
        if self.options.on_select:
            self.options.on_select([])

    async def filter(self, **query: object) -> None:
        """Ask for others, from the first page on; what is not named stays as it is."""
        self.options.query |= query
        self._cursors = [""]
        self.choose_none()
        await self._turn()

    async def refresh(self) -> None:
        """Read this page again; an answer that another one has overtaken is passed over."""
        self._asked += 1
        mine = self._asked
        asked: Awaitable[Any] = self._visit.api.get(
            self._path,
            cursor=self._cursors[-1],
            limit=self.options.shown,
            **self.options.query,
        )
        page = await self._visit.ask(asked)
        if page is None or mine != self._asked:
            return
        self.total = page.get("total")
        self.items, self._next = page["items"], page.get("next") or ""
        rows = [self._row(item) for item in self.items]
        if rows != self._table.rows:
            self._table.rows = rows
        self._tell()

    def _made(self) -> ui.table:
        made = ui.table(
            columns=self._heads(),
            rows=[],
            row_key="row_id",
            selection="multiple" if self.options.select else None,
            on_select=self._select,
        )
        made.props(
            f'flat bordered hide-pagination hide-selected-banner :rows-per-page-options="[0]"'
            f' :grid="Quasar.Screen.lt.sm" role=region aria-label="{self.options.name}"'
        )
        made.classes("listing w-full")
        made.add_slot("body-cell", CELL)
        made.add_slot("item", _CARD_TO_CHOOSE if self.options.select else CARD)
        if self.options.select:
            made.add_slot("header-selection", _ALL)
            made.add_slot("body-selection", _ONE)
        with made.add_slot("no-data"):
            ui.label(self.options.empty).classes("empty")
        if self.options.on_open:
            made.on("row-click", self._open, args=[[], ["row_id"], None])
            made.on("opened", self._open_card, args=["row_id"])
            made.classes("opens")
        made.on("acted", self._act, args=["row_id", "place"])
        return made

    def _heads(self) -> list[dict[str, str]]:
        heads = [
            {"name": each.name, "label": each.label, "field": each.name, "align": each.align}
            for each in self._columns
        ]
        acts = {"name": _ACTS, "label": "", "field": _ACTS, "align": "right"}
        return [*heads, acts] if self.options.acts else heads

    def _key(self, item: Any) -> str:
        key = self.options.key
        return str(item[key] if isinstance(key, str) else key(item))

    def _row(self, item: Any) -> dict[str, Any]:
        cells = {each.name: each.cell(item) for each in self._columns}
        if self.options.acts:
            cells[_ACTS] = {"text": "", "acts": [each.label for each in self.options.acts]}
        return {"row_id": self._key(item), **cells}

    def _tell(self) -> None:
        before = (len(self._cursors) - 1) * self.options.shown
        span = f"{before + 1}\u2013{before + len(self.items)}" if self.items else "none"
        of = f" of {self.total:,}" if self.total is not None and self.items else ""
        self._count.text = f"{span}{of}"
        self._back.set_enabled(len(self._cursors) > 1)
        self._on.set_enabled(bool(self._next))

    async def _go_on(self) -> None:
        self._cursors.append(self._next)
        await self._turn()

    async def _go_back(self) -> None:
        self._cursors.pop()
        await self._turn()

    async def _turn(self) -> None:
        """Other rows are wanted: until they are there, it is said that they come."""
        self._table.props("loading")
        try:
            await self.refresh()
        finally:
            self._table.props(remove="loading")

    def _select(self, _: events.TableSelectionEventArguments) -> None:
        known = self._chosen | {self._key(item): item for item in self.items}
        keys = [row["row_id"] for row in self._table.selected]
        self._chosen = {key: known[key] for key in keys if key in known}
        if self.options.on_select:
            self.options.on_select(self.chosen)

    def _open(self, event: events.GenericEventArguments) -> object:
        return self._open_key(event.args[1]["row_id"])

    def _open_card(self, event: events.GenericEventArguments) -> object:
        return self._open_key(event.args["row_id"])

    def _open_key(self, key: str) -> object:
        """What `on_open` returns, so that what is to be awaited is."""
        item = self._item(key)
        return self.options.on_open(item) if self.options.on_open and item is not None else None

    def _act(self, event: events.GenericEventArguments) -> object:
        item = self._item(event.args["row_id"])
        return self.options.acts[event.args["place"]].go(item) if item is not None else None

    def _item(self, key: str) -> Any:
        return next((each for each in self.items if self._key(each) == key), None)

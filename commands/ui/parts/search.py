"""Search over everything: opened with "/", answered while somebody types."""

from nicegui import events, ui

from commands.ui.visit import Visit

_WAIT = 150  # ms after the last key
_MOST = 20


class Search:
    """A dialog; Enter goes to the first hit."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._first = ""
        with ui.dialog() as self._dialog, ui.card().classes("dialog search"):
            self._dialog.props('position=top aria-label="Search"')
            self._input = ui.input(
                placeholder="Station, transaction, token, call, reservation, job …",
                on_change=self._look,
            )
            self._input.props(f'autofocus clearable debounce={_WAIT} aria-label="Search for"')
            self._input.classes("w-full").on("keydown.enter", self._go)
            self._hits = ui.column().classes("w-full gap-none").props("role=list")

    def open(self) -> None:
        """Ready to type."""
        self._dialog.open()

    async def _look(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        wanted = (event.value or "").strip()
        if not wanted:
            self._show([])
            return
        asked = self._visit.api.get("/api/v1/search", q=wanted, limit=_MOST)
        found = await self._visit.ask(asked)
        if found is not None and wanted == (self._input.value or "").strip():
            self._show(found["items"], nothing=f"Nothing is called {wanted}.")

    def _show(self, hits: list[dict[str, str]], nothing: str = "") -> None:
        self._first = hits[0]["path"] if hits else ""
        self._hits.clear()
        with self._hits:
            for hit in hits:
                with ui.link(target=hit["path"]) as row:
                    row.classes("hit").props("role=listitem")
                    ui.label(hit["kind"]).classes("hit-kind")
                    ui.label(hit["title"]).classes("hit-title")
                    ui.label(hit["detail"]).classes("muted")
            if not hits and nothing:
                ui.label(nothing).classes("muted")

    def _go(self) -> None:
        if self._first:
            ui.navigate.to(self._first)

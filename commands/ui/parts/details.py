"""Names and what stands beside them; what changes is changed in place."""

from collections.abc import Mapping

from nicegui import ui

from commands.ui.parts.cells import Cell


class Details:
    """A list of names with cells; shown anew, only what differs is sent to the browser."""

    def __init__(self) -> None:
        self._box = ui.element("dl").classes("details")
        self._cells: dict[str, Cell] = {}
        self._places: dict[str, ui.element] = {}

    def show(self, cells: Mapping[str, Cell]) -> None:
        """These and no others."""
        if list(cells) != list(self._places):
            self._box.clear()
            self._places.clear()
            self._cells.clear()
        for name, cell in cells.items():
            if self._cells.get(name) != cell:
                self._put(name, cell)
                self._cells[name] = cell

    def _put(self, name: str, cell: Cell) -> None:
        place = self._places.get(name)
        if place is None:
            with self._box, ui.element("div").classes("detail"):
                with ui.element("dt"):
                    ui.label(name)
                place = self._places[name] = ui.element("dd")
        place.clear()
        with place:
            draw(cell)


def draw(cell: Cell) -> ui.element:
    """A cell by itself."""
    if "href" in cell:
        return ui.link(cell["text"], cell["href"]).classes("cell-link")
    label = ui.label(cell["text"])
    if "tone" in cell:
        label.classes(f"tone tone-{cell['tone']}")
    if cell.get("code"):
        label.classes("code")
    if title := cell.get("title"):
        label.props["title"] = title
    return label

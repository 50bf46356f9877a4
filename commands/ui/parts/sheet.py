"""All that is known of something, in a dialog, with what can be done to it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details


@contextmanager
def sheet(title: str, cells: Mapping[str, Cell] | None = None) -> Iterator[ui.dialog]:
    """Open at once, gone when closed; what is made within stands below the details."""
    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = title
        dialog.on("hide", dialog.delete)
        ui.label(title).classes("dialog-title")
        if cells:
            Details().show(cells)
        yield dialog
        with ui.row().classes("w-full justify-end"):
            ui.button("Close", on_click=dialog.close).props("flat no-caps")


def doing(dialog: ui.dialog, name: str, act: Callable[[], Awaitable[object]]) -> ui.button:
    """Closes the sheet and does something, which may ask in dialogs of its own."""
    page = ui.context.client  # what is made within the sheet goes with it

    async def go() -> None:
        dialog.close()
        with page:
            await act()

    return ui.button(name, on_click=go).props("no-caps")


def written(text: str) -> None:
    """A longer text as it is, e.g. JSON or PEM; it may be anybody's."""
    with ui.element("pre").classes("w-full written").props("tabindex=0"):
        ui.label(text).classes("code")


async def settled(wish: Awaitable[Any]) -> bool:
    """True once it is done, also when the API answers it with nothing; raises Refused."""
    await wish
    return True

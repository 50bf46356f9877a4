"""A form in a dialog: it stays open, with all that was typed, until the API takes what it says."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details



@contextmanager
def sheet(title: str, *, verb: str, send: Callable[[], Awaitable[bool]]) -> Iterator[ui.dialog]:
    """What is made within are its fields; `send` says whether all went well, then it closes."""
    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = title
        dialog.on("hide", dialog.delete)
        ui.label(title).classes("dialog-title")
        yield dialog

        async def go() -> None:
            sure.disable()
            if await send():
                dialog.close()
            else:
                sure.enable()

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            sure = ui.button(verb, on_click=go).props("no-caps unelevated")


@contextmanager
def shown(title: str, cells: dict[str, Cell] | None = None) -> Iterator[ui.dialog]:
    """All that is known of something, in a dialog; what is made within stands below."""
    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = title
        dialog.on("hide", dialog.delete)
        ui.label(title).classes("dialog-title")
        if cells:
            Details().show(cells)
        yield dialog
        with ui.row().classes("w-full justify-end"):
            ui.button("Close", on_click=dialog.close).props("flat no-caps")


async def settled(wish: Awaitable[Any]) -> bool:
    """True once it is done, also when the API answers it with nothing; raises Refused."""
    await wish
    return True

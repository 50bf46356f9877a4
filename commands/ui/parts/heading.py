"""The top of a page, and of a part of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui


@contextmanager
def heading(title: str, hint: str = "") -> Iterator[None]:
    """The title of a page; what is made within stands to the right of it: its actions."""
    with ui.row().classes("heading w-full items-center"):
        with ui.column().classes("gap-none"):
            with ui.element("h1").classes("title"):
                ui.label(title)
            if hint:
                ui.label(hint).classes("muted")
        ui.space()
        yield


@contextmanager
def section(title: str) -> Iterator[None]:
    """A part of a page, in a frame of its own; what is made within stands in it."""
    with ui.element("section").classes("section"):
        with ui.element("h2").classes("section-title"):
            ui.label(title)
        yield


def empty(text: str) -> ui.label:
    """There is nothing here, and what to do first."""
    return ui.label(text).classes("empty")

"""Long work on many things: how far it is, what went wrong with which, and a way to stop it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from commands.ui.client import Refused

_SHOWN = 100  # failures, of many


@dataclass(frozen=True, slots=True)
class Failure:
    """Of one thing, and why."""

    name: str
    why: str


def failed(name: str, refused: Refused) -> Failure:
    """What the API said no to, with the id to quote."""
    why = "; ".join([refused.detail, *refused.faults.values()])
    return Failure(name, f"{why} (request {refused.request})")


class Work:
    """A dialog that stays until the work is done or stopped, and somebody has read it."""

    def __init__(self, title: str) -> None:
        self._title, self._is_stopped, self._is_over = title, False, False
        self._done, self._failures = 0, list[Failure]()
        with ui.dialog(value=True) as self._dialog, ui.card().classes("dialog"):
            self._dialog.props["aria-label"] = title
            self._dialog.props("persistent")
            self._head = ui.label(title).classes("dialog-title")
            self._bar = ui.linear_progress(0, show_value=False)
            self._bar.props["aria-label"] = title
            self._said = ui.label().classes("muted").props("role=status")
            self._list = ui.element("ul").classes("failures")
            with ui.row().classes("w-full justify-end"):
                self._button = ui.button("Stop", on_click=self._pressed).props("no-caps flat")

    async def run(
        self,
        things: Sequence[Any],
        work: Callable[[Sequence[Any]], Awaitable[list[Failure]]],
        *,
        at_a_time: int,
        at_once: int = 1,
        is_brief: bool = False,
    ) -> None:
        """Give them to `work` so many at a time, until all are done; returns when it is closed.

        `is_brief`: it closes by itself.
        """
        gate = asyncio.Semaphore(at_once)

        async def handle(batch: Sequence[Any]) -> None:
            async with gate:
                if not self._is_stopped:
                    failures = await work(batch)
                    self._show(len(batch), len(things), failures)

        async with asyncio.TaskGroup() as group:
            for first in range(0, len(things), at_a_time):
                group.create_task(handle(things[first : first + at_a_time]))
        self._end(len(things))
        if not is_brief:
            await self._dialog
        self._dialog.delete()

    def _show(self, count: int, total: int, failures: list[Failure]) -> None:
        room = max(0, _SHOWN - len(self._failures))
        self._done += count
        self._failures += failures
        self._bar.value = self._done / total
        went_wrong = f", {len(self._failures):,} went wrong" if self._failures else ""
        self._said.text = f"{self._done:,} of {total:,} done{went_wrong}"
        with self._list:
            for each in failures[:room]:
                with ui.element("li"):
                    ui.label(f"{each.name}: {each.why}")

    def _pressed(self) -> None:
        if self._is_over:
            self._dialog.close()
            return
        self._is_stopped = True
        self._button.disable()

    def _end(self, total: int) -> None:
        self._is_over, is_whole = True, self._done == total
        self._head.text = f"{self._title}: {'done' if is_whole else 'stopped'}"
        self._button.text = "Close"
        self._button.enable()

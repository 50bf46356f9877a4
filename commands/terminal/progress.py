"""How far a request for many stations is: a bar on a terminal, nothing in a pipe."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from commands.client import Client

_PAUSE = 0.5  # s between two looks
_OPEN = frozenset({"running", "cancelling"})  # else nothing more happens by itself, or soon


class Tell(Protocol):
    """Takes what is known by now."""

    def __call__(self, row: dict[str, Any], /) -> None: ...


def followed(client: Client, path: str, *, wait: float) -> dict[str, Any]:
    """What there is at a path once it does not move by itself any more, or after `wait` seconds."""
    deadline = time.monotonic() + wait
    with _bar() as tell:
        row: dict[str, Any] = client.get(path)
        tell(row)
        while row["state"] in _OPEN and time.monotonic() < deadline:
            time.sleep(_PAUSE)
            row = client.get(path)
            tell(row)
    return row


@contextmanager
def line(
    *columns: ProgressColumn,
    total: int | None,
    **fields: Any,  # noqa: ANN401 - what the columns show
) -> Iterator[Callable[..., None]]:
    """A line that moves, on stderr: what is read by scripts stays clean, and a pipe shows none."""
    console = Console(stderr=True, highlight=False, markup=False)
    shown = Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
    with shown:
        yield partial(shown.update, shown.add_task("", total=total, **fields))


@contextmanager
def _bar() -> Iterator[Tell]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        TimeElapsedColumn(),
    )
    with line(*columns, total=None, counts="") as move:

        def tell(row: dict[str, Any], /) -> None:
            stations = row["stations"]
            done = stations["succeeded"] + stations["failed"] + stations["cancelled"]
            counts = f"{stations['failed']} failed, {stations['under_way']} under way"
            description, total = str(row["state"]), stations["total"]
            move(description=description, completed=done, total=total, counts=counts)

        yield tell

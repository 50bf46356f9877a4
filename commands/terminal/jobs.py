"""Waiting for a job, and telling how it went: with a moving line on a terminal."""

import json
import sys
import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from commands.client import ApiError, Client, path_of

_PAUSE = 0.5  # s between two looks
_NOT_YET = 3  # exit code

Wait = Annotated[float, typer.Option(help="s to wait for the end, with progress", min=0)]
Ttl = Annotated[int, typer.Option(help="s to wait for the station to connect", min=0)]
Retries = Annotated[int | None, typer.Option(help="further attempts of the station", min=0)]
RetryInterval = Annotated[int | None, typer.Option(help="s between its attempts", min=0)]


def begun(client: Client, path: str, wish: Mapping[str, object], *, ttl: int) -> str:
    """Ask for a job, without what is not said; its id."""
    said = {name: value for name, value in wish.items() if value not in ("", None)}
    id: str = client.post(path, json.dumps(said).encode(), ttl=ttl)["id"]
    return id


def awaited(client: Client, job: str, *, wait: float) -> dict[str, Any]:
    """The job once it is over, or after `wait` seconds; the moving line is on stderr."""
    deadline = time.monotonic() + wait
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False, markup=False)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as moving:
        task = moving.add_task("")
        while True:
            row: dict[str, Any] = client.get(path_of("jobs", job))
            moving.update(task, description=f"{row['station']}: {row['state'].replace('_', ' ')}")
            if row["over"] or time.monotonic() >= deadline:
                return row
            time.sleep(_PAUSE)


def leave(row: dict[str, Any]) -> None:
    """End with 0 when it succeeded, 1 when it failed, 3 when it is not over."""
    if not row["over"]:
        raise typer.Exit(_NOT_YET)
    if row["outcome"] != "succeeded":
        why = f" ({row['reason'].replace('_', ' ')})" if row["reason"] else ""
        hint = f": {row['hint']}" if row["hint"] else ""
        raise ApiError(f"the job is {row['state'].replace('_', ' ')}{why}{hint}")

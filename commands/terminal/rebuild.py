"""`ampledger rebuild`: read models built anew beside those that are read, and how far they are."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from commands.refusal import Refusal
from commands.terminal import progress
from commands.terminal.connection import settings_of
from commands.terminal.output import AsJson, plainly, show

if TYPE_CHECKING:
    from commands.rebuilding import Rebuilding, Tell
    from projections.overview import Overview

_PAUSE = 0.5  # s between two looks
_COLUMNS = ("name", "version", "read", "position", "missed", "build", "percent", "facts_per_second")


@plainly
def rebuild(
    context: typer.Context,
    read_models: Annotated[
        list[str] | None, typer.Argument(help="stations, connectors, transactions, …")
    ] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="all of them, in one pull")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="until they are switched")] = False,
    ahead: Annotated[
        bool, typer.Option("--ahead", help="build what this release needs while another one runs")
    ] = False,
    tidy: Annotated[
        bool, typer.Option("--tidy", help="drop tables of releases that are gone")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build read models anew from the facts.

    The running projections do the work. The rows of before are read until the new ones are there,
    and nobody waits.
    """
    with _rebuilding(context) as work:
        if ahead:
            _build_ahead(work)
        elif tidy:
            _tidy(work)
        elif read_models or all_:
            _ask(work, [] if all_ else read_models or [])
            if wait:
                _follow(work)
        else:
            show((_row(each) for each in work.overview()), _COLUMNS, as_json=as_json)


def _rebuilding(context: typer.Context) -> AbstractContextManager["Rebuilding"]:
    from commands.rebuilding import rebuilding_of  # noqa: PLC0415 - a second others need not wait

    return rebuilding_of(settings_of(context))


def _ask(work: "Rebuilding", names: Sequence[str]) -> None:
    new = work.ask(names)
    for name in new:
        typer.echo(f"{name} is built by the projections, and read when it is done")
    if not new:
        typer.echo("they are being built already")


def _follow(work: "Rebuilding") -> None:
    with _bar() as tell:
        while under_way := _under_way(work):
            tell(under_way)
            time.sleep(_PAUSE)
    typer.echo("all are switched")


def _under_way(work: "Rebuilding") -> dict[str, int]:
    """How many percent of each are done; raises Refusal when one cannot go on."""
    builds = {each.name: each.build for each in work.overview() if each.build}
    for name, build in builds.items():
        if build.problem:
            raise Refusal(f"{name} cannot go on, which is tried all the same: {build.problem}")
    return {name: build.percent for name, build in builds.items() if build.state != "finished"}


def _build_ahead(work: "Rebuilding") -> None:
    with _bar() as tell:
        names = work.ahead(tell)
    built = f"{', '.join(names)}: built, and read when this release runs"
    typer.echo(built if names else "every read model of this release is there")


def _tidy(work: "Rebuilding") -> None:
    gone, used = work.tidy()
    for name in gone:
        typer.echo(f"{name} is dropped")
    for name in used:
        typer.echo(f"{name} stays: a release that uses it ran within ten minutes, or needs it soon")
    if not gone and not used:
        typer.echo("there is nothing to drop")


def _row(each: "Overview") -> dict[str, object]:
    build = asdict(each.build) if each.build else {}
    times = ("asked_at", "begun_at", "finished_at")
    told = {name: at.isoformat() if (at := build.get(name)) else None for name in times}
    known = {"read": each.position is not None, "build": build.get("state")}
    return {**build, **told, **asdict(each), **known}


@contextmanager
def _bar() -> Iterator["Tell"]:
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}", markup=False))
    with progress.line(*columns, TimeElapsedColumn(), total=100) as move:

        def tell(percents: dict[str, int]) -> None:
            description = ", ".join(f"{name} {done} %" for name, done in percents.items())
            move(completed=min(percents.values()), description=description)

        yield tell

"""`ampledger redecide`: what today's code would decide of what was recorded."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from commands.terminal import progress
from commands.terminal.connection import settings_of
from commands.terminal.instants import instant
from commands.terminal.output import AsJson, plainly, show

if TYPE_CHECKING:
    from domain.redecision.report import Difference, Report, Tell

_DIFFERENT = 1  # exit code


@plainly
def redecide(
    context: typer.Context,
    *,
    begin: Annotated[
        str, typer.Option("--from", help="first instant of receipt, RFC 3339; a day: its midnight")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="the instant before which it ends")] = "",
    station: Annotated[str, typer.Option(help="of this station only")] = "",
    most: Annotated[int, typer.Option(min=0, help="differences that are shown")] = 10,
    as_json: AsJson = False,
) -> None:
    """Decide the journal again, and tell what differs.

    It reads the database beside the running system and changes nothing. Exit code 1 when there is
    a difference.
    """
    from commands.redeciding import Span, redeciding  # noqa: PLC0415 - a second others need not wait

    span = Span(begin=instant(begin), end=instant(end), station=station)
    with redeciding(settings_of(context), span) as work, _bar(work.positions) as tell:
        report = work.run(tell, most=most)
    if as_json:
        typer.echo(json.dumps(_plain(report), ensure_ascii=False))
    else:
        _tell(report)
    if not report.is_identical:
        raise typer.Exit(_DIFFERENT)


def _plain(report: "Report") -> Mapping[str, Any]:
    return {
        **report.summary(),
        "by_action": dict(report.by_action.most_common()),
        "by_station": dict(report.by_station.most_common()),
        "differences": [_plain_difference(each) for each in report.first],
    }


def _plain_difference(difference: "Difference") -> Mapping[str, Any]:
    return asdict(difference) | {
        "received_at": difference.received_at.isoformat(),
        "changes": [change._asdict() for change in difference.changes],
    }


def _tell(report: "Report") -> None:
    summary = report.summary()
    show([summary], tuple(summary), as_json=False)
    for each in report.first:
        typer.echo()
        typer.echo(_headline(each))
        told = [change._asdict() for change in each.changes]
        show(told, ("what", "was", "would_be"), as_json=False)
    for name, counted in (("action", report.by_action), ("station", report.by_station)):
        if counted:
            typer.echo()
            rows = [{name: each, "rows": count} for each, count in counted.most_common(20)]
            show(rows, (name, "rows"), as_json=False)


def _headline(difference: "Difference") -> str:
    told = [
        f"{difference.received_at.isoformat()} {difference.station} {difference.action}".rstrip(),
        f"row {difference.position}, {difference.kind} {difference.key}",
    ]
    if difference.follows:
        told.append("follows from an earlier difference")
    if difference.failed and not difference.fails:
        told.append("failed then, would be handled")
    if difference.fails and not difference.failed:
        told.append("would fail")
    return ", ".join(told)


@contextmanager
def _bar(positions: tuple[int, int]) -> Iterator["Tell"]:
    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows", markup=False),
        TimeElapsedColumn(),
    )
    first, last = positions
    with progress.line(*columns, total=last - first + 1, rows=0) as move:
        yield lambda rows, position: move(completed=position - first + 1, rows=rows)

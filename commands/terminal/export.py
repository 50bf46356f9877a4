"""`ampledger export`: events, transactions, meter values, the journal as files for analysts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from commands.export.exportable import Span
from commands.export.kinds import Format, What
from commands.terminal import progress
from commands.terminal.connection import settings_of
from commands.terminal.instants import instant
from commands.terminal.output import plainly

if TYPE_CHECKING:
    from commands.export.exporting import Tell

_SUFFIXES = {f".{each}": each for each in Format}


@plainly
def export(
    context: typer.Context,
    what: Annotated[What, typer.Argument(help="what to write")],
    out: Annotated[Path, typer.Argument(help="file to write; -: standard output")],
    *,
    begin: Annotated[
        str, typer.Option("--from", help="first instant of receipt, RFC 3339; a day: its midnight")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="the instant before which it ends")] = "",
    station: Annotated[str, typer.Option(help="of this station only")] = "",
    format: Annotated[
        Format | None, typer.Option(help="left out: as the file is called, else jsonl")
    ] = None,
) -> None:
    """Write what happened to a file.

    It reads the database itself, beside the running system. Transactions and the journal show tags;
    events show the pseudonyms that streams have.
    """
    from commands.export import exporting  # noqa: PLC0415 - pyarrow: half a second others need not wait

    span = Span(begin=instant(begin), end=instant(end), station=station)
    chosen = format or _SUFFIXES.get(out.suffix, Format.JSONL)
    with exporting.exportable(what, settings_of(context)) as table, _bar(table.head()) as tell:
        if str(out) == "-":
            count = exporting.export(table, span, chosen, sys.stdout.buffer, tell)
        else:
            with exporting.whole(out) as file:
                count = exporting.export(table, span, chosen, file, tell)
    typer.echo(f"{count} rows", err=True)


@contextmanager
def _bar(head: int) -> Iterator["Tell"]:
    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows", markup=False),
        TimeElapsedColumn(),
    )
    with progress.line(*columns, total=head, rows=0) as move:
        yield lambda rows, position: move(completed=position, rows=rows)

"""What a command writes: tables for people, JSON for scripts, errors in one line."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from commands.client import ApiError
from commands.refusal import Refusal
from commands.settings import SettingsError
from domain.log import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table, for scripts")]
USAGE = 2  # exit code for what was asked wrongly


def fail(message: str, code: int = 1) -> NoReturn:
    """End with an error in one line on stderr."""
    typer.echo(f"ampledger: {message}", err=True)
    raise typer.Exit(code)


def plainly(command: Callable[P, T]) -> Callable[P, T]:
    """A command whose expected errors are told in one line, without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except SettingsError as error:
            fail(str(error), USAGE)
        except (ApiError, Refusal, Unavailable, OSError) as error:
            fail(str(error))
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return run


def show(
    rows: Iterable[Mapping[str, Any]],
    columns: tuple[str, ...],
    *,
    as_json: bool,
    headed: bool = True,
) -> None:
    """Several things: one JSON object a line, or a table of some columns."""
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False, show_header=headed)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_plain(row.get(column)) for column in columns))
    _console().print(table)


def show_one(row: Mapping[str, Any], *, as_json: bool) -> None:
    """One thing: indented JSON, or a line per field that says something."""
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in row.items():
        if value not in (None, "", []):
            table.add_row(name.replace("_", " "), _plain(value))
    _console().print(table)


def _console() -> Console:
    """Full width when piped: scripts must not meet lines that were cut."""
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False)


def _plain(value: object) -> str:
    """A value as text; nothing a station sends may be taken for markup or control the terminal."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else "�" for letter in text)

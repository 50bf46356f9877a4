"""`ampledger verify`: whether the log is what was sealed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from commands.refusal import Refusal
from commands.settings import Settings
from commands.terminal import instants, progress
from commands.terminal.connection import settings_of
from commands.terminal.output import AsJson, plainly
from domain.chain.rows import instant
from domain.ocpp import times

if TYPE_CHECKING:
    from commands.verification.checking import Checked, Watch

_FOUND = 1  # exit code when something is not as it was sealed


@plainly
def verify(
    context: typer.Context,
    *,
    offline: Annotated[
        Path | None, typer.Option(help="check a file that was written, and no database")
    ] = None,
    public_key: Annotated[
        list[str] | None, typer.Option(help="that checkpoints are signed with: a file, or itself")
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="that were published [AMPLEDGER_CHECKPOINT_FILE]")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="write a file instead, to be checked")] = None,
    begin: Annotated[
        str, typer.Option("--from", help="write what was sealed from this instant on")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="and before this one")] = "",
    most: Annotated[int, typer.Option(min=1, help="end after so many findings")] = 10,
    as_json: AsJson = False,
) -> None:
    """Prove that no row of the log was altered.

    It needs the database, or with --offline only a file and the public key. Exit code 1 when
    something was found.
    """
    from commands.verification import checking  # noqa: PLC0415 - a second most need not wait

    keys = checking.trusted(public_key or ())
    if offline:
        if not keys:
            raise Refusal("--public-key is missing: GET /api/v1/checkpoints/key tells it")
        with _bar() as watch:
            checked = checking.check_file(offline, keys, watch=watch, most=most)
    elif write:
        _write(settings_of(context), write, begin, end)
        return
    else:
        checked = _check(settings_of(context), keys, checkpoints, most)
    _tell(checked, as_json=as_json)
    if checked.findings:
        raise typer.Exit(_FOUND)


def _check(
    settings: Settings, keys: dict[str, bytes], checkpoints: Path | None, most: int
) -> "Checked":
    from commands.verification import checking  # noqa: PLC0415 - as above

    default = settings.checkpoint_file
    path = checkpoints or (default if default and default.is_file() else None)
    published = checking.kept_elsewhere(path)
    trusted = keys or checking.own_keys(settings)
    with checking.verification_of(settings) as work, _bar() as watch:
        return work.check(trusted, published, watch=watch, most=most)


def _write(settings: Settings, path: Path, begin: str, end: str) -> None:
    from commands.verification import checking  # noqa: PLC0415 - as above

    with checking.verification_of(settings) as work, _bar() as watch:
        first, last = work.write(path, instants.instant(begin), instants.instant(end), watch=watch)
    typer.echo(f"blocks {first} to {last}")


def _tell(checked: "Checked", *, as_json: bool) -> None:
    tally = checked.tally
    signed = tally.signed
    at = times.write(instant(signed.at)) if signed else None
    if as_json:
        summary = {
            "verified": not checked.findings,
            "blocks": tally.blocks,
            "rows": tally.rows,
            "pruned": tally.pruned,
            "checkpoints": tally.checkpoints,
            "signed_at": at,
            "not_sealed_yet": checked.unsealed,
            "findings": [each._asdict() for each in checked.findings],
        }
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    for finding in checked.findings:
        typer.echo(_printable(str(finding)))
    typer.echo(
        f"{tally.rows} rows in {tally.blocks} blocks, {tally.pruned} pruned,"
        f" {tally.checkpoints} checkpoints, {checked.unsealed} rows not sealed yet"
    )
    typer.echo("NOT as it was sealed" if checked.findings else f"as it was sealed, signed {at}")


def _printable(text: str) -> str:
    """Whoever altered a row may not control the terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


@contextmanager
def _bar() -> Iterator["Watch"]:
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("blocks", markup=False),
        TimeRemainingColumn(),
    )
    with progress.line(*columns, total=None) as move:
        yield lambda done, total: move(completed=done, total=total)

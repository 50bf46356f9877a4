"""`ampledger diagnostics`: files that stations upload about themselves."""

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.client import ApiError, Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.jobs import Retries, RetryInterval, Ttl, Wait, awaited, begun, leave
from commands.terminal.output import AsJson, plainly, show, show_one
from commands.terminal.stations import Limit, Station

app = typer.Typer(help="Files that stations upload about themselves.", no_args_is_help=True)

_NAME_MAX = 255  # bytes
_LONGEST_SUFFIX = 16  # characters
_COLUMNS = ("id", "station", "name", "size", "created_at")

Into = Annotated[Path, typer.Option(file_okay=False, help="folder that the files are put into")]


@app.command()
@plainly
def get(
    context: typer.Context,
    station: Station,
    *,
    location: Annotated[str, typer.Option(help="URL of a directory elsewhere")] = "",
    since: Annotated[str, typer.Option(help="RFC 3339 time")] = "",
    until: Annotated[str, typer.Option(help="RFC 3339 time")] = "",
    retries: Retries = None,
    retry_interval: RetryInterval = None,
    ttl: Ttl = 0,
    wait: Wait = 600,
    into: Into = Path(),
    as_json: AsJson = False,
) -> None:
    """Have a station upload, wait, fetch. Exit code 0: done; 1: failed; 3: not over yet."""
    wish = {
        "location": location,
        "start_time": since,
        "stop_time": until,
        "retries": retries,
        "retry_interval": retry_interval,
    }
    client, path = client_of(context), path_of("stations", station, "diagnostics")
    row = awaited(client, begun(client, path, wish, ttl=ttl), wait=wait)
    brought(client, row, into, as_json=as_json)


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    limit: Limit = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """List the files that stations have brought, the newest first."""
    rows = client_of(context).items(path_of("diagnostics"), most=limit, station=station)
    show(rows, _COLUMNS, as_json=as_json)


@app.command()
@plainly
def fetch(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="id of the file")],
    into: Into = Path(),
) -> None:
    """Fetch a file that a station has brought before."""
    typer.echo(_fetched(client_of(context), file, into))


@app.command()
@plainly
def remove(
    context: typer.Context, file: Annotated[str, typer.Argument(help="id of the file")]
) -> None:
    """Destroy a file that a station brought."""
    client_of(context).delete(path_of("diagnostics", file))


def brought(client: Client, row: dict[str, Any], into: Path, *, as_json: bool) -> None:
    """Show a job, fetch what was uploaded for it, and leave with how it went."""
    if as_json:
        show_one(row, as_json=True)
    else:
        show_one({k: v for k, v in row.items() if k not in {"timeline", "files"}}, as_json=False)
    for file in row["files"]:
        typer.echo(_fetched(client, file["id"], into), err=as_json)
    leave(row)


def _fetched(client: Client, id: str, into: Path) -> Path:
    """Fetch a file, whole or not at all; one that is there is never written over."""
    into.mkdir(parents=True, exist_ok=True)
    part = into / f".{id}.part"
    try:
        with part.open("wb") as target:
            headers = client.fetch(path_of("diagnostics", id), target)
            come, size = target.tell(), int(headers["Content-Length"])
        if come != size:
            raise ApiError(f"the file {id} came with {come} bytes of {size}: fetch it again")
        path = into / _fitting(f"{id[:8]}-{Path(headers.get_filename('')).name}")
        if path.exists():
            raise ApiError(f"{path} is there already")
        return part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _fitting(name: str) -> str:
    """As much of a name as a file may have; its end, which says what it is, stays."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX:
        stem, suffix = name, ""
    ending = f"{dot}{suffix}" if suffix else ""
    room = _NAME_MAX - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore") + ending

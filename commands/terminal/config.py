"""`ampledger config`: how stations are configured, and how they should be."""

import json
import sys
from typing import Annotated, Any

import typer

from commands.client import path_of
from commands.terminal.calls import Ttl, Wait, check_visible, conclude
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one

app = typer.Typer(help="How stations are configured, and should be.", no_args_is_help=True)

_COLUMNS = ("key", "value", "readonly", "desired", "drift", "change_status", "reported_at")
_DRIFT = ("station", "key", "value", "desired", "change_status", "pending_reboot")
_DONE = frozenset({"Accepted", "RebootRequired"})

Station = Annotated[str, typer.Argument(help="identity of the station")]
Key = Annotated[str, typer.Argument(help="configuration key, in any case")]
Limit = Annotated[int, typer.Option(min=1, help="how many at most")]


@app.command("show")
@plainly
def show_(
    context: typer.Context, station: Station, limit: Limit = 1000, *, as_json: AsJson = False
) -> None:
    """Show the keys of a station: as reported, as desired."""
    rows = client_of(context).items(path_of("stations", station, "configuration"), most=limit)
    show(map(_known, rows) if not as_json else rows, _COLUMNS, as_json=as_json)


@app.command("set")
@plainly
def set_(
    context: typer.Context,
    station: Station,
    key: Key,
    value: Annotated[str, typer.Argument(help="as text; - reads a line")],
    *,
    desired: Annotated[bool, typer.Option("--desired", help="say so, and send nothing")] = False,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Change a key now, or say what it should be.

    Exit code 0: the station took it (see whether it wants a reboot); 1: it did not; 3: not yet.
    """
    if value != "-":
        check_visible(key)
    client, path = client_of(context), path_of("stations", station, "configuration", key)
    body = {"value": sys.stdin.readline().rstrip("\n") if value == "-" else value}
    if desired:
        show_one(client.put(f"{path}/desired", body), as_json=as_json)
    else:
        conclude(client.put(path, body, wait=wait, ttl=ttl), as_json=as_json, wanted=_DONE)


@app.command()
@plainly
def drop(context: typer.Context, station: Station, key: Key) -> None:
    """Desire nothing of a key any more; the station keeps what it has."""
    client_of(context).delete(path_of("stations", station, "configuration", key, "desired"))


@app.command()
@plainly
def diff(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="of this station; none: of all")] = "",
    limit: Limit = 1000,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what is not known to be as desired. Exit code 1 when there is any."""
    client = client_of(context)
    if station:
        path = path_of("stations", station, "configuration")
        rows = list(client.items(path, most=limit, drift="true"))
    else:
        rows = list(client.items(path_of("configuration", "drift"), most=limit))
    show(rows, _DRIFT, as_json=as_json)
    if rows:
        raise typer.Exit(1)


@app.command()
@plainly
def apply(context: typer.Context, station: Station, *, as_json: AsJson = False) -> None:
    """Have a station changed wherever it is not known to be as desired."""
    path = path_of("stations", station, "configuration", "apply")
    show_one(client_of(context).post(path), as_json=as_json)


@app.command()
@plainly
def ask(
    context: typer.Context,
    station: Station,
    keys: Annotated[list[str] | None, typer.Argument(help="none: all")] = None,
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station tell its keys. Exit code 0: it did; 1: it did not; 3: not yet."""
    path = path_of("stations", station, "configuration", "ask")
    body = json.dumps({"keys": keys or []}).encode()
    conclude(client_of(context).post(path, body, wait=wait, ttl=ttl), as_json=as_json)


@app.command()
@plainly
def automatic(
    context: typer.Context,
    station: Station,
    *,
    on: Annotated[bool | None, typer.Option("--on/--off", help="switch it")] = None,
    as_json: AsJson = False,
) -> None:
    """Show, or switch, whether drift is put right without asking."""
    client, path = client_of(context), path_of("stations", station, "automation")
    shown = client.get(path) if on is None else client.put(path, {"automatic": on})
    show_one(shown, as_json=as_json)


def _known(row: dict[str, Any]) -> dict[str, Any]:
    """What the station says of itself where it has no such key."""
    if not row["unknown"]:
        return row
    return {**row, "value": "(no such key)"}

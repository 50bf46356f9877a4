"""`ampledger stations`: the register of stations."""

import csv
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.client import ApiError, Client, path_of
from commands.terminal.calls import Ttl, Wait, conclude
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, fail, plainly, show, show_one

app = typer.Typer(help="The register of stations.", no_args_is_help=True)

_COLUMNS = ("id", "online", "registration", "vendor", "model", "firmware_version", "last_frame_at")
_NUMBERS = frozenset({"security_profile", "heartbeat_interval", "boot_retry_interval"})
_LISTS = frozenset({"protocols", "labels"})

Station = Annotated[str, typer.Argument(help="identity of the station")]
Limit = Annotated[int, typer.Option(min=1, help="how many at most")]


@app.command()
@plainly
def add(
    context: typer.Context,
    station: Station,
    *,
    password: Annotated[str | None, typer.Option(help="Basic password; - reads a line")] = None,
    security_profile: Annotated[int, typer.Option(help="of OCPP", min=0, max=3)] = 0,
    heartbeat_interval: Annotated[
        int | None, typer.Option(help="s between heartbeats", min=1)
    ] = None,
    registration: Annotated[str, typer.Option(help="Accepted, Pending, Rejected")] = "Accepted",
    note: Annotated[str, typer.Option(help="for people")] = "",
    label: Annotated[list[str] | None, typer.Option(help="one of its labels; repeatable")] = None,
    as_json: AsJson = False,
) -> None:
    """Register a station, or change how it is treated.

    What is left out gets its default; the password stays.
    """
    body: dict[str, Any] = {
        "security_profile": security_profile,
        "registration": registration,
        "note": note,
        "labels": label or [],
    }
    if password is not None:
        body["password"] = sys.stdin.readline().rstrip("\n") if password == "-" else password  # noqa: S105 - not one
    if heartbeat_interval:
        body["heartbeat_interval"] = heartbeat_interval
    show_one(client_of(context).put(path_of("stations", station), body), as_json=as_json)


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    search: Annotated[str, typer.Option(help="part of the identity or the note")] = "",
    online: Annotated[bool | None, typer.Option("--online/--offline", help="only these")] = None,
    label: Annotated[str, typer.Option(help="all with this label")] = "",
    limit: Limit = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """List stations."""
    is_online = "" if online is None else str(online).lower()
    rows = client_of(context).items(
        path_of("stations"), most=limit, search=search, online=is_online, label=label
    )
    show(rows if as_json else map(_flat, rows), _COLUMNS, as_json=as_json)


@app.command("show")
@plainly
def show_(context: typer.Context, station: Station, *, as_json: AsJson = False) -> None:
    """Show all that is known of a station."""
    show_one(client_of(context).get(path_of("stations", station)), as_json=as_json)


@app.command()
@plainly
def remove(context: typer.Context, station: Station) -> None:
    """Take a station out of the register; its history stays."""
    client_of(context).delete(path_of("stations", station))


@app.command()
@plainly
def unknown(context: typer.Context, limit: Limit = 100, *, as_json: AsJson = False) -> None:
    """List stations nobody registered that asked to connect."""
    rows = client_of(context).items(path_of("stations", "unknown"), most=limit)
    show(rows, ("id", "protocols", "remote", "knocks", "last_at"), as_json=as_json)


@app.command()
@plainly
def trigger(
    context: typer.Context,
    station: Station,
    message: Annotated[str, typer.Argument(help="e.g. StatusNotification, MeterValues")],
    connector: Annotated[int | None, typer.Option(help="only of this one")] = None,
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station send a message now. Exit code 0: it will; 1: it will not; 3: not known yet."""
    body = json.dumps({"message": message, "connector_id": connector}).encode()
    path = path_of("stations", station, "trigger")
    outcome = client_of(context).post(path, body, wait=wait, ttl=ttl)
    conclude(outcome, as_json=as_json, wanted={"Accepted"})


@app.command("import")
@plainly
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV; header: id, …")],
) -> None:
    """Register the stations of a CSV file.

    A column `id`, others named like the API's fields; labels with blanks or ; between them.
    """
    put_rows(client_of(context), file, collection="stations", key="id", numbers=_NUMBERS)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """What it booted with beside what it is registered with."""
    return {**(row["boot"] or {}), **row}


def put_rows(
    client: Client, file: Path, *, collection: str, key: str, numbers: frozenset[str]
) -> None:
    """Put each row of a CSV file; stops at the first one that is refused, and names its line."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        if key not in (reader.fieldnames or ()):
            fail(f"{file}: the first line must name the columns, one of them {key}")
        count = 0
        for row in reader:
            body = {k: _value(k, v, numbers) for k, v in row.items() if k != key and v}
            try:
                client.put(path_of(collection, row[key]), body)
            except ApiError as error:
                raise ApiError(f"{file} line {reader.line_num}: {error}") from None
            count += 1
    typer.echo(json.dumps({collection: count}))


def _value(column: str, text: str, numbers: frozenset[str]) -> object:
    if column in numbers:
        return int(text) if text.isdecimal() else text  # the API says what is wrong with it
    return text.replace(";", " ").split() if column in _LISTS else text

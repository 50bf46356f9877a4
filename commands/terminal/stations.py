"""`ampledger stations`: the register of stations."""

import csv
import json
import secrets
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
_PASSWORD_BYTES = 20  # white paper A00.FR.205: 16 to 20
_LISTS = frozenset({"protocols", "labels"})

Station = Annotated[str, typer.Argument(help="identity of the station")]
Limit = Annotated[int, typer.Option(min=1, help="how many at most")]


@app.command()
@plainly
def add(
    context: typer.Context,
    station: Station,
    *,
    password: Annotated[bool, typer.Option("--password", help="ask for its password")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="read its password from a line of input")
    ] = False,
    security_profile: Annotated[
        int | None, typer.Option(help="0 to 3; else it stays, or follows", min=0, max=3)
    ] = None,
    heartbeat_interval: Annotated[
        int | None, typer.Option(help="s between heartbeats", min=1)
    ] = None,
    registration: Annotated[str, typer.Option(help="Accepted, Pending, Rejected")] = "Accepted",
    note: Annotated[str, typer.Option(help="for people")] = "",
    label: Annotated[list[str] | None, typer.Option(help="one of its labels; repeatable")] = None,
    as_json: AsJson = False,
) -> None:
    """Register a station, or change how it is treated.

    What is left out gets its default; password and security profile stay. A new station that needs
    a password and is given none gets one: it is shown here, once.
    """
    body: dict[str, Any] = {"registration": registration, "note": note, "labels": label or []}
    if password or password_stdin:
        body["password"] = _given(from_input=password_stdin)
    if security_profile is not None:
        body["security_profile"] = security_profile
    if heartbeat_interval:
        body["heartbeat_interval"] = heartbeat_interval
    shown = _registered(client_of(context), path_of("stations", station), body)
    show_one(shown, as_json=as_json)


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


@app.command("rotate-password")
@plainly
def rotate_password(
    context: typer.Context,
    station: Station,
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station take a new password, which nobody sees.

    Exit code 0: it took it; 1: it did not; 3: not known yet.
    """
    path = path_of("stations", station, "password", "rotate")
    outcome = client_of(context).post(path, wait=wait, ttl=ttl)
    conclude(outcome, as_json=as_json, wanted={"Accepted"})


@app.command()
@plainly
def upgrade(
    context: typer.Context,
    station: Station,
    profile: Annotated[int, typer.Option(help="security profile, higher than now", min=1, max=3)],
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station come with a higher security profile; it may want a hard Reset after that.

    Exit code 0: it will; 1: it will not; 3: not known yet.
    """
    body = json.dumps({"profile": profile}).encode()
    path = path_of("stations", station, "security-profile")
    outcome = client_of(context).post(path, body, wait=wait, ttl=ttl)
    conclude(outcome, as_json=as_json, wanted={"Accepted", "RebootRequired"})


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


def _given(*, from_input: bool) -> str:
    """A password that is no argument: everybody on the machine could read that."""
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _registered(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The station; with the password that was made for it when it needed one."""
    try:
        return dict(client.put(path, body))
    except ApiError as error:
        is_lacking = error.kind == "password-needed" and "password" not in body
        if not is_lacking or body.get("security_profile") == 0:
            raise
    made = secrets.token_hex(_PASSWORD_BYTES)
    return {**client.put(path, {**body, "password": made}), "password": made}


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

"""`ampledger local-list`: who may charge at a station while it is offline."""

import json
from typing import Annotated, Any

import typer

from commands.client import ApiError, path_of
from commands.terminal.calls import Ttl, Wait, conclude
from commands.terminal.connection import client_of
from commands.terminal.output import USAGE, AsJson, fail, plainly, show, show_one

app = typer.Typer(help="Who may charge while a station is offline.", no_args_is_help=True)

_ENTRIES = ("id_tag", "status", "expiry_date", "parent_id_tag", "listed_at")
_CHANGES = ("change", "id_tag", "status", "expiry_date", "parent_id_tag")
_GOOD = frozenset({"accepted", "nothing_to_send"})

Station = Annotated[str, typer.Argument(help="identity of the station")]
Group = Annotated[str, typer.Option(help="tokens of this group; none: all")]
PartSize = Annotated[
    int | None, typer.Option(min=0, help="entries in a request; 0: all; none: as the station says")
]


@app.command("show")
@plainly
def show_(
    context: typer.Context,
    station: Station,
    *,
    entries: Annotated[bool, typer.Option("--entries", help="what is on it")] = False,
    limit: Annotated[int, typer.Option(min=1, help="entries at most")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Show the version and the state of a list, or what is on it."""
    client, path = client_of(context), path_of("stations", station, "local-list")
    if entries:
        show(client.items(f"{path}/entries", most=limit), _ENTRIES, as_json=as_json)
    else:
        show_one(client.get(path), as_json=as_json)


@app.command()
@plainly
def ask(
    context: typer.Context,
    station: Station,
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have the station tell the version of its list."""
    path = path_of("stations", station, "local-list", "ask")
    conclude(client_of(context).post(path, wait=wait, ttl=ttl), as_json=as_json)


@app.command()
@plainly
def diff(
    context: typer.Context,
    station: Station,
    *,
    group: Group = "",
    part_size: PartSize = None,
    as_json: AsJson = False,
) -> None:
    """Show what `send` would change. Exit code 1 when there is anything."""
    path = path_of("stations", station, "local-list", "difference")
    found = client_of(context).get(path, group=group, part_size=part_size)
    if as_json:
        show_one(found, as_json=True)
    else:
        show(found["changes"], _CHANGES, as_json=False)
    if found["payloads"]:
        raise typer.Exit(1)


@app.command()
@plainly
def send(
    context: typer.Context,
    station: Station,
    *,
    group: Group = "",
    add: Annotated[
        list[str] | None, typer.Option(help="TAG or TAG=STATUS, instead of tokens; repeatable")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(help="TAG; repeatable")] = None,
    full: Annotated[
        bool | None, typer.Option("--full/--differential", help="none: what the list needs")
    ] = None,
    version: Annotated[int | None, typer.Option(min=1, help="none: the next one")] = None,
    part_size: PartSize = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="instead of an update under way")
    ] = False,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Bring a list to what the tokens say, or send just these entries.

    Exit code 0: the station took it all; 1: it did not; 3: not yet.
    """
    entries = _entries(add or [], remove or [])
    if entries and group:
        fail("--group goes with tokens, not with --add and --remove", USAGE)
    body: dict[str, Any] = {
        "update_type": None if full is None else ("Full" if full else "Differential"),
        "version": version,
        "part_size": part_size,
        "replace": replace,
    }
    body |= {"entries": entries} if entries else {"tokens": {"group": group or None}}
    path = path_of("stations", station, "local-list")
    _conclude(
        client_of(context).post(path, json.dumps(body).encode(), wait=wait, ttl=ttl),
        as_json=as_json,
    )


@app.command()
@plainly
def automatic(
    context: typer.Context,
    station: Station,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="by default it is off")],
    as_json: AsJson = False,
) -> None:
    """Have a Differential that failed followed by a Full, or not."""
    path = path_of("stations", station, "local-list", "automatic")
    show_one(client_of(context).put(path, {"automatic": on}), as_json=as_json)


def _entries(add: list[str], remove: list[str]) -> list[dict[str, Any]]:
    added = [each.rpartition("=") if "=" in each else (each, "", "Accepted") for each in add]
    told = [{"id_tag": tag, "status": status} for tag, _, status in added]
    return told + [{"id_tag": tag, "remove": True} for tag in remove]


def _conclude(update: dict[str, Any], *, as_json: bool) -> None:
    """Show an update and end with the exit code that it deserves."""
    plain = {**update, "calls": [_outcome(call) for call in update["calls"]]}
    show_one(update if as_json else plain, as_json=as_json)
    if update["state"] == "under_way":
        raise typer.Exit(3)
    if update["state"] not in _GOOD:
        raise ApiError(f"the update has failed: {plain['calls'][-1]}")


def _outcome(call: dict[str, Any]) -> str:
    """What came of a call, in a word."""
    response = call["response"] or {}
    return str(response.get("status") or call["status"])

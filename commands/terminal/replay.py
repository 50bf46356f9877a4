"""`ampledger replay`: how a station or a transaction was at an instant, and what two differ in."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from commands.api.differences import changes
from commands.client import Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import USAGE, AsJson, fail, plainly, show, show_one

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "connectors": ("connector", "status", "error_code", "transaction", "reported_at"),
    "transactions": ("id", "connector", "id_tag", "status", "started_at", "energy_wh"),
    "reservations": ("reservation_id", "connector_id", "id_tag", "status", "expiry_date"),
    "configuration": ("key", "value", "desired", "drift", "reported_at"),
    "local_list_entries": ("id_tag", "status", "expiry_date", "parent_id_tag"),
    "charging_profiles": ("profile_id", "connector_id", "purpose", "stack_level"),
}
_DIFFERENCES = ("aspect", "key", "member", "before", "after")
_FACTS = ("position", "at", "topic", "stream", "cause")


@plainly
def replay(
    context: typer.Context,
    *,
    at: Annotated[str, typer.Option(help="a past time, RFC 3339")],
    station: Annotated[str, typer.Option(help="identity of a station")] = "",
    transaction: Annotated[int | None, typer.Option(help="OCPP transaction id")] = None,
    compare_with: Annotated[str, typer.Option(help="another time: what differs?")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a station or a transaction as it was."""
    if bool(station) == (transaction is not None):
        fail("say either --station or --transaction", USAGE)
    client = client_of(context)
    if transaction is not None:
        _replay_transaction(client, transaction, at, compare_with, as_json=as_json)
    elif compare_with:
        _compare(client, station, *sorted((at, compare_with)), as_json=as_json)
    else:
        _show_state(client.get(path_of("stations", station, "state"), at=at), as_json=as_json)


def _show_state(state: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(state, ensure_ascii=False, indent=2))
        return
    typer.echo(f"as of {state['as_of']}, position {state['position']}\n")
    show_one(state["station"] or {"registered": False}, as_json=False)
    for name, columns in _COLUMNS.items():
        if state[name]:
            typer.echo(f"\n{name.replace('_', ' ')}")
            show(state[name], columns, as_json=False)
    if state["local_list"]:
        typer.echo("\nlocal list")
        show_one(state["local_list"], as_json=False)


def _compare(client: Client, station: str, begin: str, end: str, *, as_json: bool) -> None:
    path = path_of("stations", station, "changes")
    found = client.get(path, **{"from": begin, "to": end})
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    typer.echo(
        f"from {found['from']}, position {found['from_position']},"
        f" to {found['to']}, position {found['to_position']}\n"
    )
    show(found["differences"], _DIFFERENCES, as_json=False)
    typer.echo("\nfacts" + (", the first of them" if found["more_facts"] else ""))
    show(found["facts"], _FACTS, as_json=False)


def _replay_transaction(
    client: Client, number: int, at: str, compare_with: str, *, as_json: bool
) -> None:
    path = path_of("transactions", number)
    if not compare_with:
        show_one(client.get(path, at=at), as_json=as_json)
        return
    before, after = (client.get(path, at=each) for each in sorted((at, compare_with)))
    show(_changed(before, after), ("member", "before", "after"), as_json=as_json)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (each._asdict() for each in changes(before, after))

"""`ampledger call`: any OCPP action to a station, its payload as it goes on the wire."""

import json
from collections.abc import Container, Mapping
from typing import Annotated, Any

import typer

from commands.client import ApiError, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, fail, plainly, show_one

_OPEN = frozenset({"queued", "sent"})

Wait = Annotated[float, typer.Option(help="s to wait for the answer", min=0, max=120)]
Ttl = Annotated[int, typer.Option(help="s to wait for the station to connect", min=0)]


@plainly
def call(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="identity of the station")],
    action: Annotated[str, typer.Argument(help="OCPP action, e.g. RemoteStartTransaction")],
    payload: Annotated[str, typer.Argument(help="JSON object")] = "{}",
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Call a station. Exit code 0: it answered; 1: it refused, or did not answer; 3: not yet."""
    try:
        json.loads(payload)
    except ValueError as error:
        fail(f"the payload is no JSON: {error}", 2)
    path = path_of("stations", station, "calls", action)
    outcome = client_of(context).post(path, payload.encode(), wait=wait, ttl=ttl)
    conclude(outcome, as_json=as_json)


def conclude(
    outcome: Mapping[str, Any], *, as_json: bool, wanted: Container[str] | None = None
) -> None:
    """Show a call and end with the exit code that it deserves; `wanted` are good statuses."""
    show_one(outcome, as_json=as_json)
    if outcome["status"] in _OPEN:
        raise typer.Exit(3)
    if outcome["status"] != "answered":
        raise ApiError(f"the call is {outcome['status']}")
    status = outcome["response"].get("status", "")
    if wanted is not None and status not in wanted:
        raise ApiError(f"the station says {status}")

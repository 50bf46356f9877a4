"""`ampledger call`: any OCPP action to a station, its payload as it goes on the wire."""

import json
from typing import Annotated

import typer

from commands.client import ApiError, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, fail, plainly, show_one

_OPEN = frozenset({"queued", "sent"})


@plainly
def call(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="identity of the station")],
    action: Annotated[str, typer.Argument(help="OCPP action, e.g. RemoteStartTransaction")],
    payload: Annotated[str, typer.Argument(help="JSON object")] = "{}",
    *,
    wait: Annotated[float, typer.Option(help="s to wait for the answer", min=0, max=120)] = 30,
    ttl: Annotated[int, typer.Option(help="s to wait for the station to connect", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Call a station. Exit code 0: it answered; 1: it refused, or did not answer; 3: not yet."""
    try:
        json.loads(payload)
    except ValueError as error:
        fail(f"the payload is no JSON: {error}", 2)
    path = path_of("stations", station, "calls", action)
    outcome = client_of(context).post(path, payload.encode(), wait=wait, ttl=ttl)
    show_one(outcome, as_json=as_json)
    if outcome["status"] in _OPEN:
        raise typer.Exit(3)
    if outcome["status"] != "answered":
        raise ApiError(f"the call is {outcome['status']}")

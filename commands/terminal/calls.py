"""`ampledger call`: any OCPP action to a station, its payload as it goes on the wire."""

import json
import sys
from collections.abc import Container, Mapping
from typing import Annotated, Any

import typer

from commands.client import ApiError, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import USAGE, AsJson, fail, plainly, show_one
from domain.ocpp.v16.secrets import is_secret

_OPEN = frozenset({"queued", "sent"})

Wait = Annotated[float, typer.Option(help="s to wait for the answer", min=0, max=120)]
Ttl = Annotated[int, typer.Option(help="s to wait for the station to connect", min=0)]


@plainly
def call(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="identity of the station")],
    action: Annotated[str, typer.Argument(help="OCPP action, e.g. RemoteStartTransaction")],
    payload: Annotated[str, typer.Argument(help="JSON object; - reads it from the input")] = "{}",
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Call a station. Exit code 0: it answered; 1: it refused, or did not answer; 3: not yet."""
    read = sys.stdin.read() if payload == "-" else payload
    try:
        key = _key_in(json.loads(read))
    except ValueError as error:
        fail(f"the payload is no JSON: {error}", 2)
    if payload != "-":
        check_visible(key)
    path = path_of("stations", station, "calls", action)
    outcome = client_of(context).post(path, read.encode(), wait=wait, ttl=ttl)
    conclude(outcome, as_json=as_json)


def check_visible(key: str) -> None:
    """Everybody on this machine sees arguments: a secret is not to be one of them."""
    if is_secret(key):
        fail(f"{key} is a secret: give - for it, and itself as input", USAGE)


def _key_in(payload: object) -> str:
    """The configuration key that a payload is about, "" when it is about none."""
    return str(payload.get("key", "")) if isinstance(payload, dict) else ""


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

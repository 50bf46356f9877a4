"""`ampledger transactions`: what was charged."""

import json
from typing import Annotated

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one

app = typer.Typer(help="What was charged.", no_args_is_help=True)

_COLUMNS = (
    "id",
    "station",
    "connector",
    "id_tag",
    "status",
    "started_at",
    "stopped_at",
    "energy_wh",
    "stop_reason",
)

Number = Annotated[int, typer.Argument(help="OCPP transaction id")]


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    id_tag: Annotated[str, typer.Option(help="of this token")] = "",
    is_open: Annotated[bool | None, typer.Option("--open/--ended", help="only these")] = None,
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """List transactions, the newest first."""
    rows = client_of(context).items(
        path_of("transactions"),
        most=limit,
        station=station,
        id_tag=id_tag,
        open="" if is_open is None else str(is_open).lower(),
    )
    show(rows, _COLUMNS, as_json=as_json)


@app.command("show")
@plainly
def show_(context: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Show one transaction."""
    show_one(client_of(context).get(path_of("transactions", number)), as_json=as_json)


@app.command()
@plainly
def close(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="why, for the record")],
    *,
    as_json: AsJson = False,
) -> None:
    """End a transaction that its station will never stop."""
    path = path_of("transactions", number, "close")
    body = json.dumps({"reason": reason}).encode()
    show_one(client_of(context).post(path, body), as_json=as_json)

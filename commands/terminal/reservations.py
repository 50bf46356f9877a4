"""`ampledger reservations`: connectors kept for a token."""

import json
from typing import Annotated, Any

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one

app = typer.Typer(help="Connectors kept for a token.", no_args_is_help=True)

_COLUMNS = (
    "reservation_id",
    "station",
    "connector_id",
    "id_tag",
    "status",
    "expiry_date",
    "transaction",
    "reason",
)

Number = Annotated[int, typer.Argument(help="OCPP reservation id")]
OfStation = Annotated[str, typer.Option("--station", help="when several know the id")]
Wait = Annotated[float, typer.Option(help="s to wait for the station's answer", min=0, max=120)]
Ttl = Annotated[int, typer.Option(help="s to wait for the station to connect", min=0)]


@app.command()
@plainly
def add(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="identity of the station")],
    tag: Annotated[str, typer.Option(help="token that it is kept for")],
    until: Annotated[str, typer.Option(help="time, e.g. 2026-05-01T18:00:00Z")],
    connector: Annotated[int, typer.Option(help="0: any", min=0)] = 0,
    *,
    parent: Annotated[str, typer.Option(help="other than the parent of the token")] = "",
    no_parent: Annotated[bool, typer.Option("--no-parent", help="for this token only")] = False,
    id: Annotated[int | None, typer.Option(help="reservation id, of your own choice")] = None,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Keep a connector. Exit code 0: the station does; 1: it does not; 3: not known yet."""
    if parent and no_parent:
        raise typer.BadParameter("--parent and --no-parent exclude each other")
    wish: dict[str, Any] = {
        "station": station,
        "connector_id": connector,
        "id_tag": tag,
        "expiry_date": until,
    }
    if parent or no_parent:
        wish["parent_id_tag"] = None if no_parent else parent
    if id is not None:
        wish["reservation_id"] = id
    body = json.dumps(wish).encode()
    made = client_of(context).post(path_of("reservations"), body, wait=wait, ttl=ttl)
    _tell(made, as_json=as_json)
    _exit(made, wanted="Accepted")


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    *,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    connector: Annotated[int | None, typer.Option(help="of this connector")] = None,
    status: Annotated[str, typer.Option(help="in this status, e.g. accepted")] = "",
    tag: Annotated[str, typer.Option(help="for this token")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 50,
    as_json: AsJson = False,
) -> None:
    """List reservations, the newest first."""
    rows = client_of(context).items(
        path_of("reservations"),
        most=limit,
        station=station,
        connector=connector,
        status=status,
        id_tag=tag,
    )
    show(rows, _COLUMNS, as_json=as_json)


@app.command("show")
@plainly
def show_(
    context: typer.Context, number: Number, station: OfStation = "", *, as_json: AsJson = False
) -> None:
    """Show one reservation."""
    found = client_of(context).get(path_of("reservations", number), station=station)
    show_one(found, as_json=as_json)


@app.command()
@plainly
def cancel(
    context: typer.Context,
    number: Number,
    station: OfStation = "",
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Give one up. Exit code 0: the station did; 1: it did not; 3: not known yet."""
    path = path_of("reservations", number)
    gone = client_of(context).delete(path, station=station, wait=wait, ttl=ttl)
    _tell(gone, as_json=as_json)
    if gone["call"]["status"] != "cancelled":
        _exit(gone, wanted="Accepted")


def _tell(placed: dict[str, Any], *, as_json: bool) -> None:
    """People see what came of the call; scripts see all of it."""
    if as_json:
        show_one(placed, as_json=True)
        return
    call = placed["call"]
    outcome = _said(call) or call["status"]
    show_one({name: v for name, v in placed.items() if name != "call"}, as_json=False)
    show_one({call["action"]: outcome}, as_json=False)


def _said(call: dict[str, Any]) -> str:
    """The status in the station's answer, which may be anything; "" when there is none."""
    response = call["response"]
    return str(response.get("status") or "") if isinstance(response, dict) else ""


def _exit(placed: dict[str, Any], *, wanted: str) -> None:
    call = placed["call"]
    if call["status"] in {"queued", "sent"}:
        raise typer.Exit(3)
    if _said(call).casefold() != wanted.casefold():
        raise typer.Exit(1)

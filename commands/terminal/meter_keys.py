"""`ampledger meter-keys`: the public keys that signed meter values are verified with."""

from typing import Annotated

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show_one

app = typer.Typer(help="Public keys of meters.", no_args_is_help=True)

Station = Annotated[str, typer.Argument(help="identity of the station")]
Connector = Annotated[int, typer.Argument(help="0: all that have no key of their own", min=0)]


@app.command("set")
@plainly
def set_(
    context: typer.Context,
    station: Station,
    connector: Connector,
    key: Annotated[str, typer.Argument(help="as on the type plate, or a file with it")],
    *,
    as_json: AsJson = False,
) -> None:
    """Vouch for a meter's public key."""
    from commands.proofs import told  # noqa: PLC0415 - half a second most commands need not wait

    body = {"public_key": told.in_one_line(told.key_text(key))}
    path = path_of("stations", station, "connectors", connector, "meter-key")
    show_one(client_of(context).put(path, body), as_json=as_json)


@app.command("show")
@plainly
def show_(
    context: typer.Context, station: Station, connector: Connector, *, as_json: AsJson = False
) -> None:
    """Show what somebody vouches for."""
    path = path_of("stations", station, "connectors", connector, "meter-key")
    show_one(client_of(context).get(path), as_json=as_json)


@app.command()
@plainly
def remove(context: typer.Context, station: Station, connector: Connector) -> None:
    """Vouch for none any more; proofs of earlier transactions keep theirs."""
    client_of(context).delete(path_of("stations", station, "connectors", connector, "meter-key"))

"""`ampledger tokens`: who may charge."""

from pathlib import Path
from typing import Annotated

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one
from commands.terminal.stations import Limit, put_rows

app = typer.Typer(help="Who may charge.", no_args_is_help=True)

_COLUMNS = ("id_tag", "status", "expiry_date", "parent_id_tag", "concurrent_limit", "note")
_NUMBERS = frozenset({"concurrent_limit"})

IdTag = Annotated[str, typer.Argument(help="1 to 20 characters, in any case")]


@app.command()
@plainly
def add(
    context: typer.Context,
    id_tag: IdTag,
    *,
    status: Annotated[str, typer.Option(help="Accepted or Blocked")] = "Accepted",
    expires: Annotated[str, typer.Option(help="RFC 3339 time")] = "",
    parent: Annotated[str, typer.Option(help="tag of the group")] = "",
    limit: Annotated[int, typer.Option(help="open transactions at a time; 0: any", min=0)] = 0,
    note: Annotated[str, typer.Option(help="for people")] = "",
    group: Annotated[str, typer.Option(help="of tokens that go onto a local list")] = "",
    as_json: AsJson = False,
) -> None:
    """Issue a token, or change what is thought of it.

    What is left out gets its default.
    """
    body = {
        "status": status,
        "expiry_date": expires or None,
        "parent_id_tag": parent,
        "concurrent_limit": limit,
        "note": note,
        "group": group,
    }
    show_one(client_of(context).put(path_of("tokens", id_tag), body), as_json=as_json)


@app.command("list")
@plainly
def list_(context: typer.Context, limit: Limit = 100, *, as_json: AsJson = False) -> None:
    """List tokens."""
    rows = client_of(context).items(path_of("tokens"), most=limit)
    show(rows, _COLUMNS, as_json=as_json)


@app.command()
@plainly
def remove(context: typer.Context, id_tag: IdTag) -> None:
    """Withdraw a token: it is unknown from then on."""
    client_of(context).delete(path_of("tokens", id_tag))


@app.command()
@plainly
def forget(context: typer.Context, id_tag: IdTag, *, as_json: AsJson = False) -> None:
    """Make it unknown, for good, whose token it was: its key is destroyed within two minutes."""
    forgotten = client_of(context).post(path_of("tokens", id_tag, "forget"))
    show_one(forgotten, as_json=as_json)


@app.command("import")
@plainly
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV")],
) -> None:
    """Issue the tokens of a CSV file.

    A column `id_tag`, others named like the API's fields.
    """
    put_rows(client_of(context), file, collection="tokens", key="id_tag", numbers=_NUMBERS)

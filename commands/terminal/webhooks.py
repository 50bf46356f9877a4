"""`ampledger webhooks`: to whom events are sent, how far each is, and what fails."""

import json
from typing import Annotated

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one

app = typer.Typer(help="Events sent to other servers.", no_args_is_help=True)

_COLUMNS = ("id", "name", "url", "state", "behind", "failures", "last_error")
_ATTEMPTS = ("number", "at", "events", "first_position", "last_position", "status", "error")

Id = Annotated[str, typer.Argument(help="of the webhook, as listed")]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="of events, also such as ampledger.station.*; may come often"),
]
Stations = Annotated[
    list[str] | None, typer.Option("--station", help="of which; may come often; left out: all")
]
After = Annotated[int | None, typer.Option(min=0, help="position of the log to begin after")]


@app.command("add")
@plainly
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="of the receiver")],
    *,
    name: Annotated[str, typer.Option(help="what it is for")] = "",
    type: Types = None,
    station: Stations = None,
    single: Annotated[bool, typer.Option("--single", help="one event a request")] = False,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Have events sent; the secret that signs them is shown this once."""
    wish = {
        "name": name,
        "url": url,
        "types": type or [],
        "stations": station or [],
        "single": single,
        "after": after,
    }
    made = client_of(context).post(path_of("webhooks"), json.dumps(wish).encode())
    show_one(made, as_json=as_json)


@app.command("list")
@plainly
def list_all(context: typer.Context, *, as_json: AsJson = False) -> None:
    """All of them, and how far each is."""
    show(client_of(context).get(path_of("webhooks"))["items"], _COLUMNS, as_json=as_json)


@app.command("show")
@plainly
def show_webhook(context: typer.Context, id: Id, *, as_json: AsJson = False) -> None:
    """One of them."""
    show_one(client_of(context).get(path_of("webhooks", id)), as_json=as_json)


@app.command()
@plainly
def attempts(context: typer.Context, id: Id, *, as_json: AsJson = False) -> None:
    """The last requests to the receiver, the newest first."""
    page = client_of(context).get(path_of("webhooks", id, "attempts"))
    show(page["items"], _ATTEMPTS, as_json=as_json)


@app.command()
@plainly
def pause(context: typer.Context, id: Id) -> None:
    """Send nothing until it is resumed."""
    row = client_of(context).post(path_of("webhooks", id, "pause"))
    typer.echo(f"{id} is {row['state']} at position {row['position']}")


@app.command()
@plainly
def resume(context: typer.Context, id: Id, *, after: After = None) -> None:
    """Go on where it stood, or after another position."""
    body = json.dumps({"after": after}).encode()
    row = client_of(context).post(path_of("webhooks", id, "resume"), body)
    typer.echo(f"{id} is {row['state']} at position {row['position']}")


@app.command()
@plainly
def rotate(context: typer.Context, id: Id) -> None:
    """Make a new secret, shown this once; the former one signs too until it is dropped."""
    typer.echo(client_of(context).post(path_of("webhooks", id, "secret"))["secret"])


@app.command("drop-secret")
@plainly
def drop_secret(context: typer.Context, id: Id) -> None:
    """Have only the newest secret sign."""
    client_of(context).delete(path_of("webhooks", id, "former-secret"))


@app.command()
@plainly
def remove(context: typer.Context, id: Id) -> None:
    """End it."""
    client_of(context).delete(path_of("webhooks", id))

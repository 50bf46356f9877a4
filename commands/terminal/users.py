"""`ampledger users`: who may use the API. Works on the database itself, so that it can be the first."""

from typing import Annotated

import typer

from commands.terminal.connection import settings_of
from commands.terminal.output import AsJson, plainly, show
from commands.upkeep import Upkeep

app = typer.Typer(help="Who may use the API.", no_args_is_help=True)


@app.command()
@plainly
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="of the user")],
    role: Annotated[str, typer.Option(help="viewer, operator or admin")] = "viewer",
) -> None:
    """Add a user, or give one a new token; prints the token, which is shown only here."""
    with Upkeep(settings_of(context)) as upkeep:
        typer.echo(upkeep.add_user(name, role))


@app.command("list")
@plainly
def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the users."""
    with Upkeep(settings_of(context)) as upkeep:
        show(upkeep.users(), ("name", "role", "created_at"), as_json=as_json)


@app.command()
@plainly
def remove(context: typer.Context, name: str) -> None:
    """Remove a user: the token is worth nothing from then on."""
    with Upkeep(settings_of(context)) as upkeep:
        upkeep.remove_user(name)

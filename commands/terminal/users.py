"""`ampledger users`: who may use the API. On the database itself: one must be the first."""

from typing import Annotated

import typer

from commands.terminal.connection import upkeep
from commands.terminal.output import AsJson, plainly, show
from domain.ocpp import times

app = typer.Typer(help="Who may use the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="of the user")]


@app.command()
@plainly
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="viewer, operator or admin")] = "viewer",
) -> None:
    """Add a user, and print the token: it is shown only here."""
    with upkeep(context) as work:
        typer.echo(work.add_user(name, role))


@app.command("list")
@plainly
def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the users, revoked ones too."""
    with upkeep(context) as work:
        rows = [
            {
                "name": user.name,
                "role": user.role,
                "created_at": times.write(user.created_at),
                "revoked_at": user.revoked_at and times.write(user.revoked_at),
            }
            for user in work.users()
        ]
    show(rows, ("name", "role", "created_at", "revoked_at"), as_json=as_json)


@app.command()
@plainly
def revoke(context: typer.Context, name: Name) -> None:
    """Revoke a user: the token is worth nothing from then on."""
    with upkeep(context) as work:
        work.revoke_user(name)

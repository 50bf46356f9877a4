"""`ampledger users`: who may use the API. On the database itself: one must be the first."""

import sys
from typing import Annotated

import typer

from commands import links
from commands.refusal import Refusal
from commands.terminal.connection import settings_of, upkeep
from commands.terminal.output import AsJson, plainly, show
from domain.ocpp import times

app = typer.Typer(help="Who may use the API.", no_args_is_help=True)
tokens = typer.Typer(help="The tokens of a user; none is shown twice.", no_args_is_help=True)
app.add_typer(tokens, name="tokens")

_COLUMNS = ("id", "name", "created_at", "created_by", "expires_at", "revoked_at", "used_at")

Name = Annotated[str, typer.Argument(help="of the user")]
Role = Annotated[str, typer.Option(help="viewer, operator or admin")]
Days = Annotated[
    int | None,
    typer.Option(
        "--expires-days", help="days that the token is good; 0: for ever", min=0, max=3650
    ),
]


@app.command()
@plainly
def add(
    context: typer.Context,
    name: Name,
    role: Role = "viewer",
    days: Days = None,
    *,
    password: Annotated[
        bool, typer.Option("--password", help="ask for one to sign in with; piped: its first line")
    ] = False,
) -> None:
    """Add a user, and print the token: it is shown only here.

    A token expires as AMPLEDGER_USER_TOKEN_DAYS says, unless you say otherwise.
    """
    chosen = _password() if password else ""
    with upkeep(context) as work:
        typer.echo(work.add_user(name, role, days=_days(context, days), password=chosen))


@app.command("password")
@plainly
def set_password(context: typer.Context, name: Name) -> None:
    """Set the password of a user; ask for it, or read it from what is piped. All sessions end."""
    chosen = _password()
    with upkeep(context) as work:
        work.set_password(name, chosen)


@app.command()
@plainly
def invite(context: typer.Context, name: Name) -> None:
    """Print a link where a user chooses a password: it works once, for 24 h."""
    with upkeep(context) as work:
        typer.echo(links.welcome(settings_of(context), work.invite(name)))


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
def role(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, operator or admin")],
) -> None:
    """Change what a user may do, at once."""
    with upkeep(context) as work:
        work.give_role(name, role)


@app.command()
@plainly
def revoke(context: typer.Context, name: Name) -> None:
    """Revoke a user: all tokens are worth nothing from then on."""
    with upkeep(context) as work:
        work.revoke_user(name)


@tokens.command("list")
@plainly
def list_tokens(context: typer.Context, name: Name, *, as_json: AsJson = False) -> None:
    """List the tokens of a user, also those worth nothing any more."""
    with upkeep(context) as work:
        rows = [
            {
                "id": token.id,
                "name": token.name,
                "created_at": times.write(token.created_at),
                "created_by": token.created_by,
                "expires_at": token.expires_at and times.write(token.expires_at),
                "revoked_at": token.revoked_at and times.write(token.revoked_at),
                "used_at": token.used_at and times.write(token.used_at),
            }
            for token in work.tokens(name)
        ]
    show(rows, _COLUMNS, as_json=as_json)


@tokens.command("add")
@plainly
def add_token(
    context: typer.Context,
    name: Name,
    called: Annotated[str, typer.Option("--name", help="what it is for")] = "",
    days: Days = None,
) -> None:
    """Make one more token, and print it: it is shown only here."""
    with upkeep(context) as work:
        typer.echo(work.issue_token(name, called, days=_days(context, days)))


@tokens.command("revoke")
@plainly
def revoke_token(
    context: typer.Context,
    name: Name,
    token: Annotated[str, typer.Argument(help="id of the token, as listed")],
) -> None:
    """Revoke one token of a user."""
    with upkeep(context) as work:
        work.revoke_token(name, token)


def _password() -> str:
    """It is no argument: everybody on the machine could read that. Raises Refusal without one."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    if given := sys.stdin.readline().rstrip("\n"):
        return given
    raise Refusal("no password came on the input")


def _days(context: typer.Context, given: int | None) -> int | None:
    """How long a new token is good; None: for ever."""
    return (settings_of(context).user_token_days if given is None else given) or None

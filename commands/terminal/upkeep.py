"""`ampledger rebuild` and `ampledger secret-key`."""

from typing import Annotated

import typer

from commands import keys
from commands.terminal.connection import settings_of
from commands.terminal.output import plainly
from commands.upkeep import upkeep_of


@plainly
def rebuild(
    context: typer.Context,
    read_model: Annotated[str, typer.Argument(help="stations, connectors, transactions, …")],
) -> None:
    """Build a read model anew from the facts; the running projections do the work."""
    with upkeep_of(settings_of(context)) as upkeep:
        upkeep.rebuild(read_model)
    typer.echo(f"{read_model} is emptied, and filled by the projections")


def secret_key() -> None:
    """Print a new key for AMPLEDGER_SECRET_KEY."""
    typer.echo(keys.new_secret_key())

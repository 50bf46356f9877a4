"""The command line: `ampledger …`."""

from importlib.metadata import version
from typing import Annotated

import typer

from commands.terminal import (
    calls,
    journal,
    roles,
    simulation,
    stations,
    tokens,
    transactions,
    upkeep,
    users,
)
from commands.terminal.connection import Config, Data, Files


def application() -> typer.Typer:
    """All commands."""
    app = typer.Typer(
        help="Ampledger, an event-sourced charging station management system.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for role in (roles.run, roles.gateway, roles.domain, roles.projections, roles.api):
        app.command(rich_help_panel="Processes")(role)
    app.add_typer(stations.app, name="stations")
    app.add_typer(tokens.app, name="tokens")
    app.add_typer(transactions.app, name="transactions")
    app.add_typer(users.app, name="users")
    app.command()(calls.call)
    app.add_typer(journal.app, name="journal")
    app.command()(upkeep.rebuild)
    app.command()(simulation.simulate)
    app.command("secret-key")(upkeep.secret_key)
    return app


def main() -> None:
    """The entry point `ampledger`."""
    application()()


def _options(
    context: typer.Context,
    config: Config = None,
    data: Data = None,
    *,
    show_version: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    context.obj = Files(config, data)
    if show_version:
        typer.echo(version("ampledger"))
        raise typer.Exit

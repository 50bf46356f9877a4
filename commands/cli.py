"""The command line: `ampledger …`."""

from typing import Annotated

import typer

from commands.terminal import (
    audit,
    ca,
    calls,
    campaigns,
    certificates,
    config,
    demo,
    diagnostics,
    events,
    export,
    firmware,
    journal,
    local_list,
    logs,
    meter_keys,
    profiles,
    proof,
    quarantine,
    rebuild,
    redecide,
    replay,
    reservations,
    roles,
    security_events,
    simulation,
    stations,
    timeline,
    tokens,
    transactions,
    upkeep,
    users,
    verify,
    webhooks,
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
    app.add_typer(quarantine.app, name="quarantine")
    app.add_typer(reservations.app, name="reservations")
    app.add_typer(profiles.app, name="profiles")
    app.add_typer(config.app, name="config")
    app.add_typer(local_list.app, name="local-list")
    app.add_typer(firmware.app, name="firmware")
    app.add_typer(diagnostics.app, name="diagnostics")
    app.add_typer(logs.app, name="logs")
    _add_security(app)
    app.command()(calls.call)
    app.command()(campaigns.bulk)
    app.add_typer(journal.app, name="journal")
    _add_evidence(app)
    _add_trials(app)
    app.command()(upkeep.settings)
    app.command("secret-key")(upkeep.secret_key)
    return app


def _add_security(app: typer.Typer) -> None:
    """Who may do what, and what proves who somebody is."""
    app.add_typer(users.app, name="users")
    app.command()(audit.audit)
    app.command("security-events")(security_events.security_events)
    app.add_typer(ca.app, name="ca")
    app.add_typer(certificates.app, name="certificates")


def _add_evidence(app: typer.Typer) -> None:
    """What happened, how it was then, and what proves it; for people and for programs."""
    app.command()(timeline.timeline)
    app.command()(replay.replay)
    app.command()(events.events)
    app.command()(export.export)
    app.command()(redecide.redecide)
    app.command()(rebuild.rebuild)
    app.command()(verify.verify)
    app.command()(proof.proof)
    app.add_typer(meter_keys.app, name="meter-keys")
    app.add_typer(webhooks.app, name="webhooks")


def _add_trials(app: typer.Typer) -> None:
    """To try all that with stations that are none."""
    app.command()(simulation.simulate)
    app.command()(demo.demo)


def main() -> None:
    """The entry point `ampledger`."""
    application()()


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - how typer calls it
    if wanted:
        from importlib import metadata  # noqa: PLC0415 - which reads mail headers; for one option

        typer.echo(metadata.version("ampledger"))
        raise typer.Exit


def _options(
    context: typer.Context,
    config: Config = None,
    data: Data = None,
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="print the version"),
    ] = False,
) -> None:
    context.obj = Files(config, data)

"""`ampledger logs`: security logs and diagnostics that stations upload."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.diagnostics import Into, brought
from commands.terminal.jobs import Retries, RetryInterval, Ttl, Wait, awaited, begun
from commands.terminal.output import AsJson, plainly
from commands.terminal.stations import Station

app = typer.Typer(help="Logs of stations with the security extension.", no_args_is_help=True)


class Type(StrEnum):
    """What a log is of."""

    security = "security"
    diagnostics = "diagnostics"


@app.callback()
def _several() -> None:
    """More than one command will be here: its name is always said."""


@app.command()
@plainly
def get(
    context: typer.Context,
    station: Station,
    *,
    type: Annotated[Type, typer.Option(help="which log")] = Type.security,
    location: Annotated[str, typer.Option(help="URL of a directory elsewhere")] = "",
    since: Annotated[str, typer.Option(help="RFC 3339 time")] = "",
    until: Annotated[str, typer.Option(help="RFC 3339 time")] = "",
    retries: Retries = None,
    retry_interval: RetryInterval = None,
    ttl: Ttl = 0,
    wait: Wait = 600,
    into: Into = Path(),
    as_json: AsJson = False,
) -> None:
    """Have a station upload, wait, fetch. Exit code 0: done; 1: failed; 3: not over yet."""
    wish = {
        "type": type.value,
        "location": location,
        "oldest": since,
        "latest": until,
        "retries": retries,
        "retry_interval": retry_interval,
    }
    client, path = client_of(context), path_of("stations", station, "logs")
    row = awaited(client, begun(client, path, wish, ttl=ttl), wait=wait)
    brought(client, row, into, as_json=as_json)

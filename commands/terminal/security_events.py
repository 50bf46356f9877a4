"""`ampledger security-events`: what stations told of their security, and what was refused."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from commands.client import Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show

_COLUMNS = ("occurred_at", "station", "source", "type", "severity", "tech_info")
_PATH = path_of("security-events")
_PAUSE = 1.0  # s between two looks of --follow


@plainly
def security_events(
    context: typer.Context,
    *,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    type: Annotated[str, typer.Option(help="of this name, e.g. ResetOrReboot")] = "",
    critical: Annotated[bool, typer.Option("--critical", help="only critical ones")] = False,
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="and all that come")] = False,
    as_json: AsJson = False,
) -> None:
    """Show security events, in the order in which they came."""
    client = client_of(context)
    chosen = {"station": station, "type": type, "severity": "critical" if critical else ""}
    newest = list(client.items(_PATH, most=limit, **chosen))[::-1]
    show(newest, _COLUMNS, as_json=as_json)
    if follow:
        after = newest[-1]["position"] if newest else 0
        for batch in following(client, after, chosen):
            show(batch, _COLUMNS, as_json=as_json, headed=False)


def following(client: Client, after: int, chosen: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    """What comes, for ever."""
    while True:
        page = client.get(_PATH, after=after, newest_first="false", limit=500, **chosen)
        if batch := page["items"]:
            after = batch[-1]["position"]
            yield batch
        else:
            time.sleep(_PAUSE)

"""`ampledger audit`: what people did, or tried; who, when, from where."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from commands.client import Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show

_COLUMNS = ("at", "by", "origin", "operation", "subject", "detail", "outcome", "reason")
_PATH = path_of("audit")
_PAUSE = 1.0  # s between two looks of --follow


@plainly
def audit(
    context: typer.Context,
    *,
    by: Annotated[str, typer.Option(help="of this user")] = "",
    subject: Annotated[str, typer.Option(help="to this station, token:…, user:…")] = "",
    operation: Annotated[str, typer.Option(help="of this kind, e.g. RequestCall")] = "",
    outcome: Annotated[str, typer.Option(help="granted, refused or failed")] = "",
    since: Annotated[str, typer.Option(help="from this time on, RFC 3339")] = "",
    until: Annotated[str, typer.Option(help="before this time")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="and all that come")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what people did, or tried, the oldest first."""
    client = client_of(context)
    chosen = {"by": by, "subject": subject, "operation": operation, "outcome": outcome}
    chosen |= {"since": since, "until": until}
    newest = list(client.items(_PATH, most=limit, **chosen))[::-1]
    show(newest, _COLUMNS, as_json=as_json)
    if follow:
        after = newest[-1]["position"] if newest else 0
        for batch in _following(client, after, chosen):
            show(batch, _COLUMNS, as_json=as_json, headed=False)


def _following(
    client: Client, after: int, chosen: dict[str, str]
) -> Iterator[list[dict[str, Any]]]:
    """What comes, for ever."""
    while True:
        page = client.get(_PATH, after=after, newest_first="false", limit=500, **chosen)
        if batch := page["items"]:
            after = batch[-1]["position"]
            yield batch
        else:
            time.sleep(_PAUSE)

"""`ampledger events`: what happened, as others hear of it."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from commands.client import Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show

_COLUMNS = ("position", "time", "type", "subject", "data")
_PAUSE = 1.0  # s between two looks of --follow


@plainly
def events(
    context: typer.Context,
    *,
    type: Annotated[
        list[str] | None, typer.Option(help="a type, or its beginning and *; may be repeated")
    ] = None,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    after: Annotated[int | None, typer.Option(min=0, help="a position, exclusive")] = None,
    since: Annotated[str, typer.Option(help="happened then or later, e.g. 2026-01-31T12:00Z")] = "",
    until: Annotated[str, typer.Option(help="happened before")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="and all that come")] = False,
    as_json: AsJson = False,
) -> None:
    """Show public events, the oldest first.

    `--follow` alone shows those that come. With --json each line is a CloudEvent.
    """
    client = client_of(context)
    chosen = {"type": type or [], "station": station, "since": since, "until": until}
    if follow:
        from_now = after is None and not since
        place = _head(client) if from_now else after or 0
        batches = following(client, place, chosen)
    else:
        batches = _pages(client, after or 0, limit, chosen)
    for number, batch in enumerate(batches):
        show(batch, _COLUMNS, as_json=as_json, headed=not number)


def _pages(
    client: Client, after: int, most: int, chosen: dict[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    """Pages of events, at most so many."""
    cursor = ""
    while most > 0:
        page = _page(client, after=after, cursor=cursor, limit=min(most, 500), **chosen)
        if page["items"]:
            yield page["items"]
        most -= len(page["items"])
        cursor = page["next"] or ""
        if not cursor:
            return


def following(client: Client, after: int, chosen: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """What comes, for ever."""
    while True:
        page = _page(client, after=after, limit=500, **chosen)
        after = page["position"]
        if page["items"]:
            yield page["items"]
        if not page["next"]:
            time.sleep(_PAUSE)


def _head(client: Client) -> int:
    return int(client.get(path_of("health"))["position"])


def _page(client: Client, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - as the API takes it
    page: dict[str, Any] = client.get(path_of("events"), **query)
    return page

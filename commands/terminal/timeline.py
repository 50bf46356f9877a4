"""`ampledger timeline`: what happened at a station or in a transaction, and what it led to."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from commands.client import ApiError, Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show

_COLUMNS = ("at", "kind", "what", "by", "detail")
_LONGEST = 160  # characters of a detail
_NOT_FOUND = 404


@plainly
def timeline(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="identity of a station, or a transaction id")],
    *,
    is_station: Annotated[bool, typer.Option("--station", help="it is a station")] = False,
    kind: Annotated[
        list[str] | None, typer.Option(help="frame, call, wish, due, opened, …; repeatable")
    ] = None,
    begin: Annotated[str, typer.Option("--from", help="from this time on, RFC 3339")] = "",
    end: Annotated[str, typer.Option("--to", help="before this time")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest")] = 50,
    full: Annotated[bool, typer.Option("--full", help="whole messages")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was said and done, and what it led to."""
    client = client_of(context)
    chosen: dict[str, object] = {"kind": kind or "", "from": begin, "to": end}
    path = _path(client, subject, is_station=is_station)
    events = list(client.items(path, most=limit, newest_first="true", **chosen))[::-1]
    if as_json:
        show(events, (), as_json=True)
    else:
        longest = None if full else _LONGEST
        show((row for each in events for row in _rows(each, longest)), _COLUMNS, as_json=False)


def _path(client: Client, subject: str, *, is_station: bool) -> str:
    """A number is a transaction, unless there is none of that number."""
    if subject.isdecimal() and not is_station:
        try:
            client.get(path_of("transactions", subject))
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise
        else:
            return path_of("transactions", subject, "timeline")
    return path_of("stations", subject, "timeline")


def _rows(event: dict[str, Any], longest: int | None) -> Iterator[dict[str, Any]]:
    """The event, what it was answered, and its facts below."""
    yield {**event, "what": event["action"], "detail": event["payload"][:longest]}
    if event["answer"]:
        yield {"what": "  ← answer", "detail": event["answer"][:longest]}
    for fact in event["facts"]:
        said = {name: value for name, value in fact["data"].items() if name != "timestamp"}
        detail = json.dumps(said, ensure_ascii=False)[:longest]
        yield {"what": f"  └ {fact['topic']}", "detail": f"{fact['stream']} {detail}"}

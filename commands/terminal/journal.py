"""`ampledger journal`: what was said between a station and us."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from commands.client import Client, path_of
from commands.terminal.connection import client_of, upkeep
from commands.terminal.output import AsJson, plainly, show

_COLUMNS = ("position", "received_at", "direction", "kind", "action", "payload", "answer")
_PAUSE = 1.0  # s between two looks of --follow


class _ShowByDefault(TyperGroup):
    """`journal STATION` is `journal show STATION`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own copy of click's
        if args and args[0] != "--help" and args[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    help="What was said between a station and us: journal STATION.",
    cls=_ShowByDefault,
    no_args_is_help=True,
)


@app.command("show")
@plainly
def show_(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="identity of the station")],
    *,
    action: Annotated[str, typer.Option(help="of this OCPP action")] = "",
    message_id: Annotated[str, typer.Option(help="with this message id")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="and all that come")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was said to and by a station, the oldest first."""
    client, path = client_of(context), path_of("stations", station, "journal")
    chosen = {"action": action, "message_id": message_id}
    newest = list(client.items(path, most=limit, newest_first="true", **chosen))[::-1]
    show(newest, _COLUMNS, as_json=as_json)
    if follow:
        since = newest[-1]["position"] if newest else 0
        for batch in _following(client, path, since, chosen):
            show(batch, _COLUMNS, as_json=as_json, headed=False)


@app.command()
@plainly
def prune(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="drop what is older than so many days")],
) -> None:
    """Drop old days of the journal from the database."""
    with upkeep(context) as work:
        typer.echo(f"{work.prune_journal(days)} rows dropped")


def _following(
    client: Client, path: str, since: int, chosen: dict[str, str]
) -> Iterator[list[dict[str, Any]]]:
    """What comes, for ever."""
    while True:
        if batch := client.get(path, since=since, limit=500, **chosen)["items"]:
            since = batch[-1]["position"]
            yield batch
        else:
            time.sleep(_PAUSE)

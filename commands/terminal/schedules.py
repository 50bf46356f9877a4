"""`ampledger profiles schedule`: what a connector may draw, what it says, what it drew."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.client import Client, path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one

_COLUMNS = ("from", "limit", "phases", "profiles")
_NO_LIMIT = "no limit"
_SVG = "image/svg+xml"


@plainly
def schedule(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="identity of the station")],
    connector: Annotated[int, typer.Argument(help="0: the station as a whole", min=0)],
    *,
    begin: Annotated[str, typer.Option("--from", help="RFC 3339 time; absent: now")] = "",
    duration: Annotated[int, typer.Option(help="s", min=1)] = 86_400,
    unit: Annotated[str, typer.Option(help="A (per phase) or W")] = "A",
    voltage: Annotated[float, typer.Option(help="V to neutral")] = 230,
    phases: Annotated[int, typer.Option(help="where a profile names none", min=1, max=3)] = 3,
    ask: Annotated[bool, typer.Option("--ask", help="have the station report first")] = False,
    svg: Annotated[Path | None, typer.Option(help="write a picture to this file")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the composite schedule of a connector, as computed, as reported, as metered."""
    client, path = client_of(context), path_of("stations", station, "connectors", connector)
    path += "/schedule"
    query = {
        "from": begin,
        "duration": duration,
        "unit": unit,
        "voltage": voltage,
        "phases": phases,
    }
    if ask:
        client.post(f"{path}/ask", wait=30, duration=duration, unit=unit)
    if svg is not None:
        svg.write_bytes(client.document(path, _SVG, **query))
        typer.echo(f"{svg} written")
        return
    _tell(client, path, query, as_json=as_json)


def _tell(client: Client, path: str, query: dict[str, Any], *, as_json: bool) -> None:
    found = client.get(path, **query)
    if as_json:
        show_one(found, as_json=True)
        return
    show([_row(found, step) for step in found["computed"]], _COLUMNS, as_json=False)
    show_one(_comparison(found), as_json=False)


def _row(found: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """A step at its moment; profiles are told by their ids."""
    at = datetime.fromisoformat(found["from"]) + timedelta(seconds=step["start"])
    limit = step["limit"]
    return {
        "from": f"{at:%Y-%m-%d %H:%M:%S}Z",
        "limit": _NO_LIMIT if limit is None else f"{limit:g} {found['unit']}",
        "phases": step["phases"],
        "profiles": " ".join(map(str, step["profiles"])),
    }


def _comparison(found: dict[str, Any]) -> dict[str, Any]:
    """What the station said and drew, in a line each."""
    reported, metered = found["reported"], found["metered"]
    exceeded = sum(reading["exceeded"] for reading in metered)
    told = "never" if reported is None else f"{reported['status']} {reported['received_at']}"
    return {
        "reported": told,
        "differences": "" if reported is None else reported["differences"],
        "metered": f"{len(metered)} readings, {exceeded} above the limit" if metered else "",
    }

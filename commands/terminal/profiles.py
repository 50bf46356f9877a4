"""`ampledger profiles`: charging profiles, in the library and at stations."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.client import path_of
from commands.terminal import schedules
from commands.terminal.connection import client_of
from commands.terminal.output import USAGE, AsJson, fail, plainly, show, show_one

app = typer.Typer(help="How fast stations may charge, and when.", no_args_is_help=True)
app.command()(schedules.schedule)

_COLUMNS = ("id", "description", "purpose", "kind", "stack_level", "schedule")
_INSTALLED = (
    "profile_id",
    "connector_id",
    "purpose",
    "stack_level",
    "transaction_id",
    "installed_at",
)

Number = Annotated[int, typer.Argument(help="chargingProfileId")]
Station = Annotated[str, typer.Argument(help="identity of the station")]
Connector = Annotated[int, typer.Argument(help="0: the whole station", min=0)]
Purpose = Annotated[str, typer.Option(help="ChargePointMaxProfile, TxDefaultProfile or TxProfile")]
Wait = Annotated[float, typer.Option(help="s to wait for the station's answer", min=0, max=120)]
Ttl = Annotated[int, typer.Option(help="s to wait for the station to connect", min=0)]


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    *,
    search: Annotated[str, typer.Option(help="part of the description")] = "",
    description: Annotated[str, typer.Option(help="all of it, exactly")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the library."""
    path = path_of("charging-profiles")
    rows = client_of(context).items(path, most=limit, search=search, description=description)
    show(rows if as_json else map(_told, rows), _COLUMNS, as_json=as_json)


@app.command("show")
@plainly
def show_(context: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Show a profile of the library."""
    show_one(client_of(context).get(path_of("charging-profiles", number)), as_json=as_json)


@app.command()
@plainly
def add(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Option(help="JSON as the API has it, - for stdin")] = "",
    period: Annotated[
        list[str] | None, typer.Option(help="START:LIMIT[:PHASES], START in s; several times")
    ] = None,
    unit: Annotated[str, typer.Option(help="A or W")] = "A",
    purpose: Purpose = "TxDefaultProfile",
    kind: Annotated[str, typer.Option(help="Absolute, Recurring or Relative")] = "Absolute",
    level: Annotated[int, typer.Option(help="stack level", min=0)] = 0,
    recurrency: Annotated[str, typer.Option(help="Daily or Weekly")] = "",
    start: Annotated[str, typer.Option(help="time the schedule begins")] = "",
    duration: Annotated[int | None, typer.Option(help="s")] = None,
    valid_from: Annotated[str, typer.Option(help="time")] = "",
    valid_to: Annotated[str, typer.Option(help="time")] = "",
    description: Annotated[str, typer.Option(help="for people")] = "",
    id: Annotated[
        int | None, typer.Option(help="of your own choice; one there is replaced")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a profile into the library, from a file or from options."""
    if bool(file) == bool(period):
        fail("say what the profile is: --file, or --period with other options", USAGE)
    body = (
        _read(file)
        if file
        else _said(
            description=description,
            purpose=purpose,
            kind=kind,
            stack_level=level,
            recurrency=recurrency,
            valid_from=valid_from,
            valid_to=valid_to,
            schedule=_said(
                unit=unit,
                periods=[_period(each) for each in period or ()],
                start=start,
                duration=duration,
            ),
        )
    )
    show_one(_save(context, body, id), as_json=as_json)


@app.command()
@plainly
def remove(context: typer.Context, number: Number) -> None:
    """Take a profile out of the library; stations keep what they hold."""
    client_of(context).delete(path_of("charging-profiles", number))


@app.command("set")
@plainly
def set_(
    context: typer.Context,
    station: Station,
    connector: Connector,
    number: Number,
    *,
    transaction: Annotated[
        int | None, typer.Option(help="of a TxProfile; absent: the one that is open there")
    ] = None,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Send a profile to a connector. Exit code 0: accepted; 1: not; 3: not known yet."""
    path = path_of("stations", station, "connectors", connector, "charging-profiles")
    body = json.dumps(_said(profile_id=number, transaction_id=transaction)).encode()
    _tell(client_of(context).post(path, body, wait=wait, ttl=ttl), as_json=as_json)


@app.command()
@plainly
def clear(
    context: typer.Context,
    station: Station,
    *,
    id: Annotated[int | None, typer.Option(help="this one, whatever else is said")] = None,
    connector: Annotated[int | None, typer.Option(help="those of this connector")] = None,
    purpose: Purpose = "",
    level: Annotated[int | None, typer.Option(help="those of this stack level")] = None,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station forget profiles: those that match, all without options.

    Exit code 0: it did; 1: it did not; 3: not known yet.
    """
    cleared = client_of(context).delete(
        path_of("stations", station, "charging-profiles"),
        profile_id=id,
        connector=connector,
        purpose=purpose,
        stack_level=level,
        wait=wait,
        ttl=ttl,
    )
    _tell(cleared, as_json=as_json)


@app.command()
@plainly
def installed(context: typer.Context, station: Station, *, as_json: AsJson = False) -> None:
    """List what a station holds."""
    rows = client_of(context).get(path_of("stations", station, "charging-profiles"))["items"]
    show(rows, _INSTALLED, as_json=as_json)


@app.command()
@plainly
def start(
    context: typer.Context,
    station: Station,
    tag: Annotated[str, typer.Argument(help="token that is to charge")],
    *,
    connector: Annotated[int | None, typer.Option(help="absent: the station chooses")] = None,
    profile: Annotated[int | None, typer.Option(help="a TxProfile of the library")] = None,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station start to charge. Exit code 0: it will try; 1: it won't; 3: not known yet."""
    body = json.dumps(_said(id_tag=tag, connector_id=connector, profile_id=profile)).encode()
    path = path_of("stations", station, "remote-start")
    _tell(client_of(context).post(path, body, wait=wait, ttl=ttl), as_json=as_json)


def _save(context: typer.Context, body: Any, id: int | None) -> Any:  # noqa: ANN401 - JSON
    client, path = client_of(context), path_of("charging-profiles")
    if id is not None:
        return client.put(path_of("charging-profiles", id), body)
    return client.post(path, json.dumps(body).encode())


def _read(file: str) -> Any:  # noqa: ANN401 - JSON
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        fail(f"{file} holds no JSON: {error}", USAGE)


def _said(**values: object) -> dict[str, object]:
    """Only what was said: the API knows what is meant by nothing."""
    return {name: value for name, value in values.items() if value not in (None, "")}


def _period(text: str) -> dict[str, object]:
    """START:LIMIT[:PHASES]."""
    start, _, rest = text.partition(":")
    limit, _, phases = rest.partition(":")
    try:
        return _said(start=int(start), limit=float(limit), phases=int(phases) if phases else None)
    except ValueError:
        fail(f"{text} is no period: START:LIMIT[:PHASES], e.g. 3600:16 or 3600:16:1", USAGE)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose schedule is told in a line."""
    schedule = row["schedule"]
    steps = (f"{each['start']}s {each['limit']:g}" for each in schedule["periods"])
    return {**row, "schedule": f"{schedule['unit']}: {', '.join(steps)}"}


def _tell(call: dict[str, Any], *, as_json: bool) -> None:
    """Scripts see all of the call, people what came of it."""
    status = (call["response"] or {}).get("status", call["status"])
    if as_json:
        show_one(call, as_json=True)
    else:
        show_one({call["action"]: status, "error": call["error"]}, as_json=False)
    if call["status"] in {"queued", "sent"}:
        raise typer.Exit(3)
    if status != "Accepted":
        raise typer.Exit(1)

"""`ampledger bulk` and `ampledger firmware campaign`: one operation for many stations."""

import json
from typing import Annotated, Any

import typer

from commands.client import ApiError, path_of
from commands.terminal import signatures
from commands.terminal.choosing import All, Label, Online, Search, Stations, selection
from commands.terminal.connection import client_of
from commands.terminal.output import USAGE, AsJson, fail, plainly, show, show_one
from commands.terminal.progress import followed
from commands.terminal.signatures import CertificateOf, InstallDate, SignatureOf, Verify

app = typer.Typer(help="New firmware for many stations, wave by wave.", no_args_is_help=True)

_DAY = 86_400  # s
_COLUMNS = ("station", "state", "outcome", "detail", "call")
_COUNTS = ("total", "succeeded", "failed")  # of the stations
_LISTED = ("id", "name", "state", "wave", *_COUNTS, "created_at", "created_by")
_ANY = 2**31

Campaign = Annotated[str, typer.Argument(help="id of the campaign")]
Wait = Annotated[float, typer.Option(help="s to wait for the outcomes, with progress", min=0)]
Ttl = Annotated[int, typer.Option(help="s to wait for stations that are away", min=0)]


@plainly
def bulk(
    context: typer.Context,
    action: Annotated[str, typer.Argument(help="OCPP action, e.g. ChangeConfiguration")],
    payload: Annotated[str, typer.Argument(help="JSON object")] = "{}",
    *,
    station: Stations = None,
    label: Label = "",
    search: Search = "",
    online: Online = None,
    all: All = False,
    ttl: Ttl = 0,
    wait: Wait = 60,
    as_json: AsJson = False,
) -> None:
    """Call many stations. Exit code 0: all succeeded; 1: some did not; 3: not over yet."""
    chosen = selection(station, label=label, search=search, online=online, all=all)
    head = json.dumps({"action": action, "ttl": ttl, **chosen})
    client = client_of(context)
    # The payload goes out in the spelling it has here: it is not read and written again.
    made = client.post(
        path_of("bulk-calls"), f'{head[:-1]},"payload":{_checked(payload)}}}'.encode()
    )
    path = path_of("bulk-calls", made["id"])
    row = followed(client, path, wait=wait)
    show(client.items(f"{path}/stations", most=_ANY), _COLUMNS, as_json=as_json)
    _leave(row)


@app.command()
@plainly
def start(
    context: typer.Context,
    *,
    firmware: Annotated[str, typer.Option(help="id of an image that was uploaded")] = "",
    location: Annotated[str, typer.Option(help="URL of the image; {station} is the id")] = "",
    name: Annotated[str, typer.Option(help="for people")] = "",
    station: Stations = None,
    label: Label = "",
    search: Search = "",
    online: Online = None,
    all: All = False,
    canary: Annotated[str, typer.Option(help="stations that go first: 5, or 5%")] = "",
    wave_size: Annotated[int, typer.Option(min=0, help="0: all that are left")] = 0,
    max_failures: Annotated[str, typer.Option(help="of a wave, more halt it: 10%")] = "10%",
    retrieve_date: Annotated[str, typer.Option(help="RFC 3339; from when to download")] = "",
    signed: Annotated[bool, typer.Option("--signed", help="stations check who signed")] = False,
    signature: SignatureOf = None,
    certificate: CertificateOf = None,
    install_date: InstallDate = "",
    verify: Verify = True,
    retries: Annotated[int | None, typer.Option(min=0)] = None,
    retry_interval: Annotated[int | None, typer.Option(min=0, help="s")] = None,
    deadline: Annotated[int | None, typer.Option(min=60, help="s until it has failed")] = None,
    ttl: Ttl = _DAY,
    as_json: AsJson = False,
) -> None:
    """Release the first wave; the others follow by themselves."""
    image = {
        "firmware_id": firmware,
        "location": location,
        "retrieve_date": retrieve_date,
        "retries": retries,
        "retry_interval": retry_interval,
        **signatures.wished(
            signature, certificate, signed=signed, install_date=install_date, verify=verify
        ),
    }
    what = "signed_firmware" if signed else "firmware"
    wish = {
        "name": name,
        what: {key: value for key, value in image.items() if value not in ("", None)},
        "canary": _canary(canary),
        "wave_size": wave_size,
        "max_failure_rate": _share(max_failures),
        "deadline": deadline,
        "ttl": ttl,
        **selection(station, label=label, search=search, online=online, all=all),
    }
    made = client_of(context).post(path_of("campaigns"), json.dumps(wish).encode())
    show_one(made, as_json=as_json)


@app.command("show")
@plainly
def show_(
    context: typer.Context,
    campaign: Campaign,
    *,
    wait: Wait = 0,
    stations: Annotated[bool, typer.Option(help="also each station")] = True,
    as_json: AsJson = False,
) -> None:
    """Where a campaign stands, and each of its stations."""
    client, path = client_of(context), path_of("campaigns", campaign)
    show_one(followed(client, path, wait=wait), as_json=as_json)
    if stations and not as_json:
        show(client.items(f"{path}/stations", most=_ANY), _COLUMNS, as_json=False)


@app.command("stations")
@plainly
def stations_(
    context: typer.Context,
    campaign: Campaign,
    *,
    outcome: Annotated[str, typer.Option(help="succeeded, failed or cancelled")] = "",
    as_json: AsJson = False,
) -> None:
    """What came of each station."""
    rows = client_of(context).items(
        path_of("campaigns", campaign) + "/stations", most=_ANY, outcome=outcome
    )
    show(rows, _COLUMNS, as_json=as_json)


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest")] = 20,
    as_json: AsJson = False,
) -> None:
    """The newest campaigns."""
    rows = client_of(context).items(path_of("campaigns"), most=limit)
    show(rows if as_json else map(_counted, rows), _LISTED, as_json=as_json)


@app.command()
@plainly
def pause(context: typer.Context, campaign: Campaign, *, as_json: AsJson = False) -> None:
    """Call nobody more for now."""
    _steer(context, campaign, "pause", as_json=as_json)


@app.command()
@plainly
def resume(context: typer.Context, campaign: Campaign, *, as_json: AsJson = False) -> None:
    """Go on after a pause or a halt."""
    _steer(context, campaign, "resume", as_json=as_json)


@app.command()
@plainly
def cancel(context: typer.Context, campaign: Campaign, *, as_json: AsJson = False) -> None:
    """End it, and take back what has not gone out."""
    _steer(context, campaign, "cancel", as_json=as_json)


def _steer(context: typer.Context, campaign: str, how: str, *, as_json: bool) -> None:
    show_one(client_of(context).post(path_of("campaigns", campaign, how)), as_json=as_json)


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: row["stations"][name] for name in _COUNTS}


def _checked(payload: str) -> str:
    try:
        json.loads(payload)
    except ValueError as error:
        fail(f"the payload is no JSON: {error}", USAGE)
    return payload


def _canary(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    return {"count": int(text)} if text.isdecimal() else {"share": _share(text)}


def _share(text: str) -> float:
    """A share, as "10%" or "0.1"."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        fail(f"{text} is no share: 10% or 0.1", USAGE)


def _leave(row: dict[str, Any]) -> None:
    if row["state"] in {"running", "cancelling"}:
        raise typer.Exit(3)
    if lacking := row["stations"]["total"] - row["stations"]["succeeded"]:
        raise ApiError(f"{lacking} of {row['stations']['total']} stations did not")

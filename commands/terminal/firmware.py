"""`ampledger firmware`: images, and updates of stations."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

from commands.client import ApiError, Client, path_of
from commands.terminal import campaigns, signatures
from commands.terminal.connection import client_of
from commands.terminal.jobs import Retries, RetryInterval, Ttl, Wait, awaited, begun, leave
from commands.terminal.output import AsJson, plainly, show, show_one
from commands.terminal.signatures import (
    CertificateOf,
    GivenCertificate,
    GivenSignature,
    InstallDate,
    SignatureOf,
    Verify,
)
from commands.terminal.stations import Limit, Station

app = typer.Typer(help="Firmware of stations.", no_args_is_help=True)
app.add_typer(campaigns.app, name="campaign")

_COLUMNS = ("id", "name", "size", "signed", "created_at", "created_by")
_TIMELINE = ("at", "what", "detail", "late", "state")

Image = Annotated[str, typer.Argument(help="id of the image")]


@app.command()
@plainly
def upload(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the image")],
    *,
    name: Annotated[str, typer.Option(help="what stations see; left out: the file's")] = "",
    signature: SignatureOf = None,
    certificate: CertificateOf = None,
    verify: Verify = True,
    as_json: AsJson = False,
) -> None:
    """Keep an image for stations to fetch, and the signature that they will check it by."""
    signed = signatures.given(signature, certificate, verify=verify)
    client, path = client_of(context), path_of("firmware")
    size = file.stat().st_size
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True, highlight=False, markup=False)
    with (
        Progress(
            *columns, console=console, transient=True, disable=not sys.stderr.isatty()
        ) as moving,
        moving.open(file, "rb", total=size) as content,
    ):
        kept = client.upload(path, content, size=size, name=name or file.name)
    if signature:
        kept = _signed(client, kept["id"], signed)
    show_one(kept, as_json=as_json)


@app.command()
@plainly
def sign(
    context: typer.Context,
    image: Image,
    *,
    signature: GivenSignature,
    certificate: GivenCertificate,
    verify: Verify = True,
    as_json: AsJson = False,
) -> None:
    """Keep a signature with an image, in the place of the one before."""
    signed = signatures.given(signature, certificate, verify=verify)
    show_one(_signed(client_of(context), image, signed), as_json=as_json)


@app.command("list")
@plainly
def list_(context: typer.Context, limit: Limit = 100, *, as_json: AsJson = False) -> None:
    """List images, the newest first."""
    show(client_of(context).items(path_of("firmware"), most=limit), _COLUMNS, as_json=as_json)


@app.command()
@plainly
def remove(context: typer.Context, image: Image) -> None:
    """Destroy an image; stations that were told of it find it no more."""
    client_of(context).delete(path_of("firmware", image))


@app.command()
@plainly
def update(
    context: typer.Context,
    station: Station,
    *,
    firmware: Annotated[str, typer.Option(help="id of an image that was uploaded")] = "",
    location: Annotated[str, typer.Option(help="URL of an image elsewhere")] = "",
    retrieve_date: Annotated[str, typer.Option(help="RFC 3339; from when to download")] = "",
    signed: Annotated[bool, typer.Option("--signed", help="the station checks who signed")] = False,
    signature: SignatureOf = None,
    certificate: CertificateOf = None,
    install_date: InstallDate = "",
    verify: Verify = True,
    retries: Retries = None,
    retry_interval: RetryInterval = None,
    ttl: Ttl = 0,
    wait: Wait = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station install firmware. Exit code 0: it did; 1: it failed; 3: not over yet."""
    wish = {
        "firmware_id": firmware,
        "location": location,
        "retrieve_date": retrieve_date,
        "retries": retries,
        "retry_interval": retry_interval,
    }
    wish |= signatures.wished(
        signature, certificate, signed=signed, install_date=install_date, verify=verify
    )
    what = "signed-firmware-updates" if signed else "firmware-updates"
    client, path = client_of(context), path_of("stations", station, what)
    row = awaited(client, begun(client, path, wish, ttl=ttl), wait=wait)
    show_one({k: v for k, v in row.items() if k != "timeline" or as_json}, as_json=as_json)
    leave(row)


@app.command("show")
@plainly
def show_(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="id of the job, also of an upload")],
    *,
    wait: Wait = 0,
    as_json: AsJson = False,
) -> None:
    """Show a job and all that happened."""
    row = awaited(client_of(context), job, wait=wait)
    if as_json:
        show_one(row, as_json=True)
        return
    show_one({k: v for k, v in row.items() if k != "timeline"}, as_json=False)
    show(row["timeline"], _TIMELINE, as_json=False)


@app.command()
@plainly
def close(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="id of the job, also of an upload")],
    *,
    reason: Annotated[str, typer.Option(help="why, for the record")],
    as_json: AsJson = False,
) -> None:
    """Give up a job that its station will never end."""
    body = json.dumps({"reason": reason}).encode()
    row = client_of(context).post(path_of("jobs", job, "close"), body)
    show_one({k: v for k, v in row.items() if k != "timeline" or as_json}, as_json=as_json)


@app.command()
@plainly
def jobs(
    context: typer.Context,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    kind: Annotated[str, typer.Option(help="firmware, signed_firmware, diagnostics or log")] = "",
    is_over: Annotated[bool | None, typer.Option("--over/--open", help="only these")] = None,
    limit: Limit = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """List updates and uploads, the newest first."""
    over = "" if is_over is None else str(is_over).lower()
    rows = client_of(context).items(
        path_of("jobs"), most=limit, station=station, kind=kind, over=over
    )
    columns = ("id", "station", "kind", "state", "outcome", "updated_at")
    show(rows, columns, as_json=as_json)


def _signed(client: Client, image: str, signed: dict[str, Any]) -> dict[str, Any]:
    """The image with its signature; one that was refused stays without."""
    try:
        client.put(path_of("firmware", image, "signature"), signed)
    except ApiError as error:
        raise ApiError(f"the image {image} is kept without a signature: {error}") from None
    shown: dict[str, Any] = client.get(path_of("firmware", image))
    return shown

"""`ampledger certificates`: what stations ask to have signed, show, and trust."""

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.ca.algorithm import Algorithm
from commands.client import ApiError, Client, path_of
from commands.terminal.calls import Ttl, Wait, conclude
from commands.terminal.choosing import All, Label, Online, Search, Stations, selection
from commands.terminal.connection import client_of
from commands.terminal.output import USAGE, AsJson, fail, plainly, show, show_one

app = typer.Typer(help="Certificates of stations, and what they trust.", no_args_is_help=True)

_OWN = (
    "station",
    "state",
    "serial_number",
    "not_after",
    "last_used_at",
    "revocation",
    "fingerprint",
)
_INSTALLED = ("type", "common_name", "serial_number", "not_after", "reported_at", "fingerprint")
_REQUESTS = ("id", "station", "state", "key", "requested_at", "certificate", "reason")
_UNDER_WAY = frozenset({"pending", "approved", "signed"})
_PAUSE = 0.3  # s between two looks
_ACCEPTED = frozenset({"Accepted"})


class Use(StrEnum):
    """What a root is for, in short."""

    CENTRAL_SYSTEM = "central-system"
    MANUFACTURER = "manufacturer"

    @property
    def ocpp(self) -> str:
        """In OCPP's words."""
        return self.value.title().replace("-", "") + "RootCertificate"


Station = Annotated[str, typer.Argument(help="identity of the station")]
Kind = Annotated[Use, typer.Argument(help="central-system or manufacturer")]
Request = Annotated[str, typer.Argument(help="id of the request")]
Within = Annotated[str, typer.Option(help="days, e.g. 30d")]


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="left out: of all stations")] = "",
    *,
    within: Annotated[str, typer.Option(help="those that end within so many days, e.g. 30d")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what stations show; of one station also what it trusts."""
    client, days = client_of(context), _days(within) if within else None
    rows = client.items(path_of("certificates"), most=limit, station=station, within_days=days)
    if not station or within:
        show(rows if as_json else map(_plain, rows), _OWN, as_json=as_json)
        return
    found = client.get(path_of("stations", station, "certificates"))
    if as_json:
        show_one(found, as_json=True)
        return
    show(map(_plain, found["own"]), _OWN, as_json=False)
    show(found["installed"], _INSTALLED, as_json=False)


@app.command()
@plainly
def install(
    context: typer.Context,
    station: Station,
    kind: Kind,
    *,
    file: Annotated[Path | None, typer.Option(help="the root, PEM")] = None,
    ca: Annotated[Algorithm | None, typer.Option(help="our own root: ecdsa or rsa")] = None,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station trust a root. Exit code 0: it does; 1: it does not; 3: not yet."""
    if (file is None) == (ca is None):
        fail("either --file or --ca", USAGE)
    wish = {"ca": ca.value} if ca else {"certificate": file.read_text() if file else ""}
    _call(context, station, "install", {"type": kind.ocpp, **wish}, wait, ttl, as_json=as_json)


@app.command()
@plainly
def ask(
    context: typer.Context,
    station: Station,
    kind: Kind,
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station tell what it trusts. Exit code 0: it did; 1: it did not; 3: not yet."""
    path = path_of("stations", station, "certificates", "ask")
    body = json.dumps({"type": kind.ocpp}).encode()
    conclude(client_of(context).post(path, body, wait=wait, ttl=ttl), as_json=as_json)


@app.command()
@plainly
def delete(
    context: typer.Context,
    station: Station,
    certificate: Annotated[str, typer.Argument(help="its fingerprint or serial number, in hex")],
    *,
    wait: Wait = 30,
    ttl: Ttl = 0,
    as_json: AsJson = False,
) -> None:
    """Have a station drop a root that it reported. Exit codes as of install."""
    client = client_of(context)
    name = _name_of(client, station, certificate.lower())
    _call(context, station, "delete", name, wait, ttl, as_json=as_json)


@app.command()
@plainly
def requests(
    context: typer.Context,
    *,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    state: Annotated[str, typer.Option(help="in this state, e.g. pending")] = "",
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what stations ask to have signed, the newest first."""
    path = path_of("certificate-requests")
    rows = client_of(context).items(path, most=limit, station=station, state=state)
    show(rows, _REQUESTS, as_json=as_json)


@app.command()
@plainly
def sign(
    context: typer.Context,
    request: Request,
    *,
    chain: Annotated[
        Path | None, typer.Option(help="PEM that somebody else has signed; left out: ours signs")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, help="s to wait for the outcome")] = 30,
    as_json: AsJson = False,
) -> None:
    """Have a request signed. Exit code 0: the station took it; 1: it did not; 3: not known yet."""
    client, path = client_of(context), path_of("certificate-requests", request)
    body = {"certificate_chain": chain.read_text()} if chain else {}
    row = client.post(f"{path}/sign", json.dumps(body).encode())
    deadline = time.monotonic() + wait
    while row["state"] in _UNDER_WAY and time.monotonic() < deadline:
        time.sleep(_PAUSE)
        row = client.get(path)
    show_one(row, as_json=as_json)
    if row["state"] in _UNDER_WAY:
        raise typer.Exit(3)
    if row["state"] != "delivered":
        raise ApiError(f"the request is {row['state']}: {row['reason']}")


@app.command()
@plainly
def decline(
    context: typer.Context,
    request: Request,
    *,
    reason: Annotated[str, typer.Option(help="for people")] = "",
    as_json: AsJson = False,
) -> None:
    """Have a request not signed."""
    path = path_of("certificate-requests", request, "decline")
    row = client_of(context).post(path, json.dumps({"reason": reason}).encode())
    show_one(row, as_json=as_json)


@app.command()
@plainly
def renew(
    context: typer.Context,
    *,
    within: Within = "30d",
    name: Annotated[str, typer.Option(help="for people")] = "",
    station: Stations = None,
    label: Label = "",
    search: Search = "",
    online: Online = None,
    all: All = False,
    wave_size: Annotated[int, typer.Option(min=0, help="0: all at once")] = 0,
    as_json: AsJson = False,
) -> None:
    """Start a campaign: stations whose certificate ends within that time ask for a new one."""
    wish = {
        "within_days": _days(within),
        "name": name,
        "wave_size": wave_size,
        **selection(station, label=label, search=search, online=online, all=all),
    }
    made = client_of(context).post(path_of("certificates", "renewals"), json.dumps(wish).encode())
    show_one(made, as_json=as_json)


@app.command()
@plainly
def revoke(
    context: typer.Context,
    fingerprint: Annotated[str, typer.Argument(help="of the certificate")],
    *,
    reason: Annotated[str, typer.Option(help="why")],
    station: Annotated[str, typer.Option(help="when several have it")] = "",
    as_json: AsJson = False,
) -> None:
    """Have the authority revoke a certificate of a station."""
    path = path_of("certificates", fingerprint, "revoke")
    row = client_of(context).post(path, json.dumps({"reason": reason}).encode(), station=station)
    show_one(row if as_json else _plain(row), as_json=as_json)


def _call(
    context: typer.Context,
    station: str,
    what: str,
    wish: dict[str, Any],
    *how: float,
    as_json: bool,
) -> None:
    wait, ttl = how
    path = path_of("stations", station, "certificates", what)
    outcome = client_of(context).post(path, json.dumps(wish).encode(), wait=wait, ttl=ttl)
    conclude(outcome, as_json=as_json, wanted=_ACCEPTED)


def _name_of(client: Client, station: str, certificate: str) -> dict[str, Any]:
    """What the station calls a root of which a person says but one thing."""
    installed = client.get(path_of("stations", station, "certificates"))["installed"]
    names = [
        row["hash_data"]
        for row in installed
        if certificate in {row["fingerprint"], row["serial_number"].lower()}
    ]
    if not names or names.count(names[0]) < len(names):
        raise ApiError(
            f"{len(names)} roots of this station are {certificate}: see `list {station}`"
        )
    if names[0] is None:
        raise ApiError("the station has no name for it yet: ask it first")
    name: dict[str, Any] = names[0]
    return name


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """For a table: no PEM, of a revocation only its state."""
    revocation = row["revocation"]
    return row | {"chain": "", "revocation": revocation["state"] if revocation else ""}


def _days(text: str) -> int:
    """Days, as "30d" or "30"."""
    number = text.removesuffix("d")
    if not number.isdecimal():
        fail(f"{text} is no number of days: 30d", USAGE)
    return int(number)

"""/api/v1/stations: the register of stations, and how each of them is."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from commands.api.access import Administrator, Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.past import of_station
from commands.api.problems import Problem
from commands.api.shapes import Cursor, Filter, Limit, Page, StationId, Text, after, page_of
from commands.api.station_shapes import Station, Stranger, station_of, stranger_of
from commands.desk import Declined
from domain.model.access import BASIC
from domain.model.operations import DisconnectStation, RegisterStation, RemoveStation
from domain.model.values import Profile, Registration
from projections import stations, strangers
from projections.stations import StationSeen

router = APIRouter(prefix="/api/v1/stations", tags=["stations"], dependencies=[viewing])

_INT32 = 2**31 - 1
_NO_PROFILE_0 = (
    "a station needs a password (security profile 1 or 2) or a client certificate (3); security"
    " profile 0, no authentication, is not allowed here"
)

AnOfficeThen = Annotated[Office, Depends(of_station(stations.MODEL))]
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:=-]{0,49}$")]


class StationWish(BaseModel, extra="forbid"):
    """How a station is to be treated.

    What is left out gets its default; but password and security profile stay.
    """

    protocols: list[Literal["ocpp1.6"]] = Field(["ocpp1.6"], min_length=1)
    security_profile: StrictInt | None = Field(
        None,
        ge=0,
        le=3,
        description="0: no authentication, 1: Basic, 2: TLS and Basic, 3: TLS with client"
        " certificate. Left out: as it is; of a new station 1 with a password",
    )
    password: Text | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="HTTP Basic password; 32 to 40 hex digits are the bytes they stand for. Left"
        " out: as it is; null: none any more. Never read",
    )
    registration: Registration = Field(
        Registration.ACCEPTED, description="what BootNotification is answered"
    )
    heartbeat_interval: StrictInt | None = Field(
        None, ge=1, le=_INT32, description="s; null: the default of the installation"
    )
    boot_retry_interval: StrictInt = Field(
        60, ge=0, le=_INT32, description="s until a station not accepted boots again; 0: it chooses"
    )
    serial_number: Text = Field(
        "", max_length=255, description="that its client certificate names; empty: its id"
    )
    note: str = Field("", max_length=2000)
    labels: list[Label] = Field([], max_length=50, description="to choose many stations at once")


@router.get("")
def list_stations(
    office: AnOffice,
    search: Filter = "",
    label: Filter = "",
    *,
    online: Annotated[bool | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Station]:
    """By id. `search`: part of id, serial number, vendor, model or note; `label`: all of one."""
    rows = office.database.read(
        stations.listed,
        search=search,
        label=label,
        online=online,
        after=after(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit, item=station_of, place=lambda row: row.id)


@router.get("/unknown")
def list_unknown(office: AnOffice, cursor: Cursor = "", limit: Limit = 100) -> Page[Stranger]:
    """Stations nobody registered that asked to connect, by id: register them to let them in.

    A station that is itself called "unknown" is read as `/stations/%75nknown`.
    """
    rows = office.database.read(strangers.listed, after=after(cursor), limit=limit + 1)
    return page_of(rows, limit, item=stranger_of, place=lambda row: row.id)


@router.get("/{station}")
def get_station(office: AnOfficeThen, station: StationId) -> Station:
    """All that is known of a station."""
    return station_of(_registered(office, station))


@router.put("/{station}", responses={201: {"model": Station, "description": "registered"}})
async def put_station(
    office: AnOffice, station: StationId, wish: StationWish, by: Administrator, response: Response
) -> Station:
    """Register a station, or replace how it is treated."""
    previous = await asyncio.to_thread(office.database.read, stations.find, station)
    known = previous if previous and previous.registered else None
    profile = _security_profile(office, wish, known)
    credential = await office.strongbox.keep_password(wish.password) if wish.password else ""
    operation = RegisterStation(
        station=station,
        profile=_profile(wish, profile, credential, office.defaults.heartbeat_interval),
        keep_credential="password" not in wish.model_fields_set,
        keep_profile=wish.security_profile is None,
    )
    try:
        await office.desk.wish(operation, by=by.name)
    except Declined:
        await office.strongbox.forget_password(credential)
        raise
    if previous and not operation.keep_credential:
        await office.strongbox.forget_password(previous.credential)
    response.status_code = 200 if known else 201
    return await asyncio.to_thread(get_station, office, station)


@router.delete("/{station}", status_code=204)
async def delete_station(office: AnOffice, station: StationId, by: Administrator) -> None:
    """Take a station out of the register and close its socket; its history stays."""
    row = await asyncio.to_thread(_registered, office, station)
    await office.desk.wish(RemoveStation(station=station), by=by.name)
    for credential in (row.credential, *stations.offered_to(row)):
        await office.strongbox.forget_password(credential)


@router.post("/{station}/disconnect", status_code=204)
async def disconnect_station(office: AnOffice, station: StationId, by: Operator) -> None:
    """Close the socket of a station; it will connect again."""
    await office.desk.wish(DisconnectStation(station=station), by=by.name)


def _registered(office: Office, station: str) -> StationSeen:
    row = office.database.read(stations.find, station)
    if row is None or not row.registered:
        raise Problem(404, f"no station {station} is registered", kind="not-found")
    return row


def _security_profile(office: Office, wish: StationWish, known: StationSeen | None) -> int:
    """The one that it is to have; raises Problem when nobody could come in with it (A00)."""
    keeps = "password" not in wish.model_fields_set and known is not None and known.credential
    has_password, wanted = bool(wish.password or keeps), wish.security_profile
    if wanted is None:
        wanted = stations.required_profile(known) if known else int(has_password)
    if wanted in BASIC and not has_password:
        detail = f"security profile {wanted} needs a password"
        raise Problem(422, detail, kind="password-needed")
    is_chosen = known is None or wish.security_profile is not None
    is_open = not (wanted or has_password)
    if is_open and is_chosen and not office.defaults.allow_security_profile_0:
        raise Problem(422, _NO_PROFILE_0, kind="password-needed")
    return wanted


def _profile(
    wish: StationWish, security_profile: int, credential: str, heartbeat_interval: int
) -> Profile:
    return Profile(
        protocols=",".join(wish.protocols),
        security_profile=security_profile,
        registration=wish.registration,
        heartbeat_interval=wish.heartbeat_interval or heartbeat_interval,
        boot_retry_interval=wish.boot_retry_interval,
        serial_number=wish.serial_number,
        note=wish.note,
        credential=credential,
        labels=",".join(sorted(set(wish.labels))),
    )

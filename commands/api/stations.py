"""/api/v1/stations: the register of stations, and how each of them is."""

import asyncio
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from commands.api.access import Administrator, Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import Cursor, Filter, Limit, Page, StationId, Text, after, page_of
from commands.api.station_shapes import Station, Stranger, station_of, stranger_of
from commands.desk import Declined
from domain.model.operations import DisconnectStation, RegisterStation, RemoveStation
from domain.model.values import Profile, Registration
from gateway.passwords import hash_password
from projections import credentials, stations, strangers
from projections.stations import StationSeen

router = APIRouter(prefix="/api/v1/stations", tags=["stations"], dependencies=[viewing])

_INT32 = 2**31 - 1

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:=-]{0,49}$")]


class StationWish(BaseModel, extra="forbid"):
    """How a station is to be treated. What is left out gets its default; the password stays."""

    protocols: list[Literal["ocpp1.6"]] = Field(["ocpp1.6"], min_length=1)
    security_profile: StrictInt = Field(0, ge=0, le=3)
    password: Text | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="HTTP Basic password. Left out: as it is; null: none any more. Never read",
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
    serial_number: Text = Field("", max_length=255)
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
def get_station(office: AnOffice, station: StationId) -> Station:
    """All that is known of a station."""
    return station_of(_registered(office, station))


@router.put("/{station}", responses={201: {"model": Station, "description": "registered"}})
async def put_station(
    office: AnOffice, station: StationId, wish: StationWish, by: Administrator, response: Response
) -> Station:
    """Register a station, or replace how it is treated."""
    previous = await asyncio.to_thread(office.database.read, stations.find, station)
    _check_security(wish, previous)
    credential = await _new_credential(office, wish.password)
    operation = RegisterStation(
        station=station,
        profile=_profile(wish, credential, office.defaults.heartbeat_interval),
        keep_credential="password" not in wish.model_fields_set,
    )
    try:
        await office.desk.wish(operation, by=by.name)
    except Declined:
        await _forget(office, credential)
        raise
    if previous and not operation.keep_credential:
        await _forget(office, previous.credential)
    response.status_code = 200 if previous and previous.registered else 201
    return await asyncio.to_thread(get_station, office, station)


@router.delete("/{station}", status_code=204)
async def delete_station(office: AnOffice, station: StationId, by: Administrator) -> None:
    """Take a station out of the register and close its socket; its history stays."""
    row = await asyncio.to_thread(_registered, office, station)
    await office.desk.wish(RemoveStation(station=station), by=by.name)
    await _forget(office, row.credential)


@router.post("/{station}/disconnect", status_code=204)
async def disconnect_station(office: AnOffice, station: StationId, by: Operator) -> None:
    """Close the socket of a station; it will connect again."""
    await office.desk.wish(DisconnectStation(station=station), by=by.name)


def _registered(office: Office, station: str) -> StationSeen:
    row = office.database.read(stations.find, station)
    if row is None or not row.registered:
        raise Problem(404, f"no station {station} is registered", kind="not-found")
    return row


def _check_security(wish: StationWish, previous: StationSeen | None) -> None:
    """Profiles 1 and 2 are HTTP Basic authentication (white paper A00): a password is needed."""
    keeps = "password" not in wish.model_fields_set and previous and previous.registered
    has_password = bool(wish.password or (keeps and previous and previous.credential))
    if wish.security_profile in {1, 2} and not has_password:
        detail = f"security profile {wish.security_profile} needs a password"
        raise Problem(422, detail, kind="invalid")


def _profile(wish: StationWish, credential: str, heartbeat_interval: int) -> Profile:
    return Profile(
        protocols=",".join(wish.protocols),
        security_profile=wish.security_profile,
        registration=wish.registration,
        heartbeat_interval=wish.heartbeat_interval or heartbeat_interval,
        boot_retry_interval=wish.boot_retry_interval,
        serial_number=wish.serial_number,
        note=wish.note,
        credential=credential,
        labels=",".join(sorted(set(wish.labels))),
    )


async def _new_credential(office: Office, password: str | None) -> str:
    """Keep the hash of a password under a new id; "" without password."""
    if password is None:
        return ""
    credential = str(uuid4())
    await asyncio.to_thread(_keep, office, credential, password)
    return credential


def _keep(office: Office, credential: str, password: str) -> None:
    at, hashed = office.clock(), hash_password(password)
    office.database.write(credentials.put, credential, hashed, at=at)


async def _forget(office: Office, credential: str) -> None:
    if credential:
        await asyncio.to_thread(office.database.write, credentials.forget, credential)

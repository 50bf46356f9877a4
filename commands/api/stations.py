"""/api/v1/stations: the register of stations, and how each of them is."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from commands.api import spreadsheet
from commands.api.access import Administrator, Operator, viewing
from commands.api.fleet_shapes import (
    FleetPage,
    StationLine,
    fleet_station_of,
    line_of,
)
from commands.api.office import AnOffice, Office
from commands.api.past import of_station
from commands.api.problems import Problem
from commands.api.registering import StationWish, register
from commands.api.shapes import Cursor, Filter, Limit, StationId, after, page_of
from commands.api.station_shapes import Station, StrangerPage, station_of, stranger_of
from domain.model.operations import DisconnectStation, RemoveStation
from domain.model.values import Registration
from projections import fleet_list, stations, strangers
from projections.database import Database
from projections.stations import Choice, StationSeen

router = APIRouter(prefix="/api/v1/stations", tags=["stations"], dependencies=[viewing])

AnOfficeThen = Annotated[Office, Depends(of_station(stations.MODEL))]
_BATCH = 1000  # rows of a spreadsheet read at once
_AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {spreadsheet.MEDIA_TYPE: {}}, "description": "JSON, or CSV as accepted"}
}


def _choice(
    search: Filter = "",
    label: Filter = "",
    *,
    online: Annotated[bool | None, Query()] = None,
    registration: Annotated[Registration | None, Query()] = None,
) -> Choice:
    return Choice(search=search, label=label, online=online, registration=registration or "")


@router.get("", response_model=FleetPage, responses=_AS_CSV)
def list_stations(
    office: AnOffice,
    request: Request,
    choice: Annotated[Choice, Depends(_choice)],
    *,
    status: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> FleetPage | Response:
    """By id. `search`: part of id, serial number, vendor, model or note; `label`: all of one.

    `status`: that a connector reported last. With `Accept: text/csv` all of them, whatever the
    limit.
    """
    read = office.database.read
    if spreadsheet.is_wanted(request):
        lines = _all(office.database, choice, status, after(cursor))
        return spreadsheet.response(StationLine, lines, name="stations")
    rows = read(fleet_list.listed, choice, status=status, after=after(cursor), limit=limit + 1)
    page = page_of(rows, limit, item=fleet_station_of, place=lambda row: row.station.id)
    total = read(fleet_list.counted, choice, status=status)
    return FleetPage(items=page.items, next=page.next, total=total)


@router.get("/unknown")
def list_unknown(office: AnOffice, cursor: Cursor = "", limit: Limit = 100) -> StrangerPage:
    """Stations nobody registered that asked to connect, by id: register them to let them in.

    A station that is itself called "unknown" is read as `/stations/%75nknown`.
    """
    rows = office.database.read(strangers.listed, after=after(cursor), limit=limit + 1)
    page = page_of(rows, limit, item=stranger_of, place=lambda row: row.id)
    total = office.database.read(strangers.counted)
    return StrangerPage(items=page.items, next=page.next, total=total)


@router.get("/{station}")
def get_station(office: AnOfficeThen, station: StationId) -> Station:
    """All that is known of a station."""
    return station_of(_registered(office, station))


@router.put("/{station}", responses={201: {"model": Station, "description": "registered"}})
async def put_station(
    office: AnOffice, station: StationId, wish: StationWish, by: Administrator, response: Response
) -> Station:
    """Register a station, or replace how it is treated."""
    known = await register(office, station, wish, by=by.name)
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


def _all(database: Database, choice: Choice, status: str, place: str) -> Iterator[StationLine]:
    while batch := database.read(
        fleet_list.listed, choice, status=status, after=place, limit=_BATCH
    ):
        yield from map(line_of, batch)
        place = batch[-1].station.id

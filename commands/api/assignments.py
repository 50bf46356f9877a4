"""…/charging-profiles of a station: assigned, cleared, and what the station holds."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field, StrictInt

from commands.api.access import Operator, viewing
from commands.api.charging_profiles import row_of
from commands.api.office import AnOffice, Office
from commands.api.past import of_station
from commands.api.placing import OUTCOMES, HowSent, order_of, place, placed
from commands.api.problems import Fault, Problem
from commands.api.profile_shapes import (
    MOST,
    InstalledProfile,
    Purpose,
    shown_installed,
    stored,
)
from commands.api.shapes import LARGEST, Page, StationId, Text
from domain.ocpp.v16 import types
from domain.ocpp.v16.smart_charging import payloads
from domain.ocpp.v16.smart_charging.payloads import Misplaced
from domain.ocpp.v16.types import ChargingProfile
from projections import connectors, installed_profiles, stations, transactions
from projections.transactions import TransactionRow

router = APIRouter(
    prefix="/api/v1/stations/{station}", tags=["charging profiles"], dependencies=[viewing]
)

_MODELS = (stations.MODEL, installed_profiles.MODEL)

AnOfficeThen = Annotated[Office, Depends(of_station(*_MODELS))]
Connector = Annotated[int, Path(ge=0, le=MOST, description="0: the whole station")]
_Wire = Query(ge=-types.LARGEST, le=types.LARGEST)


class Assignment(BaseModel, extra="forbid"):
    """A profile of the library, to be sent to a connector."""

    profile_id: StrictInt = Field(ge=1, le=MOST)
    transaction_id: StrictInt | None = Field(
        None,
        ge=1,
        le=LARGEST,
        description="for a TxProfile; left out: the one that is open at the connector",
    )


class RemoteStart(BaseModel, extra="forbid"):
    """Who is to charge, where, and how fast."""

    id_tag: Text = Field(min_length=1, max_length=20)
    connector_id: StrictInt | None = Field(
        None, ge=1, le=MOST, description="left out: the station chooses"
    )
    profile_id: StrictInt | None = Field(
        None, ge=1, le=MOST, description="a TxProfile of the library"
    )


@router.get("/charging-profiles")
def list_installed(office: AnOfficeThen, station: StationId) -> Page[InstalledProfile]:
    """What the station holds, as its answers to SetChargingProfile and remote starts tell.

    It is one page: stations hold a few (MaxChargingProfilesInstalled).
    """
    if office.database.read(stations.find, station) is None:
        raise Problem(404, f"there is no station {station}", kind="not-found")
    rows = office.database.read(installed_profiles.of_station, station)
    return Page(items=list(map(shown_installed, rows)))


@router.post("/connectors/{connector}/charging-profiles", status_code=202, responses=OUTCOMES)
async def assign_profile(
    office: AnOffice,
    station: StationId,
    connector: Connector,
    wish: Assignment,
    *,
    by: Operator,
    sending: HowSent,
) -> Response:
    """Send a profile with SetChargingProfile. It is installed once the station accepts it.

    An Absolute one without a start begins with this request, also when it has to wait.
    """
    waits = sending.ttl > 0
    payload = await asyncio.to_thread(_assigned, office, station, connector, wish, waits=waits)
    order = order_of(office, station, "SetChargingProfile", payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.delete("/charging-profiles", status_code=202, responses=OUTCOMES)
async def clear_profiles(
    office: AnOffice,
    station: StationId,
    *,
    by: Operator,
    sending: HowSent,
    profile_id: Annotated[int | None, _Wire] = None,
    connector: Annotated[int | None, _Wire] = None,
    purpose: Purpose | None = None,
    stack_level: Annotated[int | None, _Wire] = None,
) -> Response:
    """Send ClearChargingProfile with exactly what is given; nothing given clears all."""
    payload = payloads.cleared(
        profile=profile_id, connector=connector, purpose=purpose, stack_level=stack_level
    )
    order = order_of(office, station, "ClearChargingProfile", payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.post("/remote-start", status_code=202, responses=OUTCOMES)
async def remote_start(
    office: AnOffice, station: StationId, wish: RemoteStart, *, by: Operator, sending: HowSent
) -> Response:
    """Send RemoteStartTransaction; its profile is installed with the transaction that follows.

    An Absolute one without a start begins with this request, also when it has to wait.
    """
    payload = await asyncio.to_thread(_start, office, wish, waits=sending.ttl > 0)
    order = order_of(
        office, station, "RemoteStartTransaction", payload, sending=sending, by=by.name
    )
    return placed(await place(office, order, wait=sending.wait))


def _assigned(
    office: Office, station: str, connector: int, wish: Assignment, *, waits: bool
) -> bytes:
    """Raises Problem when there is no such profile, or it must not go there."""
    profile = _chosen(office, wish.profile_id, waits=waits)
    transaction = wish.transaction_id
    if transaction is not None:
        _check_runs(office.database.read(transactions.find, transaction), station, connector)
    elif profile.chargingProfilePurpose == "TxProfile":
        transaction = _open_at(office, station, connector)
    try:
        return payloads.assigned(
            profile, connector=connector, transaction=transaction, now=office.clock()
        )
    except Misplaced as error:
        raise _invalid("profile_id", str(error)) from None


def _chosen(office: Office, number: int, *, waits: bool) -> ChargingProfile:
    """A profile of the library; raises Problem when it could be over before it arrives."""
    profile = stored(row_of(office, number).content)
    schedule = profile.chargingSchedule
    starts_now = profile.chargingProfileKind == "Absolute" and schedule.startSchedule is None
    if waits and starts_now and schedule.duration is not None:
        raise _invalid("profile_id", "with a duration and no start it cannot wait: leave out ttl")
    return profile


def _start(office: Office, wish: RemoteStart, *, waits: bool) -> bytes:
    if wish.profile_id is None:
        return payloads.plain_start(id_tag=wish.id_tag, connector=wish.connector_id)
    profile = _chosen(office, wish.profile_id, waits=waits)
    try:
        return payloads.embedded(
            profile, id_tag=wish.id_tag, connector=wish.connector_id, now=office.clock()
        )
    except Misplaced as error:
        raise _invalid("profile_id", str(error)) from None


def _check_runs(row: TransactionRow | None, station: str, connector: int) -> None:
    if row is None or (row.station, row.connector) != (station, connector):
        raise _invalid("transaction_id", f"there is no such transaction at connector {connector}")
    if row.state != "open":
        raise _invalid("transaction_id", f"this transaction is {row.state}")


def _open_at(office: Office, station: str, connector: int) -> int | None:
    """The current transaction of a connector: a late report of another one does not change it."""
    row = office.database.read(connectors.find, station, connector)
    return None if row is None else row.transaction


def _invalid(field: str, message: str) -> Problem:
    fault = Fault(path=f"body.{field}", message=message)
    return Problem(422, message, kind="invalid", errors=(fault,))

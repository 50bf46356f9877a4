"""/api/v1/reservations: connectors kept for a token (OCPP 1.6: ReserveNow, CancelReservation)."""

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field, StrictInt

from commands.api.access import Operator, viewing
from commands.api.call_shapes import Call, shown
from commands.api.office import AnOffice, Office
from commands.api.past import of_named
from commands.api.placing import OUTCOMES, HowSent, Sending, order_of, place, row_of
from commands.api.problems import Problem
from commands.api.shapes import Cursor, Filter, GivenTime, Limit, Page, Text, Time, before, page_of
from commands.desk import Declined
from domain.model.operations import CancelCall
from domain.ocpp import times
from domain.ocpp.v16.types import LARGEST
from projections import calls, reservations, tokens
from projections.calls import CallRow
from projections.reservations import ReservationRow

router = APIRouter(prefix="/api/v1/reservations", tags=["reservations"], dependencies=[viewing])

_MOST_NAMED = 10  # stations in a message

Number = Annotated[int, Path(ge=-LARGEST, le=LARGEST, description="the OCPP reservation id")]
Where = Annotated[
    Text, Query(max_length=255, description="needed when several stations know the id")
]
AnOfficeThen = Annotated[Office, Depends(of_named(reservations.MODEL))]
Status = Literal[
    "",
    "requested",
    "accepted",
    "unanswered",
    "faulted",
    "occupied",
    "rejected",
    "unavailable",
    "failed",
    "used",
    "cancelled",
    "expired",
    "ended",
]


class ReservationWish(BaseModel, extra="forbid"):
    """What is to be kept, for whom, until when."""

    station: Text = Field(min_length=1, max_length=255)
    connector_id: StrictInt = Field(ge=0, le=LARGEST, description="0: any connector")
    id_tag: Text = Field(min_length=1, max_length=20)
    parent_id_tag: Text | None = Field(
        None,
        max_length=20,
        description="whose tokens may use it too; left out: as the token has it; null: nobody's",
    )
    expiry_date: GivenTime = Field(description="to the millisecond; the station judges it")
    reservation_id: StrictInt | None = Field(
        None,
        ge=-LARGEST,
        le=LARGEST,
        description="one in use is replaced; left out: a free one is taken",
    )


class Reservation(BaseModel, from_attributes=True):
    """A reservation, as it stands or ended last."""

    reservation_id: int = Field(validation_alias="number")
    station: str
    connector_id: int = Field(validation_alias="connector", description="0: any connector")
    id_tag: str
    parent_id_tag: str = Field(validation_alias="parent")
    expiry_date: Time | None = Field(validation_alias="expires_at")
    status: str = Field(
        description="requested; accepted, or unanswered: it may stand; faulted, occupied, rejected,"
        " unavailable, failed; used, cancelled, expired, ended; unknown: never asked for"
    )
    reason: str = Field(
        description="of failed: how the call ended; of ended: what ended it; of rejected: what the"
        " station said when that is no word of OCPP"
    )
    requested_at: Time | None
    requested_by: str
    answered_at: Time | None
    ended_at: Time | None
    transaction: int | None = Field(description="that began with it")
    used_by: str = Field(description="the token that it was used with")
    reserve_call: str = Field(description="id of the call that these terms are of")
    last_call: str = Field(description="id of the newest ReserveNow: its terms may not stand yet")
    last_status: str = Field(description="what came of that, e.g. occupied")
    cancel_call: str
    cancel_status: str = Field(description="requested, accepted, rejected, or how the call failed")
    cancel_by: str


class Placed(Reservation):
    """A reservation, and the call that was placed for it."""

    call: Call


_PLACED: dict[int | str, dict[str, Any]] = OUTCOMES | {
    201: {"model": Placed, "description": "the call is over: `status` tells what came of it"},
    202: {"model": Placed, "description": "the call is under way"},
    409: {**OUTCOMES[409], "description": "not connected, or the id is ambiguous or taken"},
}
_CANCELLED: dict[int | str, dict[str, Any]] = {
    **{status: outcome for status, outcome in _PLACED.items() if status != 201},
    200: {"model": Placed, "description": "the call is over: `status` tells what came of it"},
}


@router.post("", status_code=202, responses=_PLACED)
async def add_reservation(
    office: AnOffice, wish: ReservationWish, by: Operator, sending: HowSent
) -> Response:
    """Ask a station to keep a connector, whatever it is doing."""
    number = await asyncio.to_thread(_number, office, wish)
    payload = await asyncio.to_thread(_payload, office, wish, number)
    call = await _place(office, wish.station, "ReserveNow", payload, sending=sending, by=by.name)
    return await _answer(office, wish.station, number, call, over=201)


@router.get("")
def list_reservations(
    office: AnOfficeThen,
    *,
    station: Filter = "",
    connector: Annotated[int | None, Query(ge=-LARGEST, le=LARGEST)] = None,
    status: Status = "",
    id_tag: Filter = "",
    begin: Annotated[
        GivenTime | None, Query(alias="from", description="over, or to be over, later than that")
    ] = None,
    end: Annotated[GivenTime | None, Query(alias="to", description="asked for before")] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Reservation]:
    """The newest first."""
    rows = office.database.read(
        reservations.listed,
        station=station,
        connector=connector,
        status=status,
        id_tag=id_tag,
        begin=begin,
        end=end,
        before=before(cursor),
        limit=limit + 1,
    )
    return page_of(
        rows, limit, item=Reservation.model_validate, place=lambda row: row.first_position
    )


@router.get("/{number}")
def get_reservation(office: AnOfficeThen, number: Number, station: Where = "") -> Reservation:
    """One reservation; 409 when several stations know its id, and not just one of them keeps it."""
    row = _found(office, number, station)
    if row is None:
        raise _unknown(number)
    return Reservation.model_validate(row)


@router.delete("/{number}", responses=_CANCELLED)
async def cancel_reservation(
    office: AnOffice, number: Number, by: Operator, sending: HowSent, station: Where = ""
) -> Response:
    """Have its station give it up; a request that never went out is taken back instead.

    With `station`, any id can be cancelled there, one that nobody asked for too. Without, 409 when
    several stations know it, and not just one of them keeps it.
    """
    row = await asyncio.to_thread(_found, office, number, station)
    if row is None and not station:
        raise _unknown(number)
    where = row.station if row else station
    call = await _taken_back(office, row, by=by.name) if row else None
    if call is None:
        payload = {"reservationId": number}
        call = await _place(
            office, where, "CancelReservation", payload, sending=sending, by=by.name
        )
    return await _answer(office, where, number, call, over=200)


def _found(office: Office, number: int, station: str) -> ReservationRow | None:
    """Raises Problem when it is not clear whose is meant."""
    if station:
        return office.database.read(reservations.find, number, station=station)
    rows = office.database.read(reservations.of_number, number, limit=_MOST_NAMED)
    alive = [row for row in rows if row.alive] or rows
    if len(alive) > 1:
        stations = ", ".join(row.station for row in alive)
        detail = f"several stations know reservation {number}: say which with ?station=: {stations}"
        raise Problem(409, detail, kind="conflict")
    return alive[0] if alive else None


def _unknown(number: int) -> Problem:
    detail = f"there is no reservation {number}; one may be cancelled all the same with ?station="
    return Problem(404, detail, kind="not-found")


def _number(office: Office, wish: ReservationWish) -> int:
    """As wished for, unless it stands elsewhere; else a free one.

    That is of the sequence of the whole system; what raw calls have taken is passed over.
    """
    if wish.reservation_id is not None:
        _keep_apart(office, wish.reservation_id, wish.station)
        return wish.reservation_id
    while True:
        for number in office.log.take_numbers(1):
            if not office.database.read(reservations.of_number, number, limit=1):
                return number


def _keep_apart(office: Office, number: int, station: str) -> None:
    rows = office.database.read(reservations.of_number, number, limit=_MOST_NAMED)
    others = [row.station for row in rows if row.alive and row.station != station]
    if others:
        detail = f"reservation {number} stands at {', '.join(others)}"
        raise Problem(409, detail, kind="conflict")


def _payload(office: Office, wish: ReservationWish, number: int) -> dict[str, object]:
    """In the order of the specification (6.37)."""
    parent = wish.parent_id_tag
    if "parent_id_tag" not in wish.model_fields_set:
        token = office.database.read(tokens.find, wish.id_tag)
        parent = token.parent if token else None
    return {
        "connectorId": wish.connector_id,
        "expiryDate": times.write(wish.expiry_date),
        "idTag": wish.id_tag,
        **({"parentIdTag": parent} if parent else {}),
        "reservationId": number,
    }


async def _place(
    office: Office, station: str, action: str, payload: object, *, sending: Sending, by: str
) -> CallRow:
    body = orjson.dumps(payload)
    order = order_of(office, station, action, body, sending=sending, by=by)
    return await place(office, order, wait=sending.wait)


async def _taken_back(office: Office, row: ReservationRow, *, by: str) -> CallRow | None:
    """The request that has not gone out, taken back; None when it has."""
    if row.status != "requested":
        return None
    call = await asyncio.to_thread(office.database.read, calls.find, row.reserve_call)
    if call is None or call.status != "queued":
        return None
    try:
        await office.desk.wish(CancelCall(station=row.station, call=call.id), by=by)
    except Declined:
        return None  # it went out meanwhile
    return await asyncio.to_thread(row_of, office, call.id)


async def _answer(
    office: Office, station: str, number: int, call: CallRow, *, over: int
) -> Response:
    row = await asyncio.to_thread(_found, office, number, station)
    row = row or ReservationRow(station=station, number=number, status="unknown")
    body = Reservation.model_validate(row).model_dump(mode="json") | {"call": shown(call)}
    headers = {"Location": f"/api/v1/reservations/{number}?station={quote(station, safe='')}"}
    status = 202 if call.waiting else over
    return Response(orjson.dumps(body), status, headers, media_type="application/json")

"""/api/v1/calls: OCPP calls to stations, sent exactly as given and without business veto."""

import asyncio
from typing import Literal

import orjson
from fastapi import APIRouter, Request, Response

from commands.api.access import Operator, viewing
from commands.api.call_shapes import Call, shown
from commands.api.office import AnOffice
from commands.api.placing import OUTCOMES, HowSent, order_of, place, placed, response, row_of
from commands.api.shapes import Cursor, Filter, Limit, Page, Segment, StationId, before, page_of
from domain.model.operations import CancelCall
from projections import calls

router = APIRouter(prefix="/api/v1", tags=["calls"], dependencies=[viewing])

_JSON = "application/json"

Status = Literal[
    "", "queued", "sent", "answered", "refused", "timed_out", "expired", "cancelled", "rejected"
]

_PAYLOAD = {
    "requestBody": {
        "description": "the OCPP payload: its members go on the wire in this order and spelling",
        "content": {_JSON: {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/stations/{station}/calls/{action}",
    status_code=202,
    responses=OUTCOMES,
    openapi_extra=_PAYLOAD,
)
async def request_call(
    office: AnOffice,
    station: StationId,
    action: Segment,
    *,
    by: Operator,
    request: Request,
    sending: HowSent,
) -> Response:
    """Send a CALL to a station."""
    payload = await request.body()
    order = order_of(office, station, action, payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.get("/calls/{call}", responses={200: {"model": Call}})
def get_call(office: AnOffice, call: Segment) -> Response:
    """A call, and what came of it."""
    return response(row_of(office, call), 200)


@router.get("/calls", responses={200: {"model": Page[Call]}})
def list_calls(
    office: AnOffice,
    *,
    station: Filter = "",
    status: Status = "",
    action: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Response:
    """The newest first."""
    rows = office.database.read(
        calls.listed,
        station=station,
        status=status,
        action=action,
        before=before(cursor),
        limit=limit + 1,
    )
    page = page_of(rows, limit, item=shown, place=lambda row: row.first_position)
    return Response(orjson.dumps(dict(page)), media_type=_JSON)


@router.delete("/calls/{call}", status_code=204)
async def cancel_call(office: AnOffice, call: Segment, by: Operator) -> None:
    """Take back a call that has not gone out."""
    row = await asyncio.to_thread(row_of, office, call)
    await office.desk.wish(CancelCall(station=row.station, call=call), by=by.name)

"""/api/v1/calls: OCPP calls to stations, sent exactly as given and without business veto."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal
from uuid import uuid4

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from commands.api.access import Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.problems import Fault, Problem, ProblemDetails, doubtful
from commands.api.shapes import (
    Cursor,
    Filter,
    Limit,
    Page,
    Segment,
    StationId,
    Time,
    before,
    page_of,
)
from commands.callbox import Order, Unfit, UnknownAction
from commands.desk import Undecided, Unread
from domain.log import Unavailable
from domain.model.operations import CancelCall
from domain.ocpp import times
from domain.ocpp.errors import Violation
from projections import calls
from projections.calls import CallRow

router = APIRouter(prefix="/api/v1", tags=["calls"], dependencies=[viewing])

_DAY = 86_400  # s
_JSON = "application/json"

Status = Literal["", "queued", "sent", "answered", "refused", "timed_out", "expired", "cancelled"]
Wait = Annotated[float, Query(ge=0, le=120, description="s to wait for the outcome")]
TimeToLive = Annotated[
    float,
    Query(ge=0, le=30 * _DAY, description="s to wait for a connection; 0: must be connected"),
]
Timeout = Annotated[
    int | None, Query(ge=1, le=3600, description="s to wait for the station's answer")
]


class CallError(BaseModel):
    """Why there is no response: the station's CALLERROR, or what happened to the call."""

    code: str = Field(
        description="OCPP-J error code; empty when it is not the station that says so"
    )
    description: str
    details: Any = None


class Call(BaseModel):
    """A call. Secrets in request and response are masked."""

    id: str = Field(description="also the message id on the wire")
    station: str
    action: str
    status: str = Field(
        description="queued → sent → answered | refused | timed_out; or expired, cancelled"
    )
    request: dict[str, Any]
    response: dict[str, Any] | None
    error: CallError | None
    deviations: str = Field(description="where the answer left the specification")
    requested_at: Time
    requested_by: str
    expires_at: Time
    sent_at: Time | None
    answered_at: Time | None


_PAYLOAD = {
    "requestBody": {
        "description": "the OCPP payload: its members go on the wire in this order and spelling",
        "content": {_JSON: {"schema": {"type": "object"}}},
    }
}
_OUTCOMES: dict[int | str, dict[str, Any]] = {
    201: {"model": Call, "description": "the call is over"},
    202: {"model": Call, "description": "the call is under way"},
    404: {"model": ProblemDetails, "description": "no such station, or no such action"},
    409: {"model": ProblemDetails, "description": "the station is not connected"},
    422: {"model": ProblemDetails, "description": "the payload is not as OCPP specifies"},
    503: {"model": ProblemDetails, "description": "a part is away; with `call` it may be sent"},
    504: {"model": ProblemDetails, "description": "not known yet; `call` may be looked up"},
}


@router.post(
    "/stations/{station}/calls/{action}",
    status_code=202,
    responses=_OUTCOMES,
    openapi_extra=_PAYLOAD,
)
async def request_call(
    office: AnOffice,
    station: StationId,
    action: Segment,
    by: Operator,
    request: Request,
    *,
    wait: Wait = 0,
    ttl: TimeToLive = 0,
    timeout: Timeout = None,
) -> Response:
    """Send a CALL to a station."""
    order = Order(
        call=str(uuid4()),
        station=station,
        action=action,
        payload=await request.body(),
        ttl=ttl,
        timeout=timeout or office.defaults.call_timeout,
        by=by.name,
    )
    with _lookable(order.call):
        await _request(office, order)
        await office.callbox.wait(order.call, patience=wait)
        row = await asyncio.to_thread(_row, office, order.call)
    headers = {"Location": f"/api/v1/calls/{order.call}"}
    return _response(row, 202 if row.waiting else 201, headers)


@router.get("/calls/{call}", responses={200: {"model": Call}})
def get_call(office: AnOffice, call: Segment) -> Response:
    """A call, and what came of it."""
    return _response(_row(office, call), 200)


@router.get("/calls", responses={200: {"model": Page[Call]}})
def list_calls(
    office: AnOffice,
    station: Filter = "",
    status: Status = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Response:
    """The newest first."""
    rows = office.database.read(
        calls.listed, station=station, status=status, before=before(cursor), limit=limit + 1
    )
    page = page_of(rows, limit, item=_shown, place=lambda row: row.first_position)
    return Response(orjson.dumps(dict(page)), media_type=_JSON)


@router.delete("/calls/{call}", status_code=204)
async def cancel_call(office: AnOffice, call: Segment, by: Operator) -> None:
    """Take back a call that has not gone out."""
    row = await asyncio.to_thread(_row, office, call)
    await office.desk.wish(CancelCall(station=row.station, call=call), by=by.name)


@contextmanager
def _lookable(call: str) -> Iterator[None]:
    """Whoever is not told what became of a call can look it up, and need never send it twice."""
    try:
        yield
    except (Undecided, Unread, Unavailable) as error:
        raise doubtful(error, call) from error


async def _request(office: Office, order: Order) -> None:
    try:
        await office.callbox.request(order)
    except UnknownAction:
        known = ", ".join(sorted(office.callbox.actions))
        detail = f"there is no action {order.action} to a station; there are {known}"
        raise Problem(404, detail, kind="unknown-action") from None
    except Unfit as error:
        raise Problem(422, str(error), kind="invalid") from None
    except Violation as violation:
        path = "body." + violation.description.partition(" ")[0]
        fault = Fault(path=path, message=f"{violation.code}: {violation.description}")
        raise Problem(422, violation.description, kind="invalid", errors=(fault,)) from None


def _row(office: Office, call: str) -> CallRow:
    row = office.database.read(calls.find, call)
    if row is None:
        raise Problem(404, f"there is no call {call}", kind="not-found")
    return row


def _response(row: CallRow, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(_shown(row)), status, headers, media_type=_JSON)


def _shown(row: CallRow) -> dict[str, Any]:
    """As `Call` describes it; request and response as they went over the wire."""
    return {
        "id": row.id,
        "station": row.station,
        "action": row.action,
        "status": row.status,
        "request": orjson.Fragment(row.request),
        "response": None if row.response is None else orjson.Fragment(row.response),
        "error": _error(row),
        "deviations": row.deviations,
        "requested_at": row.requested_at and times.write(row.requested_at),
        "requested_by": row.requested_by,
        "expires_at": row.expires_at and times.write(row.expires_at),
        "sent_at": row.sent_at and times.write(row.sent_at),
        "answered_at": row.answered_at and times.write(row.answered_at),
    }


def _error(row: CallRow) -> dict[str, Any] | None:
    if row.status == "refused":
        details = orjson.Fragment(row.error_details or "{}")
        return {"code": row.error_code, "description": row.error_description, "details": details}
    if row.status in {"timed_out", "expired", "cancelled"}:
        why = {"expired": "the station did not connect in time", "cancelled": row.cancelled_by}
        return {"code": "", "description": why.get(row.status, row.reason), "details": None}
    return None

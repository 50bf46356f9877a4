"""Placing a call: a raw one, or one that another resource is built on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import Depends, Query, Response

from commands.api.call_shapes import Call, shown
from commands.api.office import Office
from commands.api.problems import Fault, Problem, ProblemDetails, doubtful
from commands.callbox import Order, Unfit, UnknownAction
from commands.desk import Undecided, Unread
from domain.log import Unavailable
from domain.ocpp.errors import Violation
from projections import calls
from projections.calls import CallRow

_DAY = 86_400  # s
_JSON = "application/json"

OUTCOMES: dict[int | str, dict[str, Any]] = {
    201: {"model": Call, "description": "the call is over"},
    202: {"model": Call, "description": "the call is under way"},
    404: {"model": ProblemDetails, "description": "no such station, or no such action"},
    409: {"model": ProblemDetails, "description": "the station is not connected"},
    422: {"model": ProblemDetails, "description": "the payload is not as OCPP specifies"},
    503: {"model": ProblemDetails, "description": "a part is away; with `call` it may be sent"},
    504: {"model": ProblemDetails, "description": "not known yet; `call` may be looked up"},
}


class Sending:
    """How a call is to be sent, as the query of a request says."""

    def __init__(
        self,
        wait: Annotated[float, Query(ge=0, le=120, description="s to wait for the outcome")] = 0,
        ttl: Annotated[
            float,
            Query(
                ge=0, le=30 * _DAY, description="s to wait for a connection; 0: must be connected"
            ),
        ] = 0,
        timeout: Annotated[
            int | None, Query(ge=1, le=3600, description="s to wait for the station's answer")
        ] = None,
    ) -> None:
        self.wait, self.ttl, self.timeout = wait, ttl, timeout


HowSent = Annotated[Sending, Depends()]


def order_of(
    office: Office, station: str, action: str, payload: bytes, *, sending: Sending, by: str
) -> Order:
    """What is wished, under a new id."""
    return Order(
        call=str(uuid4()),
        station=station,
        action=action,
        payload=payload,
        ttl=sending.ttl,
        timeout=sending.timeout or office.defaults.call_timeout,
        by=by,
    )


async def place(office: Office, order: Order, *, wait: float) -> CallRow:
    """Queue a call and wait for its outcome; raises Problem, and what `Desk.wish` raises."""
    with lookable(order.call):
        await _request(office, order)
        await office.callbox.wait(order.call, patience=wait)
        return await asyncio.to_thread(row_of, office, order.call)


def row_of(office: Office, call: str) -> CallRow:
    """A call; raises Problem when there is none."""
    row = office.database.read(calls.find, call)
    if row is None:
        raise Problem(404, f"there is no call {call}", kind="not-found")
    return row


def placed(row: CallRow) -> Response:
    """What is answered to whoever placed it: 201 when it is over, else 202."""
    headers = {"Location": f"/api/v1/calls/{row.id}"}
    return response(row, 202 if row.waiting else 201, headers)


def response(row: CallRow, status: int, headers: dict[str, str] | None = None) -> Response:
    """A call, as it is shown."""
    return Response(orjson.dumps(shown(row)), status, headers, media_type=_JSON)


@contextmanager
def lookable(call: str) -> Iterator[None]:
    """Whoever is not told what became of a call can look it up, and need never send it twice."""
    try:
        yield
    except (Undecided, Unread, Unavailable) as error:
        raise doubtful(error, call) from error


async def _request(office: Office, order: Order) -> None:
    with explained(office, order.action):
        await office.callbox.request(order)


@contextmanager
def explained(office: Office, action: str) -> Iterator[None]:
    """What is wrong with a call, as a Problem."""
    try:
        yield
    except UnknownAction:
        known = ", ".join(sorted(office.callbox.actions))
        detail = f"there is no action {action} to a station; there are {known}"
        raise Problem(404, detail, kind="unknown-action") from None
    except Unfit as error:
        raise Problem(422, str(error), kind="invalid") from None
    except Violation as violation:
        path = "body." + violation.description.partition(" ")[0]
        fault = Fault(path=path, message=f"{violation.code}: {violation.description}")
        raise Problem(422, violation.description, kind="invalid", errors=(fault,)) from None

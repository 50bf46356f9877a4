"""Logs of a station: GetLog of the security extension (white paper use case N01)."""

import asyncio
from typing import Literal, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from commands.api.access import Operator, viewing
from commands.api.beginning import JOB, Attempts, Seconds, ShortLocation, begun, free_request_id
from commands.api.hosting import Purpose, upload_location
from commands.api.office import AnOffice
from commands.api.placing import HowSent, order_of
from commands.api.shapes import GivenTime, StationId
from domain.ocpp import reading
from domain.ocpp.v16.security.get_log import GetLog, LogParameters

router = APIRouter(prefix="/api/v1/stations", tags=["jobs"], dependencies=[viewing])

_TYPES: dict[str, Literal["SecurityLog", "DiagnosticsLog"]] = {
    "security": "SecurityLog",
    "diagnostics": "DiagnosticsLog",
}


class LogWish(BaseModel, extra="forbid"):
    """A log, of a time or all of it."""

    type: Literal["security", "diagnostics"]
    oldest: GivenTime | None = None
    latest: GivenTime | None = None
    location: ShortLocation | None = Field(
        None, description="a directory: ftp, ftps, http or https; null: here"
    )
    retries: Attempts | None = None
    retry_interval: Seconds | None = None

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.oldest and self.latest and self.latest <= self.oldest:
            raise ValueError("latest must be after oldest")
        return self


@router.post("/{station}/logs", status_code=202, responses=JOB)
async def get_log(
    office: AnOffice,
    request: Request,
    station: StationId,
    wish: LogWish,
    by: Operator,
    *,
    sending: HowSent,
) -> Response:
    """Have a station upload a log."""
    order = order_of(office, station, "GetLog", b"", sending=sending, by=by.name)
    location = wish.location
    if location is None:
        purpose = Purpose(order.call, by.name, station)
        location = await asyncio.to_thread(upload_location, office, request, purpose)
    number = await asyncio.to_thread(free_request_id, office)
    payload = log_payload(wish, location, request_id=number)
    return await begun(office, order, payload, sending)


def log_payload(wish: LogWish, location: str, *, request_id: int) -> bytes:
    """The GetLog.req that is wished for."""
    request = GetLog.Request(
        log=LogParameters(
            remoteLocation=location, oldestTimestamp=wish.oldest, latestTimestamp=wish.latest
        ),
        logType=_TYPES[wish.type],
        requestId=request_id,
        retries=wish.retries,
        retryInterval=wish.retry_interval,
    )
    return reading.write(request)

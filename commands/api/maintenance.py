"""What begins a job: new firmware for a station, diagnostics of it. Each is an ordinary call."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, Field, StrictInt, model_validator

from commands.api.access import Operator, viewing
from commands.api.hosting import diagnostics_location, firmware_location, withdrawn
from commands.api.job_shapes import Job
from commands.api.jobs import row_of
from commands.api.locations import usable
from commands.api.office import AnOffice, Office
from commands.api.placing import OUTCOMES, HowSent, Sending, order_of, place
from commands.api.shapes import GivenTime, Moment, StationId, Text
from commands.callbox import Order
from domain.ocpp import reading
from domain.ocpp.v16.firmware_management.get_diagnostics import GetDiagnostics
from domain.ocpp.v16.firmware_management.update_firmware import UpdateFirmware

router = APIRouter(prefix="/api/v1/stations", tags=["jobs"], dependencies=[viewing])

_JSON = "application/json"
_JOB: dict[int | str, dict[str, Any]] = {
    **{status: what for status, what in OUTCOMES.items() if status != 201},
    202: {"model": Job, "description": "the job has begun, and may be over already"},
}

Location = Annotated[Text, Field(min_length=1, max_length=2000), AfterValidator(usable)]
Attempts = Annotated[StrictInt, Field(ge=0, le=1000, description="further ones")]
Seconds = Annotated[StrictInt, Field(ge=0, le=86_400, description="s between attempts")]


class UpdateWish(BaseModel, extra="forbid"):
    """New firmware: an image here, or at somebody else's location."""

    firmware_id: Text | None = None
    location: Location | None = Field(default=None, description="ftp, ftps, http or https")
    retrieve_date: Moment | None = Field(default=None, description="not before; null: at once")
    retries: Attempts | None = None
    retry_interval: Seconds | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.firmware_id is None) == (self.location is None):
            raise ValueError("either firmware_id or location")
        return self


class DiagnosticsWish(BaseModel, extra="forbid"):
    """Diagnostics, of a time or of all the station has."""

    location: Location | None = Field(
        default=None, description="a directory: ftp, ftps, http or https; null: here"
    )
    start_time: GivenTime | None = None
    stop_time: GivenTime | None = None
    retries: Attempts | None = None
    retry_interval: Seconds | None = None

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.start_time and self.stop_time and self.stop_time <= self.start_time:
            raise ValueError("stop_time must be after start_time")
        return self


@router.post("/{station}/firmware-updates", status_code=202, responses=_JOB)
async def update_firmware(
    office: AnOffice,
    request: Request,
    station: StationId,
    wish: UpdateWish,
    by: Operator,
    *,
    sending: HowSent,
) -> Response:
    """Have a station fetch and install firmware (OCPP 1.6 section 5.19)."""
    order = order_of(office, station, "UpdateFirmware", b"", sending=sending, by=by.name)
    retrieve_date = wish.retrieve_date or office.clock()
    location = wish.location
    if location is None:
        location = await asyncio.to_thread(
            firmware_location,
            office,
            request,
            wish.firmware_id or "",
            subject=order.call,
            by=by.name,
            since=retrieve_date,
            station=station,
        )
    return await _begun(office, order, update_payload(wish, location, retrieve_date), sending)


@router.post("/{station}/diagnostics", status_code=202, responses=_JOB)
async def get_diagnostics(
    office: AnOffice,
    request: Request,
    station: StationId,
    wish: DiagnosticsWish,
    by: Operator,
    *,
    sending: HowSent,
) -> Response:
    """Have a station upload its diagnostics (OCPP 1.6 section 5.9)."""
    order = order_of(office, station, "GetDiagnostics", b"", sending=sending, by=by.name)
    location = wish.location
    if location is None:
        location = await asyncio.to_thread(
            diagnostics_location, office, request, subject=order.call, by=by.name, station=station
        )
    return await _begun(office, order, diagnostics_payload(wish, location), sending)


def update_payload(wish: UpdateWish, location: str, retrieve_date: datetime) -> bytes:
    """The UpdateFirmware.req that is wished for."""
    request = UpdateFirmware.Request(
        location=location,
        retries=wish.retries,
        retrieveDate=retrieve_date,
        retryInterval=wish.retry_interval,
    )
    return reading.write(request)


def diagnostics_payload(wish: DiagnosticsWish, location: str) -> bytes:
    """The GetDiagnostics.req that is wished for."""
    request = GetDiagnostics.Request(
        location=location,
        retries=wish.retries,
        retryInterval=wish.retry_interval,
        startTime=wish.start_time,
        stopTime=wish.stop_time,
    )
    return reading.write(request)


async def _begun(office: Office, order: Order, payload: bytes, sending: Sending) -> Response:
    """The job as it stands once the call is queued, or over when that was waited for."""
    async with withdrawn(office, order.call):
        await place(office, replace(order, payload=payload), wait=sending.wait)
    job = Job.model_validate(await asyncio.to_thread(row_of, office, order.call))
    headers = {"Location": f"/api/v1/jobs/{job.id}"}
    return Response(job.model_dump_json(), 202, headers, media_type=_JSON)

"""What begins a job: new firmware for a station, diagnostics of it. Each is an ordinary call."""

import asyncio
from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from commands.api.access import Operator, viewing
from commands.api.beginning import JOB, Attempts, Location, Seconds, begun
from commands.api.hosting import Purpose, firmware_location, upload_location
from commands.api.office import AnOffice
from commands.api.placing import HowSent, order_of
from commands.api.shapes import GivenTime, Moment, StationId, Text
from domain.ocpp import reading
from domain.ocpp.v16.firmware_management.get_diagnostics import GetDiagnostics
from domain.ocpp.v16.firmware_management.update_firmware import UpdateFirmware

router = APIRouter(prefix="/api/v1/stations", tags=["jobs"], dependencies=[viewing])


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


@router.post("/{station}/firmware-updates", status_code=202, responses=JOB)
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
        purpose = Purpose(order.call, by.name, station, retrieve_date)
        location = await asyncio.to_thread(
            firmware_location, office, request, wish.firmware_id or "", purpose
        )
    return await begun(office, order, update_payload(wish, location, retrieve_date), sending)


@router.post("/{station}/diagnostics", status_code=202, responses=JOB)
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
        purpose = Purpose(order.call, by.name, station)
        location = await asyncio.to_thread(upload_location, office, request, purpose)
    return await begun(office, order, diagnostics_payload(wish, location), sending)


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

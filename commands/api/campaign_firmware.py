"""What a campaign of firmware sends: the payload that all its stations get."""

import asyncio
from typing import NamedTuple, Self
from urllib.parse import quote

from fastapi import Request
from pydantic import BaseModel, Field, StrictInt, model_validator

from commands.api.beginning import LONGEST, free_request_id
from commands.api.hosting import STATION, Purpose, firmware_location
from commands.api.locations import usable
from commands.api.office import Office
from commands.api.shapes import Moment, Text
from commands.api.signed_firmware import SignedFirmware, signed_payload, sourced
from domain.ocpp import reading
from domain.ocpp.v16.firmware_management.update_firmware import UpdateFirmware
from domain.ocpp.v16.types import LARGEST


class Firmware(BaseModel, extra="forbid"):
    """What UpdateFirmware is to say: an image that was uploaded, or a location of your own."""

    firmware_id: Text = Field("", max_length=255, description="an image that was uploaded")
    location: Text = Field(
        "", max_length=2000, description="a URL; {station} stands for the station's id"
    )
    retrieve_date: Moment | None = Field(None, description="left out: at once")
    retries: StrictInt | None = Field(None, ge=0, le=LARGEST)
    retry_interval: StrictInt | None = Field(None, ge=0, le=LARGEST, description="s")

    @model_validator(mode="after")
    def _is_one_image(self) -> Self:
        usable(self.location)
        if bool(self.firmware_id) == bool(self.location):
            raise ValueError("either firmware_id or location")
        return self


class Content(NamedTuple):
    """A payload for many stations, and what was found out about it."""

    action: str
    payload: bytes
    remark: str = ""


def widest(stations: tuple[str, ...]) -> str:
    """The station whose id takes the most room in a location."""
    return max(stations, key=lambda station: len(quote(station, safe="")))


async def unsigned(
    office: Office, request: Request, wish: Firmware, *, campaign: str, by: str
) -> Content:
    """By a URL for all of them from us, or from where it was said; raises Problem."""
    location = wish.location
    if not location:
        purpose = Purpose(campaign, by, since=wish.retrieve_date)
        location = await asyncio.to_thread(
            firmware_location, office, request, wish.firmware_id, purpose
        )
    record = UpdateFirmware.Request(
        location=location,
        retries=wish.retries,
        retrieveDate=wish.retrieve_date or office.clock(),
        retryInterval=wish.retry_interval,
    )
    return Content("UpdateFirmware", reading.write(record))


async def signed(
    office: Office,
    request: Request,
    wish: SignedFirmware,
    stations: tuple[str, ...],
    *,
    campaign: str,
    by: str,
) -> Content:
    """Likewise; all stations call it by one requestId. Raises Problem."""
    purpose = Purpose(campaign, by, since=wish.retrieve_date)
    longest = LONGEST - max(0, len(quote(widest(stations), safe="")) - len(STATION))
    source = await asyncio.to_thread(sourced, office, request, wish, purpose, longest=longest)
    number = await asyncio.to_thread(free_request_id, office)
    payload = signed_payload(wish, source, request_id=number, now=office.clock())
    return Content("SignedUpdateFirmware", payload, source.vouched.remark)

"""Signed firmware for a station: SignedUpdateFirmware of the security extension (use case L01)."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from commands.api.access import Operator, viewing
from commands.api.beginning import (
    JOB,
    LONGEST,
    Attempts,
    Seconds,
    ShortLocation,
    begun,
    free_request_id,
)
from commands.api.hosting import Purpose, find, firmware_location
from commands.api.office import AnOffice, Office
from commands.api.placing import HowSent, order_of
from commands.api.problems import Problem
from commands.api.shapes import Moment, StationId, Text
from commands.api.vouching import Certificate, Signature, Signed, Verify, Vouched, vouched
from domain.ocpp import reading
from domain.ocpp.v16.security.signed_update_firmware import Firmware, SignedUpdateFirmware
from projections import firmware_signatures
from projections.files import FIRMWARE

router = APIRouter(prefix="/api/v1/stations", tags=["jobs"], dependencies=[viewing])


class SignedFirmware(BaseModel, extra="forbid"):
    """An image here, or at somebody else's location, and what the station is to check it by."""

    firmware_id: Text | None = None
    location: ShortLocation | None = Field(None, description="ftp, ftps, http or https")
    signature: Signature | None = Field(None, description="base64; null: as stored with the image")
    signing_certificate: Certificate | None = Field(None, description="PEM; null: likewise")
    retrieve_date: Moment | None = Field(None, description="not before; null: at once")
    install_date: Moment | None = Field(None, description="not before; null: at once")
    retries: Attempts | None = None
    retry_interval: Seconds | None = None
    verify: Verify = True

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.firmware_id is None) == (self.location is None):
            raise ValueError("either firmware_id or location")
        if (self.signature is None) != (self.signing_certificate is None):
            raise ValueError("signature and signing_certificate belong together")
        if self.location and not self.signature:
            raise ValueError("a location needs a signature and a signing_certificate")
        return self

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.retrieve_date and self.install_date and self.install_date < self.retrieve_date:
            raise ValueError("install_date must not be before retrieve_date")
        return self


class Source(NamedTuple):
    """Where the image is, and what was found out about it."""

    location: str
    vouched: Vouched


@router.post("/{station}/signed-firmware-updates", status_code=202, responses=JOB)
async def update_signed_firmware(
    office: AnOffice,
    request: Request,
    station: StationId,
    wish: SignedFirmware,
    by: Operator,
    *,
    sending: HowSent,
) -> Response:
    """Have a station fetch, check and install firmware; what was found out before is `remark`."""
    order = order_of(office, station, "SignedUpdateFirmware", b"", sending=sending, by=by.name)
    purpose = Purpose(order.call, by.name, station, wish.retrieve_date)
    source = await asyncio.to_thread(sourced, office, request, wish, purpose)
    number = await asyncio.to_thread(free_request_id, office)
    payload = signed_payload(wish, source, request_id=number, now=office.clock())
    return await begun(office, replace(order, remark=source.vouched.remark), payload, sending)


def sourced(
    office: Office,
    request: Request,
    wish: SignedFirmware,
    purpose: Purpose,
    *,
    longest: int = LONGEST,
) -> Source:
    """What is known of the image, and the location to tell, of at most `longest` characters.

    Blocking. Raises Problem when there is no such image, or nothing to believe it by.
    """
    image = find(office, wish.firmware_id, FIRMWARE) if wish.firmware_id else None
    signed = _given(wish) if wish.signature or image is None else _stored(office, image.id)
    roots, now = office.hosting.firmware_roots, office.clock()
    found = vouched(signed, image, verify=wish.verify, roots=roots, now=now)
    location = wish.location or firmware_location(
        office, request, wish.firmware_id or "", purpose, longest=longest
    )
    return Source(location, found)


def signed_payload(
    wish: SignedFirmware, source: Source, *, request_id: int, now: datetime
) -> bytes:
    """The SignedUpdateFirmware.req that is wished for."""
    request = SignedUpdateFirmware.Request(
        retries=wish.retries,
        retryInterval=wish.retry_interval,
        requestId=request_id,
        firmware=Firmware(
            location=source.location,
            retrieveDateTime=wish.retrieve_date or now,
            installDateTime=wish.install_date,
            signingCertificate=source.vouched.certificate,
            signature=source.vouched.signature,
        ),
    )
    return reading.write(request)


def _given(wish: SignedFirmware) -> Signed:
    """What a wish that was validated says."""
    return Signed.model_construct(
        signature=wish.signature or "", signing_certificate=wish.signing_certificate or ""
    )


def _stored(office: Office, image: str) -> Signed:
    kept = office.database.read(firmware_signatures.find, image)
    if kept is None:
        detail = (
            f"the firmware {image} has no signature: give signature and signing_certificate, or"
            " store them with it"
        )
        raise Problem(422, detail, kind="unverified")
    return Signed.model_construct(signature=kept.signature, signing_certificate=kept.certificate)

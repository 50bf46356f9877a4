"""/api/v1/firmware/…/signature: whose word vouches for an image, kept beside it."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import Operator, viewing
from commands.api.hosting import find
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import Segment, Time
from commands.api.vouching import Signed, Verify, vouched
from projections import firmware_signatures
from projections.files import FIRMWARE
from projections.firmware_signatures import FirmwareSignature

router = APIRouter(prefix="/api/v1/firmware", tags=["files"], dependencies=[viewing])


class SignatureWish(Signed):
    """What is to be kept; it is verified now, and again before it is sent."""

    verify: Verify = True


class StoredSignature(BaseModel, from_attributes=True):
    """What is kept."""

    signature: str = Field(description="base64")
    signing_certificate: str = Field(validation_alias="certificate", description="PEM")
    remark: str = Field(description="what was found out when it was stored")
    stored_at: Time
    stored_by: str


@router.put("/{file}/signature")
async def sign_firmware(
    office: AnOffice, file: Segment, wish: SignatureWish, by: Operator
) -> StoredSignature:
    """Keep a signature and its certificate with an image, in the place of what was there."""
    kept = await asyncio.to_thread(_kept, office, file, wish, by=by.name)
    return StoredSignature.model_validate(kept)


@router.get("/{file}/signature")
def get_signature(office: AnOffice, file: Segment) -> StoredSignature:
    """What vouches for an image."""
    find(office, file, FIRMWARE)
    kept = office.database.read(firmware_signatures.find, file)
    if kept is None:
        raise Problem(404, f"the firmware {file} has no signature", kind="not-found")
    return StoredSignature.model_validate(kept)


def _kept(office: Office, file: str, wish: SignatureWish, *, by: str) -> FirmwareSignature:
    image = find(office, file, FIRMWARE)
    now, roots = office.clock(), office.hosting.firmware_roots
    found = vouched(wish, image, verify=wish.verify, roots=roots, now=now)
    signature = FirmwareSignature(
        file=file,
        signature=found.signature,
        certificate=found.certificate,
        remark=found.remark,
        stored_at=now,
        stored_by=by,
    )
    office.database.write(firmware_signatures.keep, signature, office.actor(by))
    return signature

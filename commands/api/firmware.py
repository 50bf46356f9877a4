"""/api/v1/firmware and /api/v1/diagnostics: the files that stations fetch and bring."""

import asyncio
from dataclasses import asdict
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from commands.api.access import Operator, viewing
from commands.api.files import base_name
from commands.api.hosting import Purpose, find, upload_location
from commands.api.job_shapes import Firmware, ReceivedFile
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.receiving import receive
from commands.api.sending import send
from commands.api.shapes import Cursor, Filter, Limit, Page, Segment, Text, after, page_of
from commands.files.store import Kept
from domain.model.operations import RecordAction
from projections import actions, files, firmware_signatures
from projections.files import DIAGNOSTICS, FIRMWARE, File

router = APIRouter(prefix="/api/v1", tags=["files"], dependencies=[viewing])

Name = Annotated[
    Text, Query(min_length=1, max_length=255, description="the last part of its location")
]
_CONTENT = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_IMAGE = {"requestBody": {"description": "the image; chunks are welcome", "content": _CONTENT}}


class UploadLocation(BaseModel):
    """A directory of ours; what stations bring there is listed by station."""

    location: str = Field(description="{station} in it stands for the id of each")


@router.post("/firmware", status_code=201, openapi_extra=_IMAGE)
async def add_firmware(office: AnOffice, request: Request, name: Name, by: Operator) -> Firmware:
    """Keep an image for stations to fetch."""
    called = base_name(name)
    if not called:
        raise Problem(422, "the name must be that of a file", kind="invalid")
    kept, _ = await receive(request, office.hosting.store)
    file = await asyncio.to_thread(_add, office, kept, called, by.name)
    return _shown(file, signed=False)


@router.get("/firmware")
def list_firmware(office: AnOffice, cursor: Cursor = "", limit: Limit = 100) -> Page[Firmware]:
    """The newest first."""
    rows = office.database.read(files.listed, kind=FIRMWARE, after=after(cursor), limit=limit + 1)
    signed = office.database.read(firmware_signatures.signed, [row.id for row in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: _shown(row, signed=row.id in signed),
        place=lambda row: row.id,
    )


@router.get("/firmware/{file}")
def get_firmware(office: AnOffice, file: Segment) -> Firmware:
    """An image."""
    found = find(office, file, FIRMWARE)
    signed = office.database.read(firmware_signatures.signed, [found.id])
    return _shown(found, signed=bool(signed))


@router.delete("/firmware/{file}", status_code=204)
def remove_firmware(office: AnOffice, file: Segment, by: Operator) -> None:
    """Destroy an image; stations that were told of it find it no more."""
    _remove(office, file, FIRMWARE, by.name)


@router.get("/diagnostics")
def list_diagnostics(
    office: AnOffice, station: Filter = "", cursor: Cursor = "", limit: Limit = 100
) -> Page[ReceivedFile]:
    """What stations have brought, the newest first."""
    rows = office.database.read(
        files.listed, kind=DIAGNOSTICS, station=station, after=after(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=ReceivedFile.model_validate, place=lambda row: row.id)


@router.post("/diagnostics/locations", status_code=201)
def add_location(office: AnOffice, request: Request, by: Operator) -> UploadLocation:
    """A location for a GetDiagnostics or GetLog to many stations, in a bulk call or a campaign."""
    purpose = Purpose(f"shared:{uuid4()}", by.name)
    return UploadLocation(location=upload_location(office, request, purpose))


@router.get(
    "/diagnostics/{file}",
    response_class=Response,
    responses={200: {"content": _CONTENT}, 206: {"content": _CONTENT}},
)
async def get_diagnostics_file(office: AnOffice, request: Request, file: Segment) -> Response:
    """The file itself, or a part of it."""
    found = await asyncio.to_thread(find, office, file, DIAGNOSTICS)
    try:
        return await send(request, office.hosting.store, found)
    except FileNotFoundError:
        raise Problem(404, f"the file {file} is not on this disk", kind="not-found") from None


@router.delete("/diagnostics/{file}", status_code=204)
def remove_diagnostics(office: AnOffice, file: Segment, by: Operator) -> None:
    """Destroy a file that a station brought."""
    _remove(office, file, DIAGNOSTICS, by.name)


def _shown(file: File, *, signed: bool) -> Firmware:
    return Firmware.model_validate(asdict(file) | {"signed": signed})


def _add(office: Office, kept: Kept, name: str, by: str) -> File:
    file = File(
        id=kept.id,
        kind=FIRMWARE,
        name=name,
        size=kept.size,
        sha256=kept.sha256,
        station="",
        subject="",
        created_at=office.clock(),
        created_by=by,
    )
    uploaded = RecordAction(action="UploadFirmware", subject=f"file:{file.id}", detail=name)
    office.database.write(actions.noted, office.actor(by), uploaded, files.add, file)
    return file


def _remove(office: Office, file: str, kind: str, by: str) -> None:
    removed = RecordAction(action="RemoveFile", subject=f"file:{file}", detail=kind)
    actor = office.actor(by)
    if not office.database.write(actions.noted, actor, removed, files.remove, file, kind=kind):
        find(office, file, kind)
    office.hosting.store.remove(file)

"""/files/…: where stations fetch firmware and bring diagnostics (OCPP 1.6 sections 5.9 and 5.19).

No bearer: the token in the path is the right. Whatever is wrong with a path is answered alike.
"""

import asyncio
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from commands.api.hosting import FOR_ALL
from commands.api.office import AnOffice, Office
from commands.api.receiving import receive
from commands.api.sending import send
from commands.api.shapes import decoded
from commands.files.store import Kept
from projections import files, stations
from projections.files import DIAGNOSTICS, DOWNLOAD, FIRMWARE, UPLOAD, File, Grant

router = APIRouter(include_in_schema=False)

_MOST_FILES = 50  # that a station brings for one job or campaign
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class _Asked:
    """A path with a right in it; `station` may be "" for downloads."""

    right: Grant
    station: str
    name: str


@router.api_route("/files/{path:path}", methods=["GET", "HEAD"])
async def download(office: AnOffice, request: Request, path: str) -> Response:
    """The file that the token is for, whatever the path calls it."""
    asked = await asyncio.to_thread(_asked, office, path, DOWNLOAD)
    if asked is None:
        return _nothing()
    file = await asyncio.to_thread(
        office.database.read, files.find, asked.right.file, kind=FIRMWARE
    )
    if file is None:
        return _nothing()
    try:
        return await send(request, office.hosting.store, file)
    except FileNotFoundError:
        return _nothing()


@router.api_route("/files/{path:path}", methods=["PUT", "POST"])
async def upload(office: AnOffice, request: Request, path: str) -> Response:
    """Keep a file for the job that the token is for; two of one name are two files."""
    asked = await asyncio.to_thread(_asked, office, path, UPLOAD)
    if asked is None:
        return _nothing()
    with office.hosting.uploads.one_of(f"{asked.right.token_sha256}/{asked.station}") as admitted:
        if not admitted:
            return _refused(429, "these are too many files at once", {"Retry-After": "10"})
        if await asyncio.to_thread(_is_full, office, asked):
            return _refused(403, "these are too many files")
        kept, name = await receive(request, office.hosting.store)
        file = _file(office, asked, kept, asked.name or base_name(name))
        if not await asyncio.to_thread(_register, office, file, asked.right):
            return _refused(403, "these are too many files")
    return Response(None, 201)


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{why}\n", status, headers, media_type="text/plain")


def _nothing() -> Response:
    """The same for every wrong path: it tells nothing."""
    return Response("not found\n", 404, media_type="text/plain")


def _asked(office: Office, path: str, kind: str) -> _Asked | None:
    """What a path means; None when it has no right in it. Blocking."""
    try:
        token, *rest = map(decoded, path.split("/"))
    except ValueError:
        return None
    right = office.database.read(files.right_of, token, at=office.clock())
    if right is None or right.kind != kind or len(rest) > 2:
        return None
    station, name = _whose(token, rest)
    if kind == UPLOAD and not _is_registered(office, station or right.station):
        return None
    if station and right.station and station != right.station:
        return None
    return _Asked(right, station or right.station, base_name(name))


def _whose(token: str, rest: list[str]) -> tuple[str, str]:
    """The station and the name in a path, "" for what it does not say."""
    if len(rest) == 2:
        return rest[0], rest[1]
    only = rest[0] if rest else ""
    return (only, "") if token.startswith(FOR_ALL) else ("", only)


def _is_registered(office: Office, station: str) -> bool:
    found = office.database.read(stations.find, station)
    return found is not None and found.registered


def base_name(name: str) -> str:
    """The last part of what may be a path, for people: on disk it is called otherwise."""
    last = PurePosixPath(name.replace("\\", "/")).name.lstrip(".")
    return "".join(letter for letter in last if letter.isprintable())[:_LONGEST_NAME]


def _file(office: Office, asked: _Asked, kept: Kept, name: str) -> File:
    return File(
        id=kept.id,
        kind=DIAGNOSTICS,
        name=name or f"diagnostics-{uuid4().hex[:8]}",
        size=kept.size,
        sha256=kept.sha256,
        station=asked.station,
        subject=asked.right.subject,
        created_at=office.clock(),
        created_by=asked.station,
    )


def _is_full(office: Office, asked: _Asked) -> bool:
    subject = asked.right.subject
    return office.database.read(files.brought, subject, asked.station) >= _MOST_FILES


def _register(office: Office, file: File, right: Grant) -> bool:
    """Whether there was room for one more. Blocking.

    Should the database fail, it may have it all the same: what nobody can find goes in time
    (`commands.files.tidying`).
    """
    if office.database.write(files.bring, file, right, most=_MOST_FILES):
        return True
    office.hosting.store.remove(file.id)
    return False

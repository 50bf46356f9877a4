"""Locations for stations: URLs of ours whose token is the right to fetch a file, or to bring one.

They follow in no way from what they lead to, expire, and only their hashes are kept (ADR 0015).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from fastapi import Request

from commands.api.office import Office
from commands.api.problems import Problem
from commands.desk import Declined
from domain.model.operations import RecordAction
from projections import actions, files
from projections.files import DIAGNOSTICS, DOWNLOAD, FIRMWARE, UPLOAD, File, Grant

_LONGEST = 2000  # characters of a location
_OPEN = 500  # from this status on it is not known what becomes of a wish
FOR_ALL = "all-"  # begins a token that many stations are told: it is no secret of one of them
STATION = "{station}"  # where a location for many stations wants the id of each


class Purpose(NamedTuple):
    """What a right is for."""

    subject: str  # a job, or a campaign
    by: str
    station: str = ""  # "": every registered one
    since: datetime | None = None  # when its life begins; None: now


def firmware_location(
    office: Office, request: Request, firmware: str, purpose: Purpose, *, longest: int = _LONGEST
) -> str:
    """Where a station can download an image; with `{station}` in it when it is for every one.

    Of a name that makes it longer than `longest` the end is there: no name leads anywhere.
    Blocking. Raises Problem when there is no such image.
    """
    image = find(office, firmware, FIRMWARE)
    token = _granted(office, purpose, kind=DOWNLOAD, file=image.id)
    directory = _directory(office, request, token, purpose.station)
    return directory + _fitting(image.name, longest - len(directory))


def upload_location(office: Office, request: Request, purpose: Purpose) -> str:
    """A directory where a station can upload; with `{station}` in it when it is for every one.

    That goes on record: no wish tells of it. Blocking.
    """
    token = _granted(office, purpose, kind=UPLOAD, file="")
    return _directory(office, request, token, purpose.station)


@asynccontextmanager
async def withdrawn(office: Office, subject: str) -> AsyncIterator[None]:
    """Take back the rights of a job or campaign that is refused: nobody was told of them.

    Where its fate is open they stay, until they expire.
    """
    try:
        yield
    except (Declined, Problem) as error:
        if not (isinstance(error, Problem) and error.status >= _OPEN):
            await asyncio.to_thread(office.database.write, files.revoke, subject)
        raise


def find(office: Office, file: str, kind: str) -> File:
    """A file of a kind; raises Problem when there is none."""
    found = office.database.read(files.find, file, kind=kind)
    if found is None:
        what = {FIRMWARE: "firmware", DIAGNOSTICS: "diagnostics file"}[kind]
        raise Problem(404, f"there is no {what} {file}", kind="not-found")
    return found


def _granted(office: Office, purpose: Purpose, *, kind: str, file: str) -> str:
    """A new token, of 256 bits."""
    token = ("" if purpose.station else FOR_ALL) + secrets.token_urlsafe(32)
    now = office.clock()
    right = Grant(
        token_sha256=files.hashed(token),
        kind=kind,
        file=file,
        subject=purpose.subject,
        station=purpose.station,
        created_at=now,
        created_by=purpose.by,
        expires_at=max(now, purpose.since or now) + office.hosting.keep,
    )
    if kind == UPLOAD and not purpose.station:
        shared = RecordAction(action="AddLocation", subject=purpose.subject)
        office.database.write(actions.noted, office.actor(purpose.by), shared, files.grant, right)
    else:
        office.database.write(files.grant, right)
    return token


def _directory(office: Office, request: Request, token: str, station: str) -> str:
    base = office.hosting.public_url or str(request.base_url)
    whose = "" if station else f"{STATION}/"
    return f"{base.rstrip('/')}/files/{token}/{whose}"


def _fitting(name: str, room: int) -> str:
    while name and len(quote(name, safe="")) > room:
        name = name[1:]
    return quote(name, safe="")

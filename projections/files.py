"""What the file store holds, and who may fetch or bring what: nothing here follows from facts.

A grant is a right that whoever holds its token has: to download one file, or to upload files about
one subject (a job, or a campaign). Of the token only the hash is kept.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, Engine, Index, and_, exists, func, or_, select

from projections import firmware_signatures
from projections.campaigns import CAMPAIGNS
from projections.engines import translated, writing
from projections.tables import among, fetch, table

FIRMWARE, DIAGNOSTICS = "firmware", "diagnostics"  # kinds of files
DOWNLOAD, UPLOAD = "download", "upload"  # kinds of grants


@dataclass(slots=True, kw_only=True)
class File:
    """A file; on disk it has its id for a name."""

    id: str
    kind: str
    name: str  # what people call it
    size: int  # bytes
    sha256: str  # hexadecimal
    station: str  # that uploaded it, "" for firmware
    subject: str  # the job or campaign it was uploaded for, "" for firmware
    created_at: datetime
    created_by: str


@dataclass(slots=True, kw_only=True)
class Grant:
    """A right to one file, or to bring files; `station` "" is for every registered one."""

    token_sha256: str  # hexadecimal
    kind: str
    file: str  # "" for uploads
    subject: str
    station: str
    created_at: datetime
    created_by: str
    expires_at: datetime


FILES = table(
    "files",
    File,
    Index("files_order", "kind", "created_at", "id"),
    Index("files_subject", "subject", "station"),
    key=["id"],
)
GRANTS = table("file_grants", Grant, Index("file_grants_file", "file"), key=["token_sha256"])


def hashed(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def add(connection: Connection, file: File) -> None:
    """Take a file into the register."""
    connection.execute(FILES.insert().values(_values(file)))


def find(connection: Connection, file: str, *, kind: str) -> File | None:
    """A file of a kind."""
    query = select(FILES).where(FILES.c.id == file, FILES.c.kind == kind)
    return next(iter(fetch(connection, query, File)), None)


def listed(
    connection: Connection, *, kind: str, station: str = "", after: str = "", limit: int = 100
) -> list[File]:
    """Files of a kind, the newest first, from the one after the file `after`."""
    query = select(FILES).where(FILES.c.kind == kind)
    if station:
        query = query.where(FILES.c.station == station)
    if after:
        last = select(FILES.c.created_at).where(FILES.c.id == after).scalar_subquery()
        older = FILES.c.created_at < last
        query = query.where(or_(older, and_(FILES.c.created_at == last, FILES.c.id < after)))
    order = query.order_by(FILES.c.created_at.desc(), FILES.c.id.desc())
    return fetch(connection, order.limit(limit), File)


def of_job(connection: Connection, job: str, *, campaign: str, station: str) -> list[File]:
    """What a station brought for a job, or for the campaign it is a part of; the oldest first."""
    mine = FILES.c.subject == job
    if campaign:
        mine = or_(mine, FILES.c.subject == campaign)
    query = select(FILES).where(mine, FILES.c.station == station)
    return fetch(connection, query.order_by(FILES.c.created_at, FILES.c.id), File)


def brought(connection: Connection, subject: str, station: str) -> int:
    """How many files a station has brought for a subject."""
    query = select(func.count()).where(FILES.c.subject == subject, FILES.c.station == station)
    return connection.scalar(query) or 0


def remove(connection: Connection, file: str, *, kind: str) -> bool:
    """Forget a file, every right to it, and its signature; whether there was one."""
    query = FILES.delete().where(FILES.c.id == file, FILES.c.kind == kind)
    if connection.execute(query).rowcount == 0:
        return False
    firmware_signatures.forget(connection, file)
    connection.execute(GRANTS.delete().where(GRANTS.c.file == file))
    return True


def grant(connection: Connection, right: Grant) -> None:
    """Give a right."""
    connection.execute(GRANTS.insert().values(_values(right)))


def revoke(connection: Connection, subject: str) -> None:
    """Take back every right of a job or campaign."""
    connection.execute(GRANTS.delete().where(GRANTS.c.subject == subject))


def right_of(connection: Connection, token: str, *, at: datetime) -> Grant | None:
    """The right that a token is; None when it is none, or none any more.

    What a campaign hands out is good as long as the campaign is not over.
    """
    good = or_(GRANTS.c.expires_at > at, _of_campaign(CAMPAIGNS.c.open))
    query = select(GRANTS).where(GRANTS.c.token_sha256 == hashed(token), good)
    return next(iter(fetch(connection, query, Grant)), None)


def bring(connection: Connection, file: File, right: Grant, *, most: int) -> bool:
    """Register what was brought by a right, unless its station has brought `most` for the subject.

    Those that come at once wait for each other: nobody else holds the right meanwhile.
    """
    mine = GRANTS.c.token_sha256 == right.token_sha256
    connection.execute(select(GRANTS.c.file).where(mine).with_for_update())
    if brought(connection, file.subject, file.station) >= most:
        return False
    add(connection, file)
    return True


def known(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these files are registered."""
    query = select(FILES.c.id).where(among(connection, FILES.c.id, ids))
    return set(connection.scalars(query))


class Rights:
    """The grants, to be swept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sweep(self, now: datetime) -> int:
        """Forget rights that have expired; how many went. Raises Unavailable.

        One for many stations to download must be seen to belong to a campaign that is over: rows
        of campaigns that are rebuilt are missing for a while.
        """
        for_many = and_(GRANTS.c.kind == DOWNLOAD, GRANTS.c.station == "")
        useless = or_(~for_many, _of_campaign(~CAMPAIGNS.c.open))
        with translated(), writing(self._engine) as connection:
            query = GRANTS.delete().where(GRANTS.c.expires_at <= now, useless)
            return connection.execute(query).rowcount


def _of_campaign(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(CAMPAIGNS.c.id == GRANTS.c.subject, which).correlate(GRANTS)


def _values(record: File | Grant) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}

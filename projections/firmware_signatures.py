"""Whose word vouches for images of the file store: a signature of each, and its certificate."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.model.operations import RecordAction
from projections import actions
from projections.actions import Actor
from projections.tables import among, fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class FirmwareSignature:
    """What a station checks an image by."""

    file: str
    signature: str  # base64, as it was given
    certificate: str  # PEM
    remark: str  # what was found out when it was stored
    stored_at: datetime
    stored_by: str


SIGNATURES = table("firmware_signatures", FirmwareSignature, key=["file"])


def keep(connection: Connection, signature: FirmwareSignature, actor: Actor) -> None:
    """In the place of the one before; who did that goes on record."""
    upsert(connection, SIGNATURES, [signature])
    subject, detail = f"firmware:{signature.file}", signature.remark
    action = RecordAction(action="SignFirmware", subject=subject, detail=detail)
    actions.note(connection, actor, action)


def find(connection: Connection, file: str) -> FirmwareSignature | None:
    """That of an image."""
    query = select(SIGNATURES).where(SIGNATURES.c.file == file)
    return next(iter(fetch(connection, query, FirmwareSignature)), None)


def signed(connection: Connection, files: Collection[str]) -> set[str]:
    """Which of these images have one."""
    query = select(SIGNATURES.c.file).where(among(connection, SIGNATURES.c.file, files))
    return set(connection.scalars(query))


def forget(connection: Connection, file: str) -> None:
    """The image goes."""
    connection.execute(SIGNATURES.delete().where(SIGNATURES.c.file == file))

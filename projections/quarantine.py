"""The read model of what was put aside for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, select

from domain.model.quarantine import Quarantine
from projections.readmodel import Appended, Noted, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class QuarantineRow(Row):
    """One thing put aside, and why; `frame` is the key of its journal row."""

    id: str
    station: str
    reason: str
    action: str
    message_id: str
    frame: str
    subject: str
    detail: str
    kept_at: datetime


QUARANTINE = table(
    "quarantine_v1",
    QuarantineRow,
    Index("quarantine_v1_order", "first_position"),
    Index("quarantine_v1_station", "station", "first_position"),
    key=["id"],
)


def _rows(noted: Noted) -> Iterator[QuarantineRow]:
    fact = noted.fact
    if isinstance(fact, Quarantine.Kept):
        yield QuarantineRow(
            first_position=noted.position,
            last_position=noted.position,
            id=fact.originator_id,
            station=fact.station,
            reason=fact.reason,
            action=fact.action,
            message_id=fact.message_id,
            frame=fact.frame,
            subject=fact.subject,
            detail=fact.detail,
            kept_at=fact.timestamp,
        )


MODEL = Appended("quarantine", QUARANTINE, topics=[Quarantine.Kept.TOPIC], rows=_rows)
VIEW = select(QUARANTINE)


def listed(
    connection: Connection, *, station: str = "", before: int = 0, limit: int = 100
) -> list[QuarantineRow]:
    """What was put aside, the newest first, of a `first_position` before `before` (0: any)."""
    query = VIEW.order_by(QUARANTINE.c.first_position.desc()).limit(limit)
    if before:
        query = query.where(QUARANTINE.c.first_position < before)
    if station:
        query = query.where(QUARANTINE.c.station == station)
    return fetch(connection, query, QuarantineRow)

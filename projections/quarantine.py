"""The read model of what was put aside for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, select

from domain.model.quarantine import Quarantine
from projections.readmodel import Appended, Noted, Row, row_of
from projections.tables import table


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
    """What was put aside, the newest first, from before the `first_position` `before`."""
    query = VIEW.order_by(QUARANTINE.c.first_position.desc()).limit(limit)
    if before:
        query = query.where(QUARANTINE.c.first_position < before)
    if station:
        query = query.where(QUARANTINE.c.station == station)
    return [row_of(QuarantineRow, each) for each in connection.execute(query).mappings()]

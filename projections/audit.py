"""The read model of what people did, or tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, select

from domain.model.audit import Audit
from projections.readmodel import Appended, Noted, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class AuditRow(Row):
    """An action of a person; `id` is that of the wish, and the key of its journal row."""

    id: str
    acted_at: datetime
    acted_by: str
    origin: str
    operation: str
    subject: str
    detail: str
    outcome: str
    reason: str


AUDIT = table(
    "audit_v1",
    AuditRow,
    Index("audit_v1_order", "first_position"),
    Index("audit_v1_by", "acted_by", "first_position"),
    Index("audit_v1_subject", "subject", "first_position"),
    key=["id"],
)


def _rows(noted: Noted) -> Iterator[AuditRow]:
    fact = noted.fact
    if isinstance(fact, Audit.Acted):
        yield AuditRow(
            first_position=noted.position,
            last_position=noted.position,
            id=fact.originator_id.removeprefix("audit:"),
            acted_at=fact.timestamp,
            acted_by=fact.by,
            origin=fact.origin,
            operation=fact.operation,
            subject=fact.subject,
            detail=fact.detail,
            outcome=fact.outcome,
            reason=fact.reason,
        )


MODEL = Appended("audit", AUDIT, topics=[Audit.Acted.TOPIC], rows=_rows)
VIEW = select(AUDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which actions are looked for; "" and None: any."""

    by: str = ""
    origin: str = ""
    subject: str = ""
    operation: str = ""
    outcome: str = ""
    since: datetime | None = None  # inclusive
    until: datetime | None = None  # exclusive


def listed(
    connection: Connection,
    wanted: Wanted,
    *,
    after: int = 0,
    before: int = 0,
    limit: int = 100,
    newest_first: bool = True,
) -> list[AuditRow]:
    """Actions in the order of the record, between two positions (0: any), both exclusive."""
    place = AUDIT.c.first_position
    query = VIEW.order_by(place.desc() if newest_first else place).where(place > after)
    if before:
        query = query.where(place < before)
    for column, value in (
        (AUDIT.c.acted_by, wanted.by),
        (AUDIT.c.origin, wanted.origin),
        (AUDIT.c.subject, wanted.subject),
        (AUDIT.c.operation, wanted.operation),
        (AUDIT.c.outcome, wanted.outcome),
    ):
        query = query.where(column == value) if value else query
    if wanted.since:
        query = query.where(AUDIT.c.acted_at >= wanted.since)
    if wanted.until:
        query = query.where(AUDIT.c.acted_at < wanted.until)
    return fetch(connection, query.limit(limit), AuditRow)

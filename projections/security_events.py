"""The read model of security events: what stations told, and what was refused to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, Select, select

from domain.model.security_log import SecurityLog
from projections.readmodel import Appended, Noted
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class SecurityEventRow:
    """One event. `occurred_at` is by the clock of its source."""

    position: int
    station: str
    source: str  # station, csms
    type: str
    severity: str  # critical, ordinary
    occurred_at: datetime
    received_at: datetime
    tech_info: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which events; "" and None for any. From `begin` on, to before `end`."""

    station: str = ""
    type: str = ""
    severity: str = ""
    source: str = ""
    begin: datetime | None = None
    end: datetime | None = None


SECURITY_EVENTS = table(
    "security_events_v1",
    SecurityEventRow,
    Index("security_events_v1_station", "station", "position"),
    Index("security_events_v1_severity", "severity", "position"),
    Index("security_events_v1_occurred", "occurred_at"),
    key=["position"],
)


def _rows(noted: Noted) -> Iterator[SecurityEventRow]:
    fact = noted.fact
    if isinstance(fact, SecurityLog.Recorded):
        yield SecurityEventRow(
            position=noted.position,
            station=fact.station,
            source=fact.source,
            type=fact.type,
            severity=fact.severity,
            occurred_at=fact.occurred_at,
            received_at=fact.timestamp,
            tech_info=fact.tech_info,
        )


MODEL = Appended(
    "security_events", SECURITY_EVENTS, topics=[SecurityLog.Recorded.TOPIC], rows=_rows
)
VIEW = select(SECURITY_EVENTS)


def listed(
    connection: Connection,
    choice: Choice,
    *,
    after: int = 0,
    before: int = 0,
    limit: int = 100,
    newest_first: bool = True,
) -> list[SecurityEventRow]:
    """Those between two positions, exclusive; 0: no bound."""
    place = SECURITY_EVENTS.c.position
    query = _chosen(choice).where(place > after)
    if before:
        query = query.where(place < before)
    order = place.desc() if newest_first else place
    return fetch(connection, query.order_by(order).limit(limit), SecurityEventRow)


def _chosen(choice: Choice) -> Select[tuple[object, ...]]:
    columns, query = SECURITY_EVENTS.c, VIEW
    for name in ("station", "type", "severity", "source"):
        if wanted := getattr(choice, name):
            query = query.where(columns[name] == wanted)
    if choice.begin is not None:
        query = query.where(columns.occurred_at >= choice.begin)
    if choice.end is not None:
        query = query.where(columns.occurred_at < choice.end)
    return query

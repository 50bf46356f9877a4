"""The read model of what was put aside for a person, and what was decided of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import ColumnElement, Connection, Index, Select, func, literal_column, select

from domain.model.aggregate import Fact
from domain.model.quarantine import Kind, Quarantine
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, partial_index, table

OPEN, RESOLVED = "open", "resolved"


@dataclass(slots=True, kw_only=True)
class QuarantineRow(Row):
    """One thing put aside, and why; `frame` is the key of its journal row.

    `first_position` is the number people know the case by. What it claims is what the station said.
    """

    id: str
    station: str = ""
    kind: str = ""
    reason: str = ""
    action: str = ""
    message_id: str = ""
    frame: str = ""
    subject: str = ""
    detail: str = ""
    transaction: int | None = None  # that it claims to be about
    connector: int | None = None
    id_tag: str = ""
    meter_wh: int | None = None
    happened_at: datetime | None = None  # the station's clock
    stop_reason: str = ""
    kept_at: datetime | None = None
    state: str = OPEN
    ruling: str = ""
    resolved_transaction: int | None = None  # that it was assigned to, or that was corrected
    note: str = ""
    decided_by: str = ""  # also who reopened it
    decided_at: datetime | None = None
    failures: int = 0  # how often it was decided again in vain
    failure: str = ""  # how the last time


QUARANTINE = table(
    "quarantine_v2",
    QuarantineRow,
    Index("quarantine_v2_order", "first_position"),
    Index("quarantine_v2_station", "station", "first_position"),
    partial_index("quarantine_v2_open", "kind", "first_position", where="state = 'open'"),
    key=["id"],
)
_OPEN: ColumnElement[str] = literal_column("'open'")  # in words, so that its index is taken


@singledispatch
def _effect(fact: Fact, row: QuarantineRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Quarantine.Kept, row: QuarantineRow) -> None:
    row.station, row.kind, row.reason = fact.station, fact.kind, fact.reason
    row.action, row.message_id, row.frame = fact.action, fact.message_id, fact.frame
    row.subject, row.detail, row.kept_at = fact.subject, fact.detail, fact.timestamp
    row.transaction, row.connector, row.id_tag = fact.transaction, fact.connector, fact.id_tag
    row.meter_wh, row.happened_at = fact.meter_wh, fact.happened_at
    row.stop_reason = fact.stop_reason


@_effect.register
def _(fact: Quarantine.Resolved, row: QuarantineRow) -> None:
    row.state, row.ruling, row.note = RESOLVED, fact.ruling, fact.note
    row.resolved_transaction = fact.transaction or None
    row.decided_by, row.decided_at = fact.by, fact.timestamp


@_effect.register
def _(fact: Quarantine.Reopened, row: QuarantineRow) -> None:
    row.state, row.ruling, row.note = OPEN, "", fact.note
    row.resolved_transaction = None
    row.decided_by, row.decided_at = fact.by, fact.timestamp


@_effect.register
def _(fact: Quarantine.FailedAgain, row: QuarantineRow) -> None:
    row.failures += 1
    row.failure = fact.detail


def _key(fact: Fact) -> Key:
    return (fact.originator_id,)


MODEL = Keyed("quarantine", QuarantineRow, QUARANTINE, key=_key, effect=_effect, version=2)
VIEW = select(QUARANTINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases are looked for; "" and None: any."""

    station: str = ""
    state: str = ""
    kind: str = ""
    transaction: int | None = None  # claimed, or assigned to


def listed(
    connection: Connection, wanted: Wanted | None = None, *, before: int = 0, limit: int = 100
) -> list[QuarantineRow]:
    """What was put aside, the newest first, of a `first_position` before `before` (0: any)."""
    query = _chosen(wanted or Wanted()).order_by(QUARANTINE.c.first_position.desc()).limit(limit)
    if before:
        query = query.where(QUARANTINE.c.first_position < before)
    return fetch(connection, query, QuarantineRow)


def find(connection: Connection, number: int) -> QuarantineRow | None:
    """The case of a number."""
    query = VIEW.where(QUARANTINE.c.first_position == number)
    return next(iter(fetch(connection, query, QuarantineRow)), None)


def counted(connection: Connection) -> Mapping[str, int]:
    """How many cases are open, by kind; those of none are named too."""
    query = (
        select(QUARANTINE.c.kind, func.count().label("cases"))
        .where(QUARANTINE.c.state == _OPEN)
        .group_by(QUARANTINE.c.kind)
    )
    found = {row.kind: row.cases for row in connection.execute(query)}
    return {kind.value: found.get(kind.value, 0) for kind in Kind}


def _chosen(wanted: Wanted) -> Select[tuple[object, ...]]:
    columns, query = QUARANTINE.c, VIEW
    for column, value in ((columns.station, wanted.station), (columns.kind, wanted.kind)):
        query = query.where(column == value) if value else query
    if wanted.state:
        state = _OPEN if wanted.state == OPEN else wanted.state
        query = query.where(columns.state == state)
    if wanted.transaction is not None:
        number = wanted.transaction
        query = query.where(
            (columns.transaction == number) | (columns.resolved_transaction == number)
        )
    return query

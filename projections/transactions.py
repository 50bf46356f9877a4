"""The read model of transactions: who charged where, how much, and how it ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import ColumnElement, Connection, Index, false, literal_column, or_, select

from domain.model.aggregate import Fact
from domain.model.meter import Meter
from domain.model.transaction import Transaction
from domain.model.values import folded
from projections.portions import Portion
from projections.readmodel import Key, Keyed, Row
from projections.tables import among, fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class TransactionRow(Row):
    """A transaction. `state`: open, closed (without the station, provisional), stopped (final).

    `energy_wh` grows with the readings until the end says it; None when the meter went backwards.
    `started_at` and `stopped_at` are the station's clock, the others are ours.
    """

    number: int
    station: str = ""
    connector: int = 0
    id_tag: str = ""  # as the station spelled it
    token: str = ""  # the id of the token: `id_tag` folded
    parent: str = ""
    standing: str = ""  # what the station was told of the token at the start
    expires_at: datetime | None = None  # what the station was told, too
    reservation: int | None = None
    state: str = ""
    meter_start_wh: int = 0
    meter_stop_wh: int | None = None
    last_meter_wh: int | None = None
    energy_wh: int | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    start_received_at: datetime | None = None
    stop_received_at: datetime | None = None
    duration_s: int | None = None  # by the station's clock; None when it went backwards
    stop_reason: str = ""
    stop_id_tag: str = ""
    closed_at: datetime | None = None
    closed_reason: str = ""
    closed_by: str = ""


TRANSACTIONS = table(
    "transactions_v1",
    TransactionRow,
    Index("transactions_v1_order", "first_position"),
    Index("transactions_v1_station", "station", "first_position"),
    Index("transactions_v1_token", "token", "first_position"),
    partial_index("transactions_v1_open", "first_position", where="state = 'open'"),
    key=["number"],
)
_LONGEST_NUMBER = 18  # digits that every database can compare
_OPEN: ColumnElement[str] = literal_column(
    "'open'"
)  # in words, not as a parameter: else its index is not taken


@singledispatch
def _effect(fact: Fact, row: TransactionRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Transaction.Started, row: TransactionRow) -> None:
    row.station, row.connector, row.id_tag = fact.station, fact.connector, fact.id_tag
    row.token = folded(fact.id_tag)
    row.state, row.meter_start_wh = "open", fact.meter_start_wh
    row.started_at, row.start_received_at = fact.started_at, fact.timestamp
    row.reservation = fact.reservation


@_effect.register
def _(fact: Transaction.Judged, row: TransactionRow) -> None:
    row.standing, row.parent, row.expires_at = fact.standing, fact.parent, fact.expires_at


@_effect.register
def _(fact: Transaction.Stopped, row: TransactionRow) -> None:
    row.state, row.meter_stop_wh = "stopped", fact.meter_stop_wh
    row.energy_wh, row.stop_reason = fact.energy_wh, fact.reason
    row.stopped_at, row.stop_received_at = fact.stopped_at, fact.timestamp
    row.stop_id_tag = fact.id_tag
    row.duration_s = _duration(row.started_at, fact.stopped_at)


@_effect.register
def _(fact: Transaction.Closed, row: TransactionRow) -> None:
    row.state, row.energy_wh = "closed", fact.energy_wh
    row.closed_at, row.closed_reason, row.closed_by = fact.timestamp, fact.reason, fact.by


@_effect.register
def _(fact: Transaction.Corrected, row: TransactionRow) -> None:
    is_final = fact.state == "stopped"
    row.state, row.energy_wh, row.stop_reason = fact.state, fact.energy_wh, ""
    row.meter_stop_wh, row.stopped_at, row.stop_id_tag = None, None, fact.id_tag
    row.stop_received_at, row.duration_s = None, None
    if is_final:
        row.meter_stop_wh, row.stopped_at = fact.meter_wh, fact.ended_at
        row.stop_received_at, row.stop_reason = fact.timestamp, fact.reason
        row.duration_s = _duration(row.started_at, fact.ended_at)
    else:
        row.closed_at, row.closed_reason, row.closed_by = fact.ended_at, fact.reason, fact.by


@_effect.register
def _(fact: Meter.Read, row: TransactionRow) -> None:
    if fact.register_wh is not None:
        row.last_meter_wh = fact.register_wh
        if row.state == "open":
            energy = fact.register_wh - row.meter_start_wh
            row.energy_wh = energy if energy >= 0 else None


def _duration(start: datetime | None, stop: datetime) -> int | None:
    seconds = int((stop - start).total_seconds()) if start else -1
    return seconds if seconds >= 0 else None


def _key(fact: Fact) -> Key | None:
    kind, _, number = fact.originator_id.rpartition(":")
    return (int(number),) if kind in {"transaction", "meter:transaction"} else None


MODEL = Keyed("transactions", TransactionRow, TRANSACTIONS, key=_key, effect=_effect)
VIEW = select(TRANSACTIONS)


def find(connection: Connection, number: int) -> TransactionRow | None:
    """A transaction."""
    return next(
        iter(fetch(connection, VIEW.where(TRANSACTIONS.c.number == number), TransactionRow)), None
    )


def those(connection: Connection, numbers: Collection[int]) -> list[TransactionRow]:
    """Transactions by their numbers, in no order."""
    query = VIEW.where(among(connection, TRANSACTIONS.c.number, numbers))
    return fetch(connection, query, TransactionRow)


def portion(connection: Connection, wanted: Portion) -> list[TransactionRow]:
    """Transactions in the order of their starts, by when we received those."""
    columns = TRANSACTIONS.c
    order = (columns.first_position, columns.number)
    query = wanted.of(
        VIEW, order=order, received=columns.start_received_at, station=columns.station
    )
    return fetch(connection, query, TransactionRow)


def listed(
    connection: Connection,
    *,
    station: str = "",
    id_tag: str = "",
    open: bool | None = None,
    search: str = "",
    begin: datetime | None = None,
    end: datetime | None = None,
    before: int = 0,
    limit: int = 100,
) -> list[TransactionRow]:
    """Transactions, the newest first, of a `first_position` before `before` (0: any).

    `search`: part of station or tag, or the number; started from `begin` to before `end`.
    """
    columns = TRANSACTIONS.c
    query = VIEW.order_by(columns.first_position.desc()).limit(limit)
    if before:
        query = query.where(columns.first_position < before)
    if station:
        query = query.where(columns.station == station)
    if id_tag:
        query = query.where(columns.token == folded(id_tag))
    if open is not None:
        query = query.where(columns.state == _OPEN if open else columns.state != _OPEN)
    if search:
        query = query.where(_found_by(search))
    if begin:
        query = query.where(columns.started_at >= begin)
    if end:
        query = query.where(columns.started_at < end)
    return fetch(connection, query, TransactionRow)


def _found_by(search: str) -> ColumnElement[bool]:
    columns = TRANSACTIONS.c
    is_number = search.isascii() and search.isdecimal() and len(search) <= _LONGEST_NUMBER
    return or_(
        columns.station.icontains(search, autoescape=True),
        columns.token.icontains(folded(search), autoescape=True),
        columns.number == int(search) if is_number else false(),
    )

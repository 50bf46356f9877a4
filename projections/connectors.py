"""The read model of connectors: the status each reported last, and who charges there."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, select, tuple_

from domain.model.aggregate import Fact
from domain.model.connector import Connector
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class ConnectorRow(Row):
    """A connector; number 0 is the station's own controller."""

    station: str
    number: int
    status: str = ""
    error_code: str = ""
    info: str = ""
    vendor_id: str = ""
    vendor_error_code: str = ""
    reported_at: datetime | None = None  # the station's clock
    received_at: datetime | None = None
    transaction: int | None = None  # the current one
    behind: str = ""  # others that are open here too, the last one next: numbers, by spaces


CONNECTORS = table("connectors_v2", ConnectorRow, key=["station", "number"])


@singledispatch
def _effect(fact: Fact, row: ConnectorRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(_fact: Connector.Appeared, _row: ConnectorRow) -> None:
    """It is there."""


@_effect.register
def _(fact: Connector.StatusReported, row: ConnectorRow) -> None:
    if fact.current:
        row.status, row.error_code, row.info = fact.status, fact.error_code, fact.info
        row.vendor_id, row.vendor_error_code = fact.vendor_id, fact.vendor_error_code
        row.reported_at, row.received_at = fact.reported_at, fact.timestamp


@_effect.register
def _(fact: Connector.Taken, row: ConnectorRow) -> None:
    """One that tells of the past goes behind all others, as in the aggregate."""
    open_ones = _open(row)
    open_ones.insert(len(open_ones) if fact.current else 0, fact.transaction)
    _keep(row, open_ones)


@_effect.register
def _(fact: Connector.Freed, row: ConnectorRow) -> None:
    _keep(row, [each for each in _open(row) if each != fact.transaction])


def _open(row: ConnectorRow) -> list[int]:
    """The transactions that are open, the current one last."""
    behind = [int(number) for number in row.behind.split()]
    return behind if row.transaction is None else [*behind, row.transaction]


def _keep(row: ConnectorRow, open_ones: list[int]) -> None:
    row.transaction = open_ones[-1] if open_ones else None
    row.behind = " ".join(map(str, open_ones[:-1]))


def _key(fact: Fact) -> Key:
    station, _, number = fact.originator_id.removeprefix("connector:").rpartition(":")
    return station, int(number)


MODEL = Keyed("connectors", ConnectorRow, CONNECTORS, key=_key, effect=_effect, version=2)
VIEW = select(CONNECTORS)


def find(connection: Connection, station: str, number: int) -> ConnectorRow | None:
    """A connector, None when nothing ever named it."""
    query = VIEW.where(CONNECTORS.c.station == station, CONNECTORS.c.number == number)
    return next(iter(fetch(connection, query, ConnectorRow)), None)


def listed(
    connection: Connection,
    *,
    station: str = "",
    status: str = "",
    after: tuple[str, int] | None = None,
    limit: int = 100,
) -> list[ConnectorRow]:
    """Connectors by station and number, those behind the station and number `after`."""
    columns = CONNECTORS.c
    place = tuple_(columns.station, columns.number)
    query = VIEW.order_by(columns.station, columns.number).limit(limit)
    if after:
        query = query.where(place > after)
    if station:
        query = query.where(columns.station == station)
    if status:
        query = query.where(columns.status == status)
    return fetch(connection, query, ConnectorRow)

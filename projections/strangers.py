"""The read model of stations that knocked and that nobody registered."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, func, select

from domain.model.aggregate import Fact
from domain.model.station import Station
from domain.model.stranger import Stranger
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class StrangerRow(Row):
    """A name that asked for a connection; `registered` once an operator has taken it in."""

    id: str
    first_knocked_at: datetime | None = None
    last_knocked_at: datetime | None = None
    knocks: int = 0
    protocol: str = ""  # what it offered, comma separated
    remote: str = ""
    registered: bool = False


STRANGERS = table("strangers_v1", StrangerRow, key=["id"])


@singledispatch
def _effect(fact: Fact, row: StrangerRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Stranger.Knocked, row: StrangerRow) -> None:
    row.first_knocked_at = row.first_knocked_at or fact.timestamp
    row.last_knocked_at = fact.timestamp
    row.knocks += 1
    row.protocol, row.remote = fact.protocol, fact.remote


@_effect.register
def _(_fact: Station.Registered, row: StrangerRow) -> None:
    row.registered = True


@_effect.register
def _(_fact: Station.Restored, row: StrangerRow) -> None:
    row.registered = True


@_effect.register
def _(_fact: Station.Removed, row: StrangerRow) -> None:
    row.registered = False


def _key(fact: Fact) -> Key:
    return (fact.originator_id.partition(":")[2],)


MODEL = Keyed("strangers", StrangerRow, STRANGERS, key=_key, effect=_effect)
_IS_UNKNOWN = ~STRANGERS.c.registered & (STRANGERS.c.knocks > 0)
VIEW = select(STRANGERS).where(_IS_UNKNOWN)


def listed(connection: Connection, *, after: str = "", limit: int = 100) -> list[StrangerRow]:
    """Those nobody has taken in, in order of their ids, from the one after `after`."""
    query = VIEW.where(STRANGERS.c.id > after).order_by(STRANGERS.c.id).limit(limit)
    return fetch(connection, query, StrangerRow)


def counted(connection: Connection) -> int:
    """How many there are."""
    query = select(func.count()).select_from(STRANGERS).where(_IS_UNKNOWN)
    return connection.scalar(query) or 0

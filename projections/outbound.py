"""The queue of calls to make: which call is next for each station that can take one."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, exists, or_, select

from domain.ports import Clock
from projections.calls import CALLS
from projections.progress import Trust
from projections.stations import STATIONS
from projections.tables import fetch

_EARLIER = CALLS.alias("earlier")


class Next(NamedTuple):
    """The oldest queued call of a station that is connected and has none in flight."""

    station: str
    connection: int
    node: str
    call: str
    action: str
    request: str
    timeout: int
    sealed: bool
    after: str


class Late(NamedTuple):
    """A call for which it is too late; `connection` is the last it was given to."""

    station: str
    call: str
    connection: int | None
    attempts: int


_BEFORE_IT = exists().where(
    _EARLIER.c.station == CALLS.c.station,
    _EARLIER.c.waiting,
    _EARLIER.c.first_position < CALLS.c.first_position,
)  # one that was sent is always the oldest that waits
_NEW_CONNECTION = or_(
    CALLS.c.connection.is_(None), CALLS.c.connection < STATIONS.c.connection
)  # a call that came back waits for the next one
_QUERY = (
    select(
        CALLS.c.station,
        STATIONS.c.connection,
        STATIONS.c.node,
        CALLS.c.id.label("call"),
        CALLS.c.action,
        CALLS.c.request,
        CALLS.c.timeout,
        CALLS.c.sealed,
        CALLS.c.after,
    )
    .join(STATIONS, STATIONS.c.id == CALLS.c.station)
    .where(CALLS.c.waiting, CALLS.c.status == "queued", STATIONS.c.online)
    .where(_NEW_CONNECTION, ~_BEFORE_IT)
    .order_by(CALLS.c.first_position)
)
_LATE = select(
    CALLS.c.station, CALLS.c.id.label("call"), CALLS.c.connection, CALLS.c.attempts
).outerjoin(STATIONS, STATIONS.c.id == CALLS.c.station)
_ONLINE_IN_TIME = and_(STATIONS.c.online, STATIONS.c.connected_at <= CALLS.c.expires_at)


def expired(connection: Connection, *, now: datetime) -> list[Late]:
    """Queued calls that came too late for their station."""
    query = _LATE.where(
        CALLS.c.waiting, CALLS.c.status == "queued", CALLS.c.expires_at <= now
    ).where(or_(STATIONS.c.id.is_(None), ~STATIONS.c.online, ~_ONLINE_IN_TIME))
    return fetch(connection, query, Late)


def unanswered(connection: Connection, *, before: datetime) -> list[Late]:
    """Sent calls overdue on a connection that has ended."""
    query = _LATE.where(
        CALLS.c.waiting, CALLS.c.status == "sent", CALLS.c.answer_due_at < before
    ).where(
        or_(
            STATIONS.c.id.is_(None),
            ~STATIONS.c.online,
            STATIONS.c.connection != CALLS.c.connection,
        )
    )
    return fetch(connection, query, Late)


class CallQueue:
    """What the dispatcher asks."""

    def __init__(self, engine: Engine, trust: Trust, clock: Clock) -> None:
        """`trust` is over the read models calls and stations."""
        self._engine, self._trust, self._clock = engine, trust, clock

    def next(self) -> list[Next] | None:
        """What can be sent now, one call per station; None while the rows cannot be trusted.

        The time to live of a call counts while its station is away.
        """
        query = _QUERY.where(or_(CALLS.c.expires_at > self._clock(), _ONLINE_IN_TIME))
        with self._engine.connect() as connection:
            return fetch(connection, query, Next) if self._trust.holds(connection) else None

    def forget(self) -> None:
        """Another process dispatches now."""
        self._trust.forget()

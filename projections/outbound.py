"""The queue of calls to make: which call is next for each station that can take one."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, or_, select

from projections.calls import CALLS
from projections.stations import STATIONS

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


_BEFORE_IT = exists().where(
    _EARLIER.c.station == CALLS.c.station,
    _EARLIER.c.waiting,
    or_(_EARLIER.c.status == "sent", _EARLIER.c.first_position < CALLS.c.first_position),
)
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
    )
    .join(STATIONS, STATIONS.c.id == CALLS.c.station)
    .where(CALLS.c.waiting, CALLS.c.status == "queued", STATIONS.c.online)
    .where(_NEW_CONNECTION, ~_BEFORE_IT)
    .order_by(CALLS.c.first_position)
)
_ONLINE_IN_TIME = and_(STATIONS.c.online, STATIONS.c.connected_at <= CALLS.c.expires_at)


def due(connection: Connection, *, now: datetime) -> list[Next]:
    """What can be sent now; the time to live of a call counts while its station is away."""
    query = _QUERY.where(or_(CALLS.c.expires_at > now, _ONLINE_IN_TIME))
    return [Next(**found) for found in connection.execute(query).mappings()]


def expired(connection: Connection, *, now: datetime) -> list[tuple[str, str]]:
    """Queued calls, as (station, call), whose time to live passed before the station was there."""
    query = (
        select(CALLS.c.station, CALLS.c.id)
        .outerjoin(STATIONS, STATIONS.c.id == CALLS.c.station)
        .where(CALLS.c.waiting, CALLS.c.status == "queued", CALLS.c.expires_at <= now)
        .where(or_(STATIONS.c.id.is_(None), ~STATIONS.c.online, ~_ONLINE_IN_TIME))
    )
    return [(station, call) for station, call in connection.execute(query)]


def unanswered(connection: Connection, *, before: datetime) -> list[tuple[str, int, str]]:
    """Sent calls, as (station, connection, call), due before an instant on a connection that ended."""
    query = (
        select(CALLS.c.station, CALLS.c.connection, CALLS.c.id)
        .outerjoin(STATIONS, STATIONS.c.id == CALLS.c.station)
        .where(CALLS.c.waiting, CALLS.c.status == "sent", CALLS.c.answer_due_at < before)
        .where(
            or_(
                STATIONS.c.id.is_(None),
                ~STATIONS.c.online,
                STATIONS.c.connection != CALLS.c.connection,
            )
        )
    )
    return [(station, number, call) for station, number, call in connection.execute(query)]

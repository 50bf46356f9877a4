"""What may be due, source by source: rows that show what time has overtaken."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain import wire
from projections import calls, outbound, stations
from projections.readmodel import ReadModel

_GRACE = timedelta(seconds=30)

Told = tuple[str, wire.Inbound]  # what names the occasion, and the record that tells of it
Source = Callable[[Connection, datetime], Iterator[Told]]


def expired_calls(connection: Connection, now: datetime) -> Iterator[Told]:
    """A call that came back is another occasion: the journal takes an id only once."""
    for late in outbound.expired(connection, now=now):
        id = f"expire:{late.call}:{late.attempts}"
        yield id, wire.Due(id=id, key=late.station, name="expire_call", subject=late.call, at=now)


def unanswered_calls(connection: Connection, now: datetime) -> Iterator[Told]:
    """Their gateway would have told, had it lived."""
    for late in outbound.unanswered(connection, before=now - _GRACE):
        lost = wire.TimedOut(
            station=late.station,
            connection=late.connection or 0,
            call=late.call,
            reason="connection lost",
            at=now,
        )
        yield f"time_out:{late.call}:{late.connection}", lost


SOURCES: tuple[Source, ...] = (expired_calls, unanswered_calls)
WATCHED: tuple[ReadModel, ...] = (calls.MODEL, stations.MODEL)  # that the sources look at

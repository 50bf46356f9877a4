"""What may be due, source by source: rows that show what time has overtaken."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from domain import wire
from projections import (
    actions,
    audit,
    calls,
    campaign_members,
    campaigns,
    jobs,
    outbound,
    reservations,
    stations,
)
from projections.errands import errands
from projections.readmodel import ReadModel

_GRACE = timedelta(seconds=30)

Told = tuple[str, wire.Inbound]  # what names the occasion, and the record that tells of it


class Source(NamedTuple):
    """Where what is due is found; while one of its `models` is rebuilt it finds nothing."""

    find: Callable[[Connection, datetime], Iterator[Told]]
    models: tuple[ReadModel, ...]  # whose rows it looks at


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


def expired_reservations(connection: Connection, now: datetime) -> Iterator[Told]:
    """Each call that made one stand is an occasion of its own, should its number stand again."""
    for over in reservations.overdue(connection, now=now):
        until = over.expires_at.isoformat() if over.expires_at else ""
        id = f"expire_reservation:{over.station}:{over.number}:{until}:{over.reserve_call}"
        name, subject = "expire_reservation", str(over.number)
        yield id, wire.Due(id=id, key=over.station, name=name, subject=subject, at=now)


_CALLING = (calls.MODEL, stations.MODEL)
SOURCES = (
    Source(expired_calls, _CALLING),
    Source(unanswered_calls, _CALLING),
    Source(expired_reservations, (reservations.MODEL,)),
    Source(errands, (campaigns.MODEL, campaign_members.MODEL, calls.MODEL, jobs.MODEL)),
    Source(actions.untold, (audit.MODEL,)),
)

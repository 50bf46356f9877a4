"""The read model of calls to stations: the outbound queue, and what came of each call."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch

import orjson
from sqlalchemy import Connection, Index, select

from domain.model.aggregate import Fact
from domain.model.call import Call
from domain.model.station import Station
from domain.ocpp import times
from projections.readmodel import Key, Keyed, Row
from projections.tables import among, fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class CallRow(Row):
    """A call. Those of a station go out in order of `first_position`.

    `status`: queued, sent, answered, refused, timed_out, expired, cancelled or rejected.
    """

    id: str
    station: str = ""
    protocol: str = ""
    action: str = ""
    status: str = ""
    waiting: bool = False  # queued or sent
    request: str = ""  # JSON, secrets masked
    response: str | None = None  # JSON, secrets masked
    deviations: str = ""
    error_code: str = ""
    error_description: str = ""
    error_details: str = ""
    reason: str = ""  # of the last return or the time-out
    requested_at: datetime | None = None
    requested_by: str = ""
    cancelled_by: str = ""
    expires_at: datetime | None = None  # not before requested_at
    timeout: int = 0  # s
    sealed: bool = False
    campaign: str = ""  # whose part it is
    connection: int | None = None  # the last it was given to
    attempts: int = 0  # connections it was given to and came back from
    sent_at: datetime | None = None
    answer_due_at: datetime | None = None
    answered_at: datetime | None = None  # also when it was refused
    done_at: datetime | None = None
    late_response: str | None = None
    late_at: datetime | None = None
    triggered: str = "[]"  # JSON: what a TriggerMessage led to, {message_id, action, connector, at}
    after: str = ""  # the station's message whose answer must be written first


CALLS = table(
    "calls_v3",
    CallRow,
    partial_index("calls_v3_waiting", "station", "first_position", where="waiting"),
    Index("calls_v3_station", "station", "first_position"),
    Index("calls_v3_order", "first_position"),
    key=["id"],
)


@singledispatch
def _effect(fact: Fact, row: CallRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Call.Requested, row: CallRow) -> None:
    row.station, row.protocol, row.action = fact.station, fact.protocol, fact.action
    row.status, row.waiting = "queued", True
    row.request, row.sealed = fact.payload, fact.sealed
    row.requested_at, row.requested_by = fact.timestamp, fact.by
    row.expires_at = max(fact.expires_at, fact.timestamp)
    row.timeout, row.campaign, row.after = fact.timeout, fact.campaign, fact.after


@_effect.register
def _(fact: Call.Sent, row: CallRow) -> None:
    row.status, row.connection, row.sent_at = "sent", fact.connection, fact.timestamp
    row.answer_due_at = fact.timestamp + timedelta(seconds=row.timeout)


@_effect.register
def _(fact: Call.Returned, row: CallRow) -> None:
    row.status, row.reason = "queued", fact.reason
    row.attempts += 1
    row.connection = max(row.connection or 0, fact.connection)


@_effect.register
def _(fact: Call.Answered, row: CallRow) -> None:
    row.response, row.deviations = fact.response, fact.deviations
    row.answered_at = fact.timestamp
    _done(row, "answered", fact.timestamp)


@_effect.register
def _(fact: Call.Refused, row: CallRow) -> None:
    row.error_code, row.error_description = fact.code, fact.description
    row.error_details = fact.details
    row.answered_at = fact.timestamp
    _done(row, "refused", fact.timestamp)


@_effect.register
def _(fact: Call.TimedOut, row: CallRow) -> None:
    row.reason = fact.reason
    _done(row, "timed_out", fact.timestamp)


@_effect.register
def _(fact: Call.AnsweredLate, row: CallRow) -> None:
    row.late_response, row.late_at = fact.response, fact.timestamp


@_effect.register
def _(fact: Call.Expired, row: CallRow) -> None:
    _done(row, "expired", fact.timestamp)


@_effect.register
def _(fact: Call.Rejected, row: CallRow) -> None:
    row.reason = fact.reason
    _done(row, "rejected", fact.timestamp)


@_effect.register
def _(fact: Call.Cancelled, row: CallRow) -> None:
    row.cancelled_by = fact.by
    _done(row, "cancelled", fact.timestamp)


@_effect.register
def _(fact: Station.Triggered, row: CallRow) -> None:
    message = {
        "message_id": fact.message_id,
        "action": fact.action,
        "connector": fact.connector,
        "at": times.write(fact.timestamp),
    }
    row.triggered = orjson.dumps([*orjson.loads(row.triggered), message]).decode()


def _done(row: CallRow, status: str, at: datetime) -> None:
    row.status, row.waiting, row.done_at = status, False, at


def _key(fact: Fact) -> Key:
    if isinstance(fact, Station.Triggered):
        return (fact.call,)
    return (fact.originator_id.removeprefix("call:"),)


MODEL = Keyed("calls", CallRow, CALLS, key=_key, effect=_effect, version=3)
VIEW = select(CALLS)


def find(connection: Connection, call: str) -> CallRow | None:
    """A call."""
    return next(iter(fetch(connection, VIEW.where(CALLS.c.id == call), CallRow)), None)


def listed(
    connection: Connection,
    *,
    station: str = "",
    status: str = "",
    action: str = "",
    before: int = 0,
    limit: int = 100,
) -> list[CallRow]:
    """Calls, the newest first, of a `first_position` before `before` (0: any)."""
    query = VIEW.order_by(CALLS.c.first_position.desc()).limit(limit)
    if before:
        query = query.where(CALLS.c.first_position < before)
    if station:
        query = query.where(CALLS.c.station == station)
    if status:
        query = query.where(CALLS.c.status == status)
    if action:
        query = query.where(CALLS.c.action == action)
    return fetch(connection, query, CallRow)


def over(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these calls nothing more is to come of."""
    query = select(CALLS.c.id).where(among(connection, CALLS.c.id, ids), ~CALLS.c.waiting)
    return set(connection.scalars(query))


def among_ids(connection: Connection, ids: Collection[str]) -> dict[str, CallRow]:
    """These calls, by id."""
    if not ids:
        return {}
    query = VIEW.where(among(connection, CALLS.c.id, ids))
    return {row.id: row for row in fetch(connection, query, CallRow)}

"""The read model of reservations: what was asked of a station, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, Index, case, func, or_, select

from domain.model.aggregate import Fact
from domain.model.reservation import Reservation
from domain.model.values import folded
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class ReservationRow(Row):
    """A reservation, as it stands or ended last.

    `status`: requested; accepted or unanswered (it may stand); occupied, faulted, unavailable,
    rejected or failed; used, cancelled, expired or ended. The terms are those of `reserve_call`;
    `last_call` is a newer one while the station has not accepted it.
    """

    station: str
    number: int
    status: str = ""
    held: bool = False  # accepted or unanswered
    connector: int = 0  # 0: any
    id_tag: str = ""
    token: str = ""  # the id of the token: `id_tag` folded
    parent: str = ""
    expires_at: datetime | None = None
    reserve_call: str = ""
    last_call: str = ""
    last_status: str = ""  # what came of that: requested, accepted, unanswered, faulted, ...
    requested_at: datetime | None = None  # by the last call
    requested_by: str = ""
    answered_at: datetime | None = None
    cancel_call: str = ""
    cancel_status: str = ""  # requested, accepted, rejected, or how the call failed
    cancel_by: str = ""
    transaction: int | None = None
    used_by: str = ""  # the token that it was used with
    ended_at: datetime | None = None
    reason: str = ""  # why it failed or ended

    @property
    def alive(self) -> bool:
        """Whether it stands, or may stand once it is answered."""
        return self.held or self.status == "requested"


RESERVATIONS = table(
    "reservations_v1",
    ReservationRow,
    partial_index("reservations_v1_held", "expires_at", where="held"),
    Index("reservations_v1_order", "first_position"),
    Index("reservations_v1_number", "number"),
    key=["station", "number"],
)

_Terms = Reservation.Requested | Reservation.Accepted | Reservation.Unanswered


@singledispatch
def _effect(fact: Fact, row: ReservationRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Reservation.Requested, row: ReservationRow) -> None:
    row.last_call, row.requested_at, row.requested_by = fact.call, fact.timestamp, fact.by
    row.last_status = "requested"
    if not row.held:
        _begin(row, "requested", fact)


@_effect.register
def _(fact: Reservation.Accepted, row: ReservationRow) -> None:
    _begin(row, "accepted", fact)
    row.answered_at = fact.timestamp
    _tell("accepted", fact.call, row)


@_effect.register
def _(fact: Reservation.Unanswered, row: ReservationRow) -> None:
    if row.status != "accepted":
        _begin(row, "unanswered", fact)
    _tell("unanswered", fact.call, row)


@_effect.register
def _(fact: Reservation.Declined, row: ReservationRow) -> None:
    if _waits_for(fact.call, row):
        row.status, row.held, row.answered_at = fact.answer.lower(), False, fact.timestamp
        row.reason = fact.reason
    _tell(fact.answer.lower(), fact.call, row)


@_effect.register
def _(fact: Reservation.Failed, row: ReservationRow) -> None:
    if _waits_for(fact.call, row):
        row.status, row.held, row.reason = "failed", False, fact.reason
    _tell("failed", fact.call, row)


@_effect.register
def _(fact: Reservation.CancelRequested, row: ReservationRow) -> None:
    row.cancel_call, row.cancel_by, row.cancel_status = fact.call, fact.by, "requested"


@_effect.register
def _(fact: Reservation.CancelAnswered, row: ReservationRow) -> None:
    if fact.call == row.cancel_call:
        row.cancel_status = fact.answer.lower()


@_effect.register
def _(fact: Reservation.CancelFailed, row: ReservationRow) -> None:
    if fact.call == row.cancel_call:
        row.cancel_status = fact.reason


@_effect.register
def _(fact: Reservation.Used, row: ReservationRow) -> None:
    row.transaction, row.used_by = fact.transaction, fact.id_tag
    _end(row, "used", fact.timestamp)


@_effect.register
def _(fact: Reservation.Cancelled, row: ReservationRow) -> None:
    _end(row, "cancelled", fact.timestamp)


@_effect.register
def _(fact: Reservation.Expired, row: ReservationRow) -> None:
    _end(row, "expired", fact.timestamp)


@_effect.register
def _(fact: Reservation.Ended, row: ReservationRow) -> None:
    _end(row, "ended", fact.timestamp, fact.reason)


def _begin(row: ReservationRow, status: str, fact: _Terms) -> None:
    """What is told of an earlier life of the number is over; the cancelling of this one is not."""
    if not (row.held or row.status == "requested"):
        row.cancel_call, row.cancel_status, row.cancel_by = "", "", ""
    row.status, row.held = status, status != "requested"
    row.reserve_call, row.connector, row.expires_at = fact.call, fact.connector, fact.expires_at
    row.id_tag, row.token, row.parent = fact.id_tag, folded(fact.id_tag), fact.parent
    row.answered_at, row.ended_at, row.reason = None, None, ""
    row.transaction, row.used_by = None, ""


def _waits_for(call: str, row: ReservationRow) -> bool:
    return call == row.reserve_call and row.status in {"requested", "unanswered"}


def _tell(status: str, call: str, row: ReservationRow) -> None:
    """What came of the newest wish, whose terms may not be those that stand."""
    if call == row.last_call:
        row.last_status = status


def _end(row: ReservationRow, status: str, at: datetime, reason: str = "") -> None:
    row.status, row.held, row.ended_at, row.reason = status, False, at, reason


def _key(fact: Fact) -> Key:
    station, _, number = fact.originator_id.removeprefix("reservation:").rpartition(":")
    return station, int(number)


MODEL = Keyed("reservations", ReservationRow, RESERVATIONS, key=_key, effect=_effect)
VIEW = select(RESERVATIONS)


def find(connection: Connection, number: int, *, station: str) -> ReservationRow | None:
    """A reservation of a station."""
    columns = RESERVATIONS.c
    query = VIEW.where(columns.number == number, columns.station == station)
    return next(iter(fetch(connection, query, ReservationRow)), None)


def of_number(connection: Connection, number: int, *, limit: int) -> list[ReservationRow]:
    """Those of this number at any station: first what stands or is asked for, then by station."""
    columns = RESERVATIONS.c
    alive = or_(columns.held, columns.status == "requested")
    query = VIEW.where(columns.number == number).limit(limit)
    query = query.order_by(case((alive, 0), else_=1), columns.station)
    return fetch(connection, query, ReservationRow)


def listed(
    connection: Connection,
    *,
    station: str = "",
    connector: int | None = None,
    status: str = "",
    id_tag: str = "",
    begin: datetime | None = None,
    end: datetime | None = None,
    before: int = 0,
    limit: int = 100,
) -> list[ReservationRow]:
    """Reservations, the newest first, of a `first_position` before `before` (0: any).

    Those that were asked for before `end`, and had neither ended nor expired by `begin`.
    """
    columns = RESERVATIONS.c
    query = VIEW.order_by(columns.first_position.desc()).limit(limit)
    if before:
        query = query.where(columns.first_position < before)
    if station:
        query = query.where(columns.station == station)
    if connector is not None:
        query = query.where(columns.connector == connector)
    if status:
        query = query.where(columns.status == status)
    if id_tag:
        query = query.where(columns.token == folded(id_tag))
    if begin:
        query = query.where(func.coalesce(columns.ended_at, columns.expires_at) > begin)
    if end:
        query = query.where(columns.requested_at < end)
    return fetch(connection, query, ReservationRow)


def overdue(connection: Connection, *, now: datetime) -> list[ReservationRow]:
    """Those that stand although their time has come."""
    columns = RESERVATIONS.c
    query = VIEW.where(columns.held, columns.expires_at <= now)
    return fetch(connection, query, ReservationRow)

"""The read model of certificate signing requests: what stations asked for, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, Index, func, select

from domain.model.aggregate import Fact
from domain.model.enrolment import Enrolment
from domain.model.signing_request import State
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, partial_index, table

_OPEN = frozenset({State.PENDING, State.APPROVED})


@dataclass(slots=True, kw_only=True)
class RequestRow(Row):
    """A request; `state` as in `domain.model.signing_request`. Times are ours."""

    id: str
    station: str = ""
    state: str = ""
    waiting: bool = False  # somebody is to decide, or the authority to sign
    reason: str = ""  # why it was rejected, declined, refused, has failed or was not delivered
    csr: str = ""  # PEM; "" when it could not be read
    common_name: str = ""  # as the station wants it; the certificate may say something else
    organisation: str = ""
    key: str = ""  # e.g. EC-secp256r1
    message_id: str = ""  # of the SignCertificate
    trigger: str = ""  # the call that asked for it, "" when the station came by itself
    requested_at: datetime | None = None
    decided_at: datetime | None = None  # approved or declined
    decided_by: str = ""
    certificate: str = ""  # fingerprint
    signed_at: datetime | None = None
    call: str = ""  # the last CertificateSigned
    changed_at: datetime | None = None


REQUESTS = table(
    "certificate_requests_v1",
    RequestRow,
    partial_index("certificate_requests_v1_waiting", "first_position", where="waiting"),
    Index("certificate_requests_v1_order", "first_position"),
    Index("certificate_requests_v1_station", "station", "first_position"),
    key=["id"],
)


@singledispatch
def _effect(fact: Fact, row: RequestRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Enrolment.Requested, row: RequestRow) -> None:
    _begin(row, fact)
    row.csr, row.key = fact.csr, fact.key
    row.common_name, row.organisation = fact.common_name, fact.organisation
    _move(row, State.PENDING, fact.timestamp)


@_effect.register
def _(fact: Enrolment.Rejected, row: RequestRow) -> None:
    _begin(row, fact)
    _move(row, State.REJECTED, fact.timestamp, fact.reason)


@_effect.register
def _(fact: Enrolment.Approved, row: RequestRow) -> None:
    row.decided_by, row.decided_at = fact.by, fact.timestamp
    _move(row, State.APPROVED, fact.timestamp)


@_effect.register
def _(fact: Enrolment.Declined, row: RequestRow) -> None:
    row.decided_by, row.decided_at = fact.by, fact.timestamp
    _move(row, State.DECLINED, fact.timestamp, fact.reason)


@_effect.register
def _(fact: Enrolment.Failed, row: RequestRow) -> None:
    _move(row, State.FAILED, fact.timestamp, fact.reason)


@_effect.register
def _(fact: Enrolment.Superseded, row: RequestRow) -> None:
    _move(row, State.SUPERSEDED, fact.timestamp)


@_effect.register
def _(fact: Enrolment.Signed, row: RequestRow) -> None:
    row.certificate, row.signed_at = fact.certificate, fact.timestamp
    _move(row, State.SIGNED, fact.timestamp)


@_effect.register
def _(fact: Enrolment.Offered, row: RequestRow) -> None:
    row.call = fact.call
    _move(row, State.SIGNED, fact.timestamp)


@_effect.register
def _(fact: Enrolment.Delivered, row: RequestRow) -> None:
    row.call = fact.call
    _move(row, State.DELIVERED, fact.timestamp)


@_effect.register
def _(fact: Enrolment.Refused, row: RequestRow) -> None:
    row.call = fact.call
    _move(row, State.REFUSED, fact.timestamp, fact.reason)


@_effect.register
def _(fact: Enrolment.Undelivered, row: RequestRow) -> None:
    row.call = fact.call
    _move(row, State.UNDELIVERED, fact.timestamp, fact.reason)


def _begin(row: RequestRow, fact: Enrolment.Requested | Enrolment.Rejected) -> None:
    row.station = fact.originator_id.removeprefix("enrolment:")
    row.message_id, row.trigger = fact.message, fact.trigger
    row.requested_at = fact.timestamp


def _move(row: RequestRow, state: State, at: datetime, reason: str = "") -> None:
    row.state, row.waiting, row.reason = state.value, state in _OPEN, reason
    row.changed_at = at


def _key(fact: Fact) -> Key | None:
    request = getattr(fact, "request", "")
    return (request,) if request else None


MODEL = Keyed("certificate_requests", RequestRow, REQUESTS, key=_key, effect=_effect)
VIEW = select(REQUESTS)


def find(connection: Connection, request: str) -> RequestRow | None:
    """A request."""
    return next(iter(fetch(connection, VIEW.where(REQUESTS.c.id == request), RequestRow)), None)


def listed(
    connection: Connection,
    *,
    station: str = "",
    state: str = "",
    before: int = 0,
    limit: int = 100,
) -> list[RequestRow]:
    """Requests, the newest first, of a `first_position` before `before` (0: any)."""
    query = VIEW.order_by(REQUESTS.c.first_position.desc()).limit(limit)
    if before:
        query = query.where(REQUESTS.c.first_position < before)
    if station:
        query = query.where(REQUESTS.c.station == station)
    if state:
        query = query.where(REQUESTS.c.state == state)
    return fetch(connection, query, RequestRow)


def counted(connection: Connection) -> dict[str, int]:
    """How many there are in each state."""
    query = select(REQUESTS.c.state, func.count().label("found")).group_by(REQUESTS.c.state)
    return {row.state: row.found for row in connection.execute(query)}

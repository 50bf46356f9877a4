"""The read model of the certificates that stations show: issued, delivered, in use, revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch

from sqlalchemy import Connection, Index, and_, func, select

from domain.model.aggregate import Fact
from domain.model.enrolment import Enrolment
from domain.model.revocation import ASKED, DONE, FAILED, Revocation
from domain.model.signing_request import State
from domain.model.station import Station
from domain.ports import Clock
from projections.readmodel import Key, Keyed, Row
from projections.stations import STATIONS
from projections.tables import fetch, partial_index, table

_SOON = timedelta(days=14)
FOREIGN = "foreign"  # nobody here has issued it


@dataclass(slots=True, kw_only=True)
class ClientCertificateRow(Row):
    """A certificate of a station.

    `state`: signed (on its way), delivered, undelivered or refused; foreign: the station came with
    it, nothing else is known. `revocation`: asked, done or failed, "" for none.
    """

    station: str
    fingerprint: str  # SHA-256, hexadecimal
    state: str = FOREIGN
    request: str = ""  # that it answers, "" for none
    serial_number: str = ""  # hexadecimal
    common_name: str = ""
    organisation: str = ""
    issuer: str = ""
    key: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    chain: str = ""  # PEM
    issued_at: datetime | None = None
    issued_by: str = ""
    delivered_at: datetime | None = None
    first_used_at: datetime | None = None
    last_used_at: datetime | None = None
    revocation: str = ""
    revoking: bool = False  # its authority is to be told
    revoking_position: int = 0  # since when
    revoked_at: datetime | None = None  # wished
    revoked_by: str = ""
    revocation_reason: str = ""
    revocation_problem: str = ""


CERTIFICATES = table(
    "client_certificates_v1",
    ClientCertificateRow,
    Index("client_certificates_v1_fingerprint", "fingerprint"),
    Index("client_certificates_v1_end", "not_after"),
    Index("client_certificates_v1_order", "first_position"),
    partial_index("client_certificates_v1_revoking", "first_position", where="revoking"),
    key=["station", "fingerprint"],
)


@singledispatch
def _effect(fact: Fact, row: ClientCertificateRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Enrolment.Signed, row: ClientCertificateRow) -> None:
    row.state, row.request = State.SIGNED.value, fact.request
    row.serial_number, row.key, row.chain = fact.serial_number, fact.key, fact.chain
    row.common_name, row.organisation = fact.common_name, fact.organisation
    row.issuer = fact.issuer
    row.not_before, row.not_after = fact.not_before, fact.not_after
    row.issued_at, row.issued_by = fact.timestamp, fact.by


@_effect.register
def _(_fact: Enrolment.Offered, row: ClientCertificateRow) -> None:
    row.state = State.SIGNED.value


@_effect.register
def _(fact: Enrolment.Delivered, row: ClientCertificateRow) -> None:
    row.state, row.delivered_at = State.DELIVERED.value, fact.timestamp


@_effect.register
def _(_fact: Enrolment.Refused, row: ClientCertificateRow) -> None:
    row.state = State.REFUSED.value


@_effect.register
def _(_fact: Enrolment.Undelivered, row: ClientCertificateRow) -> None:
    row.state = State.UNDELIVERED.value


@_effect.register
def _(fact: Station.Connected, row: ClientCertificateRow) -> None:
    row.first_used_at = row.first_used_at or fact.timestamp
    row.last_used_at = fact.timestamp


@_effect.register
def _(fact: Revocation.Asked, row: ClientCertificateRow) -> None:
    row.revoked_at, row.revocation_reason = fact.timestamp, fact.reason
    row.serial_number = fact.serial_number
    _ask(row, fact.by)


@_effect.register
def _(fact: Revocation.AskedAgain, row: ClientCertificateRow) -> None:
    _ask(row, fact.by)


@_effect.register
def _(_fact: Revocation.Done, row: ClientCertificateRow) -> None:
    row.revocation, row.revoking = DONE, False


@_effect.register
def _(fact: Revocation.Failed, row: ClientCertificateRow) -> None:
    row.revocation, row.revoking, row.revocation_problem = FAILED, False, fact.reason


def _ask(row: ClientCertificateRow, by: str) -> None:
    """`Keyed` has moved the row to the position of the fact."""
    row.revocation, row.revoking, row.revoking_position = ASKED, True, row.last_position
    row.revoked_by, row.revocation_problem = by, ""


def _key(fact: Fact) -> Key | None:
    """A station that shows no certificate connects all the same."""
    certificate = getattr(fact, "certificate", "")
    station = getattr(fact, "station", "") or fact.originator_id.partition(":")[2]
    return (station, certificate) if certificate else None


MODEL = Keyed("client_certificates", ClientCertificateRow, CERTIFICATES, key=_key, effect=_effect)
VIEW = select(CERTIFICATES)


def of_fingerprint(connection: Connection, fingerprint: str) -> list[ClientCertificateRow]:
    """The certificate, once for each station that was given it or came with it."""
    query = VIEW.where(CERTIFICATES.c.fingerprint == fingerprint)
    return fetch(connection, query.order_by(CERTIFICATES.c.station), ClientCertificateRow)


def listed(
    connection: Connection,
    *,
    station: str = "",
    state: str = "",
    ends_before: datetime | None = None,
    before: int = 0,
    limit: int = 100,
) -> list[ClientCertificateRow]:
    """Certificates, the newest first, of a `first_position` before `before` (0: any)."""
    columns = CERTIFICATES.c
    query = VIEW.order_by(columns.first_position.desc()).limit(limit)
    if before:
        query = query.where(columns.first_position < before)
    if station:
        query = query.where(columns.station == station)
    if state:
        query = query.where(columns.state == state)
    if ends_before:
        query = query.where(columns.not_after <= ends_before)
    return fetch(connection, query, ClientCertificateRow)


def ending(connection: Connection, *, until: datetime, after: str = "") -> dict[str, datetime]:
    """Stations after `after` whose last certificate ends by then, or has ended, and when."""
    columns = CERTIFICATES.c
    last = func.max(columns.not_after)
    query = (
        select(columns.station, last.label("end"))
        .join(STATIONS, and_(STATIONS.c.id == columns.station, STATIONS.c.registered))
        .where(columns.state == State.DELIVERED.value, columns.revocation == "")
        .where(columns.station > after)
        .group_by(columns.station)
        .having(last <= until)
        .order_by(columns.station)
    )
    return {row.station: row.end for row in connection.execute(query)}


def newly_ending(
    connection: Connection, *, until: datetime, limit: int
) -> list[tuple[str, datetime]]:
    """As `ending`, those that end last: the ones to which it came last that they end soon."""
    columns, later = CERTIFICATES.c, CERTIFICATES.alias().c
    stands = (columns.state == State.DELIVERED.value, columns.revocation == "")
    longer = select(later.station).where(
        later.station == columns.station,
        later.state == State.DELIVERED.value,
        later.revocation == "",
        later.not_after > columns.not_after,
    )
    query = (
        select(columns.station, columns.not_after)
        .join(STATIONS, and_(STATIONS.c.id == columns.station, STATIONS.c.registered))
        .where(*stands, columns.not_after <= until, ~longer.exists())
        .order_by(columns.not_after.desc(), columns.station)
        .limit(limit)
    )
    return [(row.station, row.not_after) for row in connection.execute(query)]


def ending_soon(connection: Connection, clock: Clock) -> int:
    """How many stations have a certificate to be renewed."""
    return len(ending(connection, until=clock() + _SOON))

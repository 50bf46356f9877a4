"""The read model of the roots that stations trust: a row each, as accepted and as reported."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from domain.model.aggregate import Fact
from domain.model.certificate import Hashed
from domain.model.trust_store import TrustStore
from projections.readmodel import Noted, Row
from projections.tables import fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class InstalledCertificateRow(Row):
    """A root at a station. Its name is the one that the station reported last, else with SHA256.

    What is not known of it is empty: of one that was only reported there is but the name, of one
    whose issuer is unknown there is no name until it is reported.
    """

    station: str
    certificate_type: str
    certificate: str  # its fingerprint when it was seen, else its name
    hash_algorithm: str = ""
    issuer_name_hash: str = ""
    issuer_key_hash: str = ""
    serial_number: str = ""  # hexadecimal
    common_name: str = ""
    organisation: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    pem: str = ""
    installed_at: datetime | None = None  # accepted from here
    installed_call: str = ""
    reported_at: datetime | None = None
    reported_call: str = ""


ROOTS = table(
    "installed_certificates_v1",
    InstalledCertificateRow,
    key=["station", "certificate_type", "certificate"],
)
VIEW = select(ROOTS)


class InstalledCertificates:
    """Rows come and go with what stations accept and tell; that happens seldom."""

    name, version = "installed_certificates", 1
    table = ROOTS
    topics = frozenset(
        fact.TOPIC for fact in (TrustStore.Reported, TrustStore.Installed, TrustStore.Removed)
    )

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """A few statements a fact."""
        for each in noted:
            fact = each.fact
            if isinstance(fact, TrustStore.Reported):
                self._report(connection, fact, each.position)
            elif isinstance(fact, TrustStore.Installed):
                upsert(connection, self.table, [self._installed(connection, fact, each.position)])
            elif isinstance(fact, TrustStore.Removed):
                kind, gone = fact.certificate_type, [fact.certificate]
                self._remove(connection, _station(fact), kind, gone)

    def _report(self, connection: Connection, fact: TrustStore.Reported, position: int) -> None:
        """What it does not tell of, it does not have."""
        station, kind = _station(fact), fact.certificate_type
        before = {row.certificate: row for row in self._of_type(connection, station, kind)}
        after = []
        for certificate, *name in json.loads(fact.certificates):
            row = before.pop(certificate, None) or _new(fact, certificate, position)
            row.reported_at, row.reported_call = fact.timestamp, fact.call
            row.last_position = position
            _name(row, Hashed(*name))
            after.append(row)
        self._remove(connection, station, kind, before)
        upsert(connection, self.table, after)

    def _installed(
        self, connection: Connection, fact: TrustStore.Installed, position: int
    ) -> InstalledCertificateRow:
        before = self._of_type(connection, _station(fact), fact.certificate_type)
        found = (row for row in before if row.certificate == fact.certificate)
        row = next(found, None) or _new(fact, fact.certificate, position)
        _install(row, fact, position)
        return row

    def _of_type(
        self, connection: Connection, station: str, kind: str
    ) -> list[InstalledCertificateRow]:
        columns = self.table.c
        theirs = (columns.station == station, columns.certificate_type == kind)
        return fetch(connection, select(self.table).where(*theirs), InstalledCertificateRow)

    def _remove(self, connection: Connection, station: str, kind: str, gone: Iterable[str]) -> None:
        columns = self.table.c
        theirs = (columns.station == station, columns.certificate_type == kind)
        if names := list(gone):
            query = delete(self.table).where(*theirs, columns.certificate.in_(names))
            connection.execute(query)


def _install(row: InstalledCertificateRow, fact: TrustStore.Installed, position: int) -> None:
    row.pem, row.installed_at, row.installed_call = fact.pem, fact.timestamp, fact.call
    row.common_name, row.organisation = fact.common_name, fact.organisation
    row.issuer, row.serial_number = fact.issuer, fact.serial_number
    row.not_before, row.not_after = fact.not_before, fact.not_after
    row.last_position = position
    if not row.reported_at:
        for name in json.loads(fact.names)[:1]:
            _name(row, Hashed(*name))


def _new(
    fact: TrustStore.Reported | TrustStore.Installed, certificate: str, position: int
) -> InstalledCertificateRow:
    return InstalledCertificateRow(
        first_position=position,
        last_position=position,
        station=_station(fact),
        certificate_type=fact.certificate_type,
        certificate=certificate,
    )


def _name(row: InstalledCertificateRow, name: Hashed) -> None:
    row.hash_algorithm, row.serial_number = name.algorithm, name.serial_number
    row.issuer_name_hash, row.issuer_key_hash = name.issuer_name, name.issuer_key


def _station(fact: Fact) -> str:
    return fact.originator_id.removeprefix("trust:")


MODEL = InstalledCertificates()


def of_station(connection: Connection, station: str) -> list[InstalledCertificateRow]:
    """What a station has, by type, in the order in which we heard of it."""
    query = VIEW.where(ROOTS.c.station == station)
    query = query.order_by(ROOTS.c.certificate_type, ROOTS.c.first_position, ROOTS.c.certificate)
    return fetch(connection, query, InstalledCertificateRow)

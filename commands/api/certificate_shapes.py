"""Certificates of stations, requests for them, and roots that they trust, as the API shows them."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from commands.api.shapes import Time
from domain.ocpp.v16.security.types import CertificateUse
from projections.client_certificates import ClientCertificateRow
from projections.installed_certificates import InstalledCertificateRow

Named = Annotated[str | None, BeforeValidator(lambda name: name or None)]  # null for none


class CertificateRequest(BaseModel, from_attributes=True):
    """A certificate signing request of a station."""

    id: str
    station: str
    state: str = Field(
        description="pending → approved → signed → delivered | undelivered | refused; or declined,"
        " failed, superseded; rejected: it could not be signed"
    )
    reason: str = Field(description="of all but pending, approved, signed and delivered")
    csr: str = Field(description="PEM; empty when it could not be read")
    common_name: str = Field(description="as the station wants it; its record decides")
    organisation: str
    key: str = Field(description="e.g. EC-secp256r1, RSA-2048")
    message_id: str = Field(description="of the SignCertificate")
    trigger: Named = Field(description="id of the call that asked for it; null: nobody did")
    requested_at: Time | None
    decided_at: Time | None
    decided_by: str
    certificate: Named = Field(description="fingerprint of what answers it")
    signed_at: Time | None
    call: Named = Field(description="id of the last CertificateSigned")
    changed_at: Time | None


class Revocation(BaseModel):
    """What became of the wish to revoke a certificate."""

    state: str = Field(description="asked → done | failed")
    at: Time | None
    by: str
    reason: str
    problem: str = Field(description="why the authority has not revoked it")


class ClientCertificate(BaseModel, from_attributes=True):
    """A certificate that a station shows, or is to show."""

    station: str
    fingerprint: str = Field(description="SHA-256, hexadecimal")
    state: str = Field(
        description="signed → delivered | undelivered | refused; foreign: the station came with it,"
        " and nothing else is known of it"
    )
    request: Named = Field(description="id of the request that it answers")
    serial_number: str = Field(description="hexadecimal")
    common_name: str
    organisation: str
    issuer: str
    key: str
    not_before: Time | None
    not_after: Time | None
    chain: str = Field(description="PEM, the certificate first")
    issued_at: Time | None
    issued_by: str
    delivered_at: Time | None
    first_used_at: Time | None = Field(description="the station connected with it")
    last_used_at: Time | None
    revocation: Revocation | None


class HashData(BaseModel, extra="forbid"):
    """How a station names a root: certificateHashData, with the names of OCPP."""

    hashAlgorithm: str = Field(max_length=10, examples=["SHA256"])  # noqa: N815 - OCPP's own
    issuerNameHash: str = Field(max_length=128)  # noqa: N815 - as above
    issuerKeyHash: str = Field(max_length=128)  # noqa: N815 - as above
    serialNumber: str = Field(max_length=40)  # noqa: N815 - as above


class InstalledCertificate(BaseModel):
    """A root that a station trusts, as far as it is known."""

    type: str = Field(description="OCPP's certificateType")
    hash_data: HashData | None = Field(
        description="as the station reported it last, else with SHA256; null: its issuer is unknown"
    )
    fingerprint: str | None = Field(description="SHA-256; null: it was only reported")
    common_name: str
    organisation: str
    issuer: str
    serial_number: str
    not_before: Time | None
    not_after: Time | None
    certificate: str = Field(description="PEM; empty when it was only reported")
    installed_at: Time | None = Field(description="accepted by the station")
    installed_call: Named
    reported_at: Time | None
    reported_call: Named


class Store(BaseModel, from_attributes=True):
    """What is known of the roots of one type at a station."""

    type: CertificateUse = Field(validation_alias="certificate_type")
    reported_at: Time | None = Field(description="null: the station was never asked")
    changed_at: Time | None
    doubt: Named = Field(description="id of a call whose outcome is not known: ask again")
    failure: str = Field(description="the station's word when it last did not do what it should")
    failed_action: str
    failed_at: Time | None
    failed_call: Named


class StationCertificates(BaseModel):
    """What a station trusts, and what it shows."""

    stores: list[Store]
    installed: list[InstalledCertificate]
    own: list[ClientCertificate] = Field(description="the newest first, 100 at most")


class Ending(BaseModel):
    """A station that needs a new certificate."""

    station: str
    ends_at: Time = Field(description="when its last certificate ends, or has ended")


def client_of(row: ClientCertificateRow) -> ClientCertificate:
    """A row as it is shown."""
    names = ClientCertificate.model_fields.keys() - {"revocation"}
    return ClientCertificate(
        **{name: getattr(row, name) for name in names},
        revocation=_revocation(row) if row.revocation else None,
    )


def installed_of(row: InstalledCertificateRow) -> InstalledCertificate:
    """A row as it is shown."""
    other = {"type", "hash_data", "fingerprint", "certificate"}
    same = InstalledCertificate.model_fields.keys() - other
    return InstalledCertificate(
        type=row.certificate_type,
        hash_data=_hash_data(row) if row.hash_algorithm else None,
        fingerprint=row.certificate if row.pem else None,
        **{name: getattr(row, name) for name in same},
        certificate=row.pem,
    )


def _revocation(row: ClientCertificateRow) -> Revocation:
    return Revocation(
        state=row.revocation,
        at=row.revoked_at,
        by=row.revoked_by,
        reason=row.revocation_reason,
        problem=row.revocation_problem,
    )


def _hash_data(row: InstalledCertificateRow) -> HashData:
    return HashData(
        hashAlgorithm=row.hash_algorithm,
        issuerNameHash=row.issuer_name_hash,
        issuerKeyHash=row.issuer_key_hash,
        serialNumber=row.serial_number,
    )

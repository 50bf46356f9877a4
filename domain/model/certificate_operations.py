"""What an operator, or the signing desk, may wish about the certificates of stations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRequest:
    """Have a station's certificate signing request signed; or its certificate offered again."""

    station: str
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRequest:
    """Have it not signed."""

    station: str
    request: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCertificate:
    """Answer a request with a certificate: `chain` is PEM, the certificate first."""

    station: str
    request: str
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailRequest:
    """The certificate authority does not sign it."""

    station: str
    request: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """Have a certificate of a station count no more; `certificate` is its fingerprint."""

    station: str
    certificate: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeRevocation:
    """What the certificate authority did; `problem` is why it did not, "" when it has."""

    station: str
    certificate: str
    problem: str = ""


CertificateOperation = (
    ApproveRequest
    | DeclineRequest
    | IssueCertificate
    | FailRequest
    | RevokeCertificate
    | ConcludeRevocation
)

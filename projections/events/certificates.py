"""Events of certificates: of stations, and of the roots they trust."""

from typing import Annotated

from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.enrolment import Enrolment
from domain.model.revocation import Revocation
from domain.model.trust_store import TrustStore
from projections.events import members
from projections.events.public import About, Data, of_station, public

_ABOUT, _OF_ROOTS = of_station("enrolment:"), of_station("trust:")

Fingerprint = Annotated[str, Meta(description="SHA-256 of the certificate, in hex")]
Request = Annotated[str, Meta(description="id of the request, as in the API")]


class Requested(Data):
    """A station asked for a certificate, and its request can be signed."""

    request: Request
    key_fingerprint: str


class RequestEnded(Data):
    """No certificate comes of a request."""

    request: Request
    outcome: Annotated[str, Meta(description="rejected, declined, failed or superseded")]


class Issued(Data):
    """There is a certificate for a station."""

    request: Request
    certificate: Fingerprint
    serial_number: str
    common_name: str
    issuer: str
    not_before: members.Time
    not_after: members.Time


class Delivered(Data):
    """A station took its certificate."""

    request: Request
    certificate: Fingerprint


class NotDelivered(Data):
    """A station did not take its certificate, or did not say."""

    request: Request
    certificate: Fingerprint
    outcome: Annotated[str, Meta(description="refused or undelivered")]


class Revoked(Data):
    """A certificate counts no more."""

    certificate: Fingerprint


class RootInstalled(Data):
    """A station trusts one more root."""

    certificate_type: str
    certificate: Annotated[str, Meta(description="its fingerprint, or the station's name of it")]
    not_after: members.Time


class RootRemoved(Data):
    """A station does not trust a root any more."""

    certificate_type: str
    certificate: Annotated[str, Meta(description="its fingerprint, or the station's name of it")]


def _revoked(fact: Revocation.Done, _: str) -> About:
    return About(f"station/{fact.station}", fact.station)


def _name(fact: Fact) -> str:
    return type(fact).__name__.lower()


PUBLIC = (
    public("certificate.requested.v1", Enrolment.Requested, Requested, _ABOUT),
    *(
        public("certificate.request_ended.v1", fact, RequestEnded, _ABOUT, outcome=_name)
        for fact in (
            *(Enrolment.Rejected, Enrolment.Declined),
            *(Enrolment.Failed, Enrolment.Superseded),
        )
    ),
    public("certificate.issued.v1", Enrolment.Signed, Issued, _ABOUT),
    public("certificate.delivered.v1", Enrolment.Delivered, Delivered, _ABOUT),
    *(
        public("certificate.not_delivered.v1", fact, NotDelivered, _ABOUT, outcome=_name)
        for fact in (Enrolment.Refused, Enrolment.Undelivered)
    ),
    public("certificate.revoked.v1", Revocation.Done, Revoked, _revoked),
    public("root.installed.v1", TrustStore.Installed, RootInstalled, _OF_ROOTS),
    public("root.removed.v1", TrustStore.Removed, RootRemoved, _OF_ROOTS),
)

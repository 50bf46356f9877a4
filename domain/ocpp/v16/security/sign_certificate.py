"""SignCertificate (white paper 6.3, use cases A02 and A03): a station asks for a certificate."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from domain.model.enrolment import Enrolment
from domain.ocpp import enrolling
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import AcceptedOrRejected, Record
from domain.scope import Scope


class SignCertificate(Incoming):
    """Answered at once; the certificate follows with CertificateSigned, after this answer."""

    class Request(Record):
        """A PKCS#10 request, PEM."""

        csr: Annotated[str, Meta(max_length=5500)]

    class Response(Record):
        """Rejected: the request cannot be read, or its key is too weak (A02.FR.07)."""

        status: AcceptedOrRejected

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """What it has asked for before."""
        return (Enrolment.id_of(station),)

    def decide(self, request: Request, scope: Scope) -> Response:
        """Take it in for whoever signs; the same one again is the same one."""
        accepted = enrolling.ask(request.csr, scope)
        return self.Response(status="Accepted" if accepted else "Rejected")

"""CertificateSigned (white paper 6.4, use cases A02 and A03): give a station its certificate."""

from typing import Annotated

from msgspec import Meta

from domain.model.call import Call
from domain.ocpp import enrolling
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, Record
from domain.scope import Scope


class CertificateSigned(Outgoing):
    """Any chain can be sent; one for a key that is to be signed answers the request for it.

    A certificate that the station refuses is not sent again unasked; the old one stays valid.
    """

    class Request(Record):
        """PEM: the certificate first, then its issuers."""

        certificateChain: Annotated[str, Meta(max_length=10_000)]

    class Response(Record):
        """Rejected: the station cannot verify it, or it is not for its key."""

        status: AcceptedOrRejected

    def after(self, scope: Scope) -> str:
        """The last request of the station: its answer may still be on its way (A02)."""
        return enrolling.last_message(scope)

    def requested(self, request: Request, call: Call, scope: Scope) -> None:
        """It is on its way."""
        if issued := enrolling.sent(request.certificateChain):
            enrolling.of(scope).offer(issued, call=call.name, by=call.by, at=scope.at)

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """The station has it, or keeps the one before."""
        self._conclude(request, response.status, call, scope)

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """It does not have it, or nobody knows."""
        unreadable = call.outcome == "answered"
        self._conclude(request, "unreadable" if unreadable else call.outcome, call, scope)

    def _conclude(self, request: Request, outcome: str, call: Call, scope: Scope) -> None:
        if issued := enrolling.sent(request.certificateChain):
            enrolment = enrolling.of(scope)
            enrolment.conclude(issued.certificate, call=call.name, outcome=outcome, at=scope.at)

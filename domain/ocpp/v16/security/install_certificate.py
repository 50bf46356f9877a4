"""InstallCertificate (white paper 6.6, use case M05): have a station trust a root certificate."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.model.call import Call
from domain.ocpp import trusting
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.security.types import CertificateUse
from domain.ocpp.v16.types import Record
from domain.scope import Scope


class InstallCertificate(Outgoing):
    """Any text can be sent as a certificate, to see what the station makes of it."""

    class Request(Record):
        """PEM."""

        certificateType: CertificateUse
        certificate: Annotated[str, Meta(max_length=5500)]

    class Response(Record):
        """Rejected: invalid, or there is no room. Failed: it could not be stored."""

        status: Literal["Accepted", "Failed", "Rejected"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What it accepted is installed; what that is, nobody knows when it cannot be read."""
        store, kind = trusting.of(scope), request.certificateType
        root = trusting.root(request.certificate, store.pems)
        if root is None:
            reason = "unreadable" if response.status == "Accepted" else response.status
            store.lose((kind,), call=call.name, reason=reason, at=scope.at)
            return
        store.install(
            kind, root, call=call.name, status=response.status, late=call.late, at=scope.at
        )

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """When nobody answered, or nobody can read what, it may be installed."""
        reason = "unreadable" if call.outcome == "answered" else call.outcome
        kinds = (request.certificateType,)
        trusting.of(scope).lose(kinds, call=call.name, reason=reason, at=scope.at)

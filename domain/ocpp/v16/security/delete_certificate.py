"""DeleteCertificate (white paper 6.1, use case M04): have a station drop a root certificate."""

from typing import Literal

from domain.model.call import Call
from domain.ocpp import trusting
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.security.types import CertificateHashData
from domain.ocpp.v16.types import Record
from domain.scope import Scope


class DeleteCertificate(Outgoing):
    """Named as the station named it, algorithm and spelling included (M04.FR.01)."""

    class Request(Record):
        """The certificate."""

        certificateHashData: CertificateHashData

    class Response(Record):
        """Failed: it is the last root, or in use."""

        status: Literal["Accepted", "Failed", "NotFound"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What it has deleted or does not find is not there; what failed, stays."""
        name = request.certificateHashData.hashed()
        trusting.of(scope).delete(
            name, call=call.name, status=response.status, late=call.late, at=scope.at
        )

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """When nobody answered, or nobody can read what, it may be gone."""
        store = trusting.of(scope)
        reason = "unreadable" if call.outcome == "answered" else call.outcome
        kinds = store.types_of(request.certificateHashData.hashed())
        store.lose(kinds, call=call.name, reason=reason, at=scope.at)

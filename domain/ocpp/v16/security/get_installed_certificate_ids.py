"""GetInstalledCertificateIds (white paper 6.5, use case M03): ask a station what it trusts."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.model.call import Call
from domain.ocpp import trusting
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.security.types import CertificateHashData, CertificateUse
from domain.ocpp.v16.types import Record
from domain.scope import Scope


class GetInstalledCertificateIds(Outgoing):
    """What it tells of a type is all that it has of it."""

    class Request(Record):
        """Of one type."""

        certificateType: CertificateUse

    class Response(Record, kw_only=True):
        """NotFound: it has none of that type."""

        certificateHashData: (
            Annotated[tuple[CertificateHashData, ...], Meta(min_length=1)] | None
        ) = None
        status: Literal["Accepted", "NotFound"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """On record; a late answer tells of the past, an Accepted without a list of nothing."""
        told = response.certificateHashData or ()
        if call.late or (response.status == "Accepted" and not told):
            return
        names = [each.hashed() for each in told] if response.status == "Accepted" else []
        store = trusting.of(scope)
        store.report(request.certificateType, names, call=call.name, at=scope.at)

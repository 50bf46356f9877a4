"""DataTransfer (OCPP 1.6 sections 4.3 and 5.6): what a vendor adds to OCPP, in both directions."""

from typing import Literal

from domain.ocpp.action import Incoming, Outgoing
from domain.ocpp.v16.types import Record, Text50, Text255
from domain.scope import Scope


class DataTransfer(Incoming, Outgoing):
    """No vendor's extension is known here: what stations send is in the journal, and refused."""

    class Request(Record):
        """6.15."""

        vendorId: Text255
        messageId: Text50 | None = None
        data: str | None = None

    class Response(Record):
        """6.16."""

        status: Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
        data: str | None = None

    def decide(self, request: Request, scope: Scope) -> Response:
        """UnknownVendorId, without data."""
        return self.Response(status="UnknownVendorId")

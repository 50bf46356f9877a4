"""GetLocalListVersion (OCPP 1.6 section 5.10): ask a station which list it has."""

from domain.model.call import Call
from domain.ocpp import listing
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Empty, Integer, Record
from domain.scope import Scope


class GetLocalListVersion(Outgoing):
    """What it tells is believed, and shows whether we still know what is on the list."""

    Request = Empty  # 6.25

    class Response(Record):
        """6.26. 0: the list is empty; -1: there is none."""

        listVersion: Integer

    def answered(self, request: Empty, response: Response, call: Call, scope: Scope) -> None:
        """On record."""
        told = response.listVersion
        listing.of(scope).tell(call.name, told, late=call.late, at=scope.at)

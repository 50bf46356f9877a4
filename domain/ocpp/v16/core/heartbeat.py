"""Heartbeat (OCPP 1.6 section 4.6): a station shows that it lives, and sets its clock."""

from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Record, Time
from domain.scope import Scope


class Heartbeat(Incoming):
    """No fact: presence is what the gateways' leases tell."""

    Request = Empty  # 6.29

    class Response(Record):
        """6.30."""

        currentTime: Time

    def decide(self, request: Empty, scope: Scope) -> Response:
        """Tell the time."""
        return self.Response(currentTime=scope.now)

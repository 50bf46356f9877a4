"""ChangeAvailability (OCPP 1.6 section 5.2): take a connector in or out of service."""

from typing import Literal

from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record


class ChangeAvailability(Outgoing):
    """Connector 0 is the whole station; what came of it is told by StatusNotification."""

    class Request(Record):
        """6.7."""

        connectorId: Integer
        type: Literal["Inoperative", "Operative"]

    class Response(Record):
        """6.8. Scheduled: after the running transaction."""

        status: Literal["Accepted", "Rejected", "Scheduled"]

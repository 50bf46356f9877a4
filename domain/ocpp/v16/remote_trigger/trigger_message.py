"""TriggerMessage (OCPP 1.6 section 5.17): have a station send a message now."""

from typing import Literal

from domain.model.call import Call
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record
from domain.scope import Scope

Triggerable = Literal[
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
]


class TriggerMessage(Outgoing):
    """The message itself comes after the answer, like any other; it is linked to this call.

    Any connector can be sent, also one that the station does not have.
    """

    class Request(Record):
        """6.51. Without a connector: all to which the message applies."""

        requestedMessage: Triggerable
        connectorId: Integer | None = None

    class Response(Record):
        """6.52. NotImplemented: the station cannot send such a message on request."""

        status: Literal["Accepted", "Rejected", "NotImplemented"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What was accepted is waited for, for a minute from now."""
        station = scope.station()
        if station is not None and response.status == "Accepted":
            station.accept_trigger(
                call.name,
                request.requestedMessage,
                request.connectorId,
                at=scope.at,
            )

"""ExtendedTriggerMessage (white paper 6.2, use case F06): have a station send a message."""

from types import MappingProxyType
from typing import Literal

from domain.model.call import Call
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record
from domain.scope import Scope

Triggerable = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargePointCertificate",
    "StatusNotification",
]
_ACTIONS = MappingProxyType(  # that come of it, where they are called otherwise
    {
        "FirmwareStatusNotification": "SignedFirmwareStatusNotification",
        "SignChargePointCertificate": "SignCertificate",
    }
)


class ExtendedTriggerMessage(Outgoing):
    """As TriggerMessage: the message comes after the answer, and is linked to this call."""

    class Request(Record):
        """A certificate is of the whole station: no connector then, though one can be sent."""

        requestedMessage: Triggerable
        connectorId: Integer | None = None

    class Response(Record):
        """NotImplemented: the station cannot send such a message on request."""

        status: Literal["Accepted", "Rejected", "NotImplemented"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What was accepted is waited for, for a minute from now."""
        station = scope.station()
        if station is not None and response.status == "Accepted":
            action = _ACTIONS.get(request.requestedMessage, request.requestedMessage)
            station.accept_trigger(call.name, action, request.connectorId, at=scope.at)

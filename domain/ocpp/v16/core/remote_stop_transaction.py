"""RemoteStopTransaction (OCPP 1.6 section 5.12): have a station stop charging."""

from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, Integer, Record


class RemoteStopTransaction(Outgoing):
    """Any number can be sent, also one that is not running; a StopTransaction will tell the end."""

    class Request(Record):
        """6.35."""

        transactionId: Integer

    class Response(Record):
        """6.36."""

        status: AcceptedOrRejected

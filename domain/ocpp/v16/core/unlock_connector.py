"""UnlockConnector (OCPP 1.6 section 5.18): have a station let go of a cable."""

from typing import Literal

from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record


class UnlockConnector(Outgoing):
    """No substitute for RemoteStopTransaction, though it ends a transaction (UnlockCommand)."""

    class Request(Record):
        """6.53. Any connector can be sent, also one that the station does not have."""

        connectorId: Integer

    class Response(Record):
        """6.54. NotSupported is said of an unknown connector too."""

        status: Literal["Unlocked", "UnlockFailed", "NotSupported"]

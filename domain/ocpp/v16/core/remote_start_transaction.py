"""RemoteStartTransaction (OCPP 1.6 section 5.11): have a station start to charge."""

from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, ChargingProfile, Integer, Record, Text20


class RemoteStartTransaction(Outgoing):
    """Accepted means that the station will try: only a StartTransaction makes a transaction."""

    class Request(Record, kw_only=True):
        """6.33. `chargingProfile`: a TxProfile without a transactionId."""

        connectorId: Integer | None = None
        idTag: Text20
        chargingProfile: ChargingProfile | None = None

    class Response(Record):
        """6.34."""

        status: AcceptedOrRejected

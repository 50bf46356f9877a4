"""RemoteStartTransaction (OCPP 1.6 section 5.11): have a station start to charge."""

from domain.model.call import Call
from domain.ocpp import charging, reading
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, ChargingProfile, Integer, Record, Text20
from domain.scope import Scope


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

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """The profile that came along will be of the transaction which follows (rule C10)."""
        profile = request.chargingProfile
        if response.status != "Accepted" or profile is None:
            return
        if profile.chargingProfilePurpose != "TxProfile":
            return  # the specification knows no other here: what a station makes of it, is its own
        charging.of(scope).promise(
            profile.chargingProfileId,
            id_tag=request.idTag,
            connector=request.connectorId or 0,
            stack_level=profile.stackLevel,
            content=reading.write(profile).decode(),
            call=call.name,
            at=scope.at,
        )

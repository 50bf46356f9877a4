"""SetChargingProfile (OCPP 1.6 section 5.16): limit how fast a station charges."""

from typing import Literal

from domain.model.call import Call
from domain.model.charging import Assignment
from domain.ocpp import charging, reading
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import ChargingProfile, Integer, Record
from domain.scope import Scope


class SetChargingProfile(Outgoing):
    """Accepted means that the station holds it; nothing else says so (rule C2)."""

    class Request(Record):
        """6.43."""

        connectorId: Integer
        csChargingProfiles: ChargingProfile

    class Response(Record):
        """6.44."""

        status: Literal["Accepted", "Rejected", "NotSupported"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """Note what the station holds from now on."""
        if response.status != "Accepted":
            return
        transaction = _transaction(request, scope)
        if transaction and _is_over(transaction, scope):
            return
        profile = request.csChargingProfiles
        assignment = Assignment(
            profile=profile.chargingProfileId,
            connector=request.connectorId,
            purpose=profile.chargingProfilePurpose,
            stack_level=profile.stackLevel,
            transaction=transaction,
            content=reading.write(profile).decode(),
            call=call.name,
        )
        charging.of(scope).install(assignment, at=scope.at)


def _transaction(request: SetChargingProfile.Request, scope: Scope) -> int | None:
    """A TxProfile that names no transaction is for the one that runs on its connector (3.13.1)."""
    profile = request.csChargingProfiles
    if profile.chargingProfilePurpose != "TxProfile":
        return None
    if profile.transactionId is not None or request.connectorId <= 0:
        return profile.transactionId
    return scope.connector(request.connectorId).transaction or None


def _is_over(transaction: int, scope: Scope) -> bool:
    """Its stop, or its closing, overtook the answer: the profile has ended already (rule C5)."""
    found = scope.transaction(transaction) if transaction > 0 else None
    return found is not None and not found.open

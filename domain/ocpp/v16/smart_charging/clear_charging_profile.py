"""ClearChargingProfile (OCPP 1.6 section 5.5): have a station forget charging profiles."""

from typing import Literal

from domain.model.call import Call
from domain.model.charging import Criteria
from domain.ocpp import charging
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record
from domain.scope import Scope


class ClearChargingProfile(Outgoing):
    """By id, else by all the criteria given; empty clears all. Unknown: nothing matched."""

    class Request(Record, kw_only=True):
        """6.7."""

        id: Integer | None = None
        connectorId: Integer | None = None
        chargingProfilePurpose: (
            Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"] | None
        ) = None
        stackLevel: Integer | None = None

    class Response(Record):
        """6.8."""

        status: Literal["Accepted", "Unknown"]

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """The same deletion here, but only when the station says that it was done."""
        held = charging.known(scope)
        if response.status != "Accepted" or held is None:
            return
        criteria = Criteria(
            profile=request.id,
            connector=request.connectorId,
            purpose=request.chargingProfilePurpose,
            stack_level=request.stackLevel,
        )
        held.clear(criteria, call=call.name, at=scope.at)

"""ReserveNow (OCPP 1.6 section 5.13): have a station keep a connector for a token."""

from typing import Literal

from domain.model.call import Call
from domain.model.reservation import Reservation, Terms
from domain.ocpp import reserving
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record, Text20, Time
from domain.scope import Scope


class ReserveNow(Outgoing):
    """Whatever the connector is doing, and with any number: one in use is replaced (rule R1)."""

    class Request(Record, kw_only=True):
        """6.37. Connector 0 is any connector."""

        connectorId: Integer
        expiryDate: Time
        idTag: Text20
        parentIdTag: Text20 | None = None
        reservationId: Integer

    class Response(Record):
        """6.38. Anything but Accepted is a normal result (rule R3)."""

        status: Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]

    def requested(self, request: Request, call: Call, scope: Scope) -> None:
        """What stands, stands until the station accepts the new terms."""
        number, at = request.reservationId, scope.at
        reservation = reserving.find(number, scope) or scope.add(
            Reservation.name(scope.station_id, number, at=at)
        )
        reservation.request(call.name, _terms(request), by=call.by, at=at)

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """Kept, or not."""
        if reservation := reserving.find(request.reservationId, scope):
            reservation.answer(call.name, _terms(request), status=response.status, at=scope.at)
            reserving.remember(reservation, scope)

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """Not kept; when nobody answered, perhaps."""
        if reservation := reserving.find(request.reservationId, scope):
            reservation.fail(call.name, _terms(request), reason=call.outcome, at=scope.at)
            reserving.remember(reservation, scope)


def _terms(request: ReserveNow.Request) -> Terms:
    return Terms(
        connector=request.connectorId,
        id_tag=request.idTag,
        parent=request.parentIdTag or "",
        expires_at=request.expiryDate,
    )

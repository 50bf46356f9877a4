"""CancelReservation (OCPP 1.6 section 5.1): have a station give up a reservation."""

from domain.model.call import Call
from domain.ocpp import reserving
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, Integer, Record
from domain.scope import Scope


class CancelReservation(Outgoing):
    """Any number can be sent, one that nobody ever asked for too."""

    class Request(Record):
        """6.5."""

        reservationId: Integer

    class Response(Record):
        """6.6. Rejected: the station does not know it."""

        status: AcceptedOrRejected

    def requested(self, request: Request, call: Call, scope: Scope) -> None:
        """On record where there is something to cancel."""
        if reservation := reserving.find(request.reservationId, scope):
            reservation.request_cancel(call.name, by=call.by, at=scope.at)

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """Only Accepted ends it."""
        if reservation := reserving.find(request.reservationId, scope):
            reservation.answer_cancel(call.name, status=response.status, at=scope.at)
            reserving.remember(reservation, scope)

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """It stands as it did."""
        if reservation := reserving.find(request.reservationId, scope):
            reservation.fail_cancel(call.name, reason=call.outcome, at=scope.at)

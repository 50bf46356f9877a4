"""What messages mean for a station's reservations, and the station's memory of those that stand."""

from datetime import datetime

from domain.model.reservation import Reservation
from domain.scope import Scope

_DOWN = frozenset({"Faulted", "Unavailable"})
_WHOLE_STATION = 0


def find(number: int, scope: Scope) -> Reservation | None:
    """A reservation of this station, when its number was ever asked for here."""
    return scope.find(Reservation, Reservation.id_of(scope.station_id, number))


def remember(reservation: Reservation, scope: Scope) -> None:
    """Have the station know whether it stands: a status then finds it without looking for it."""
    station = scope.station()
    if station is None:
        return
    if reservation.held:
        station.reserve(reservation.number, reservation.connector, at=scope.at)
    else:
        station.unreserve(reservation.number, at=scope.at)


def use(number: int, *, transaction: int, id_tag: str, began: datetime, scope: Scope) -> None:
    """A transaction began with a reservation; one that nobody knows of is no error (rule R5)."""
    if reservation := find(number, scope):
        reservation.use(transaction, id_tag=id_tag, began=began, at=scope.at)
        remember(reservation, scope)


def expire(number: int, scope: Scope) -> None:
    """The timer of a reservation fired."""
    if reservation := find(number, scope):
        reservation.expire(clock=scope.at, at=scope.at)
        remember(reservation, scope)


def follow_status(connector: int, *, before: str, now: str, clock: datetime, scope: Scope) -> None:
    """A connector went from one status to another, as of now: some reservations end (rule S7).

    `clock` is the station's or ours, whichever is ahead: by one of them a reservation is over.
    """
    down, released = now in _DOWN, (before, now) == ("Reserved", "Available")
    if not (down or released):
        return
    for reservation in _held_at(connector, scope, all=down and connector == _WHOLE_STATION):
        if down:
            reservation.end(now.lower(), at=scope.at)
        else:
            reservation.release(clock=clock, at=scope.at)
        remember(reservation, scope)


def _held_at(connector: int, scope: Scope, *, all: bool) -> list[Reservation]:
    """A reservation of connector 0 is not bound to any other (rule R2)."""
    station = scope.station()
    places = station.reservations if station else {}
    numbers = [number for number, place in places.items() if all or place == connector]
    return [found for number in numbers if (found := find(number, scope))]

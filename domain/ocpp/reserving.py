"""What messages mean for a station's reservations, and the station's memory of those that stand."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Change:
    """A connector went from one status to another, as of now.

    `told` is when it did, or when we heard of the status before, whichever is later. `clock` is the
    station's or ours, whichever is ahead: by one of them a reservation is over.
    """

    connector: int
    before: str
    now: str
    told: datetime
    clock: datetime


def follow_status(change: Change, scope: Scope) -> None:
    """Some reservations end by it (rule S7)."""
    now, connector = change.now, change.connector
    down, released = now in _DOWN, (change.before, now) == ("Reserved", "Available")
    if not (down or released):
        return
    for reservation in _held_at(connector, scope, all=down and connector == _WHOLE_STATION):
        if down:
            reservation.end(now.lower(), at=scope.at)
        else:
            reservation.release(told=change.told, clock=change.clock, at=scope.at)
        remember(reservation, scope)


def _held_at(connector: int, scope: Scope, *, all: bool) -> list[Reservation]:
    """A reservation of connector 0 is not bound to any other (rule R2)."""
    station = scope.station()
    places = station.reservations if station else {}
    numbers = [number for number, place in places.items() if all or place == connector]
    streams = [Reservation.id_of(scope.station_id, number) for number in numbers]
    return scope.find_all(Reservation, streams)

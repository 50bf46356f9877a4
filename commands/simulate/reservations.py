"""Reservations at a simulated station (OCPP 1.6 sections 5.13 and 5.2)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from commands.simulate import times
from commands.simulate.equipment import Equipment
from commands.simulate.outlet import Outlet, Status


@dataclass(frozen=True, slots=True)
class Reservation:
    """A connector, or any of them (0), kept for a tag or the others of its parent."""

    number: int
    connector: int
    id_tag: str
    parent: str
    timer: asyncio.TimerHandle


class Reservations:
    """Which there are, and how an outlet looks while no car is there."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._held: dict[int, Reservation] = {}

    def settle(self) -> None:
        """Bring every outlet without a car into its state of rest, and say what changed."""
        for outlet in self._equipment.outlets.values():
            status = self.rest_of(outlet)
            if outlet.is_at_rest and outlet.status != status:
                outlet.status = status
                self._equipment.report(outlet)

    def rest_of(self, outlet: Outlet) -> Status:
        """How an outlet is without a car. What is out of order loses its reservation (R4)."""
        if outlet.faulted or not outlet.operative:
            self._release(self._of(outlet))
            return Status.FAULTED if outlet.faulted else Status.UNAVAILABLE
        return Status.RESERVED if self._is_kept(outlet) else Status.AVAILABLE

    def is_open_to(self, outlet: Outlet, id_tag: str) -> bool:
        """Whether a tag may try: a parent is known only when the system is asked."""
        held = self._for(outlet)
        return not self._is_kept(outlet) or any(r.parent or _same(r, id_tag) for r in held)

    def wants_parent(self, outlet: Outlet, id_tag: str) -> bool:
        """Whether a tag can use a reservation by its parent alone."""
        held = self._for(outlet)
        return not any(_same(r, id_tag) for r in held) and any(r.parent for r in held)

    def match(self, outlet: Outlet, id_tag: str, parent: str = "") -> int | None:
        """The reservation that a tag, or its parent, has for an outlet."""
        held = self._for(outlet)
        own = [r for r in held if _same(r, id_tag)]
        related = [r for r in held if parent and r.parent.lower() == parent.lower()]
        return next((r.number for r in own + related), None)

    def use(self, number: int | None) -> None:
        """A transaction has begun on it."""
        self._release(self._held.get(number) if number is not None else None)
        self.settle()

    @on(Action.reserve_now)
    def _reserve(self, connector_id: int, reservation_id: int, **of: str) -> object:
        left = times.seconds_until(of["expiry_date"])
        status = self._verdict(connector_id, reservation_id) if left > 0 else "Rejected"
        if status == "Accepted":
            self._release(self._held.get(reservation_id))
            timer = asyncio.get_running_loop().call_later(left, self.use, reservation_id)
            tag, parent = of["id_tag"], of.get("parent_id_tag", "")
            self._held[reservation_id] = Reservation(
                reservation_id, connector_id, tag, parent, timer
            )
            self.settle()
        return call_result.ReserveNow(status=status)

    @on(Action.cancel_reservation)
    def _cancel(self, reservation_id: int) -> object:
        known = reservation_id in self._held
        self.use(reservation_id)
        return call_result.CancelReservation(status="Accepted" if known else "Rejected")

    def _verdict(self, connector: int, number: int) -> str:
        """The status of ReserveNow.conf; an existing id is replaced, not in the way (R1)."""
        if not connector and not self._equipment.configuration.is_on(
            "ReserveConnectorZeroSupported"
        ):
            return "Rejected"
        chosen = self._equipment.chosen(connector)
        if not chosen:
            return "Rejected"
        working = [outlet for outlet in chosen if not outlet.faulted]
        if not working:
            return "Faulted"
        operative = [outlet for outlet in working if outlet.operative]
        if not operative:
            return "Unavailable"
        others = [r for r in self._held.values() if r.number != number]
        free = [
            outlet
            for outlet in operative
            if outlet.is_free and outlet.number not in {r.connector for r in others}
        ]
        anywhere = sum(1 for r in others if r.connector == 0)
        left = self._left({r.connector for r in others})
        return "Accepted" if free and left > anywhere else "Occupied"

    def _left(self, taken: Collection[int]) -> int:
        """How many outlets are free, but for the taken ones."""
        outlets = self._equipment.outlets.values()
        return sum(1 for outlet in outlets if outlet.is_free and outlet.number not in taken)

    def _of(self, outlet: Outlet) -> Reservation | None:
        return next((r for r in self._held.values() if r.connector == outlet.number), None)

    def _for(self, outlet: Outlet) -> list[Reservation]:
        """Those that can be used at an outlet: its own one before those of any."""
        own = self._of(outlet)
        return [own] if own else [r for r in self._held.values() if r.connector == 0]

    def _is_kept(self, outlet: Outlet) -> bool:
        """Whether an outlet is for somebody: by number, or as one of the last ones left."""
        if self._of(outlet):
            return True
        anywhere = sum(1 for r in self._held.values() if r.connector == 0)
        taken = {r.connector for r in self._held.values()} | {outlet.number}
        return self._left(taken) < anywhere

    def _release(self, reservation: Reservation | None) -> None:
        if reservation:
            reservation.timer.cancel()
            del self._held[reservation.number]


def _same(reservation: Reservation, id_tag: str) -> bool:
    return reservation.id_tag.lower() == id_tag.lower()

"""Cars at an outlet of a simulated station: they come, charge as fast as they may, and go."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any

from ocpp.v16 import call

from commands.simulate import times
from commands.simulate.cars import Car
from commands.simulate.counts import FleetCounts
from commands.simulate.features import Features
from commands.simulate.outlet import Outlet, Start, Status
from commands.simulate.station import Station


@dataclass(frozen=True, slots=True)
class Pace:
    """How busy the stations are; seconds, mean values where one is drawn."""

    idle: float = 30.0
    session: float = 60.0
    sample: float = 10.0
    step: float = 2.0  # installing firmware
    incidents: float = 0.0  # between two of a station; 0: nothing ever happens to it
    batteries: bool = False  # cars have some, which fill up


class Visits:
    """All cars of one station; what they do to it outlives connections."""

    def __init__(
        self, features: Features, tags: Sequence[str], pace: Pace, counts: FleetCounts
    ) -> None:
        self._features, self._tags, self._pace, self._counts = features, tags, pace, counts
        self._chance = SystemRandom()
        self._cars: dict[int, Car] = {}  # by the number of the outlet they are at

    async def take_place(self, station: Station, outlet: Outlet) -> None:
        """Cars come and go."""
        if outlet.transaction is not None:  # the connection broke within a session
            await self._charge(station, outlet)
        await self._become(station, outlet, self._features.reservations.rest_of(outlet))
        while True:
            start = await self._next_car(outlet)
            if outlet.operative and not outlet.faulted and start.id_tag:
                await self._arrive(station, outlet, start)

    async def _next_car(self, outlet: Outlet) -> Start:
        """Who comes next, by chance or by order."""
        try:
            async with asyncio.timeout(self._chance.expovariate(1 / self._pace.idle)):
                return await outlet.starts.get()
        except TimeoutError:
            return Start(self._chance.choice(self._tags))

    async def _arrive(self, station: Station, outlet: Outlet, start: Start) -> None:
        """A car whose driver may charge here does; others drive on."""
        reservations = self._features.reservations
        if not reservations.is_open_to(outlet, start.id_tag):
            return
        parent = await self._parent_of(station, outlet, start.id_tag)
        reservation = reservations.match(outlet, start.id_tag, parent)
        if outlet.status is Status.RESERVED and reservation is None:
            return
        await self._session(station, outlet, start, reservation)

    async def _parent_of(self, station: Station, outlet: Outlet, id_tag: str) -> str:
        """Asked only when it decides who may use a reservation (TC_053)."""
        if not self._features.reservations.wants_parent(outlet, id_tag):
            return ""
        answer = await station.ask(call.Authorize(id_tag=id_tag))
        info: dict[str, Any] = answer.id_tag_info
        return str(info.get("parent_id_tag", "")) if info["status"] == "Accepted" else ""

    async def _session(
        self, station: Station, outlet: Outlet, start: Start, reservation: int | None
    ) -> None:
        await self._become(station, outlet, Status.PREPARING)
        request = call.StartTransaction(
            connector_id=outlet.number,
            id_tag=start.id_tag,
            meter_start=outlet.meter_wh,
            timestamp=times.now(),
            reservation_id=reservation,
        )
        answer = await station.ask(request)
        self._cars[outlet.number] = self._car()
        outlet.begin(answer.transaction_id, start.id_tag, at=datetime.now(UTC))
        self._features.reservations.use(reservation)
        self._features.charging.begin(outlet, start.profile)
        status = str(answer.id_tag_info["status"])
        if status != "Accepted":
            outlet.order_stop("DeAuthorized")
        if self._features.local_list.status_of(start.id_tag) not in {"", status}:
            await station.report(outlet, error="LocalListConflict")
        await self._become(station, outlet, Status.CHARGING)
        await self._charge(station, outlet)

    async def _charge(self, station: Station, outlet: Outlet) -> None:
        """Draw power until the car is full or somebody stops it."""
        self._counts.charging += 1
        try:
            reason = await self._draw(station, outlet)
        finally:
            self._counts.charging -= 1
        request = call.StopTransaction(
            transaction_id=outlet.transaction,
            id_tag=outlet.id_tag,
            meter_stop=outlet.meter_wh,
            timestamp=times.now(),
            reason=reason,
            transaction_data=self._signed(outlet),
        )
        await station.ask(request)
        self._features.charging.end(outlet.transaction)
        outlet.end()
        self._counts.sessions += 1
        await self._become(station, outlet, Status.FINISHING)
        await self._become(station, outlet, self._features.reservations.rest_of(outlet))
        self._features.reservations.settle()

    def _signed(self, outlet: Outlet) -> list[dict[str, Any]] | None:
        """What the meter has signed, when it does."""
        meter = self._features.equipment.meter
        if meter is None:
            return None
        return [{"timestamp": times.now(), "sampled_value": [meter.signed(outlet)]}]

    async def _draw(self, station: Station, outlet: Outlet) -> str:
        """The reason why it ended."""
        car, sample = self._cars[outlet.number], self._pace.sample
        while car.stays > 0:
            await self._follow_limit(station, outlet, car)
            if reason := await outlet.ordered_stop(min(car.stays, sample)):
                return reason
            exactly = outlet.power_w * sample / 3600
            car.take(exactly, sample)
            drawn, outlet.soc = int(exactly), car.soc
            outlet.meter_wh += drawn
            self._counts.energy_wh += drawn
            await station.measure(outlet)
        return "Local"

    def _car(self) -> Car:
        if self._pace.batteries:
            return Car.arriving(self._chance, self._pace.session)
        return Car(self._chance.expovariate(1 / self._pace.session))

    async def _follow_limit(self, station: Station, outlet: Outlet, car: Car) -> None:
        """Draw what is allowed; nothing allowed is a state of its own (OCPP 1.6 section 4.9)."""
        allowed = self._features.charging.power_w(outlet, datetime.now(UTC))
        outlet.power_w, outlet.soc = car.draws(allowed), car.soc
        resting = Status.SUSPENDED_EV if allowed else Status.SUSPENDED_EVSE
        status = Status.CHARGING if outlet.power_w else resting
        if outlet.status != status:
            await self._become(station, outlet, status)

    async def _become(self, station: Station, outlet: Outlet, status: Status) -> None:
        outlet.status = status
        await station.report(outlet)

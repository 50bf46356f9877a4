"""The life of a simulated station: connect, boot, charge cars, reconnect."""

import asyncio
from collections.abc import Callable
from random import SystemRandom

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from commands.simulate.configuration import Configuration
from commands.simulate.counts import FleetCounts
from commands.simulate.equipment import Equipment
from commands.simulate.features import Features
from commands.simulate.incidents import Incidents
from commands.simulate.line import Identity, Line
from commands.simulate.meter import SigningMeter
from commands.simulate.station import Rejected, Station
from commands.simulate.visits import Pace, Visits

_LONGEST_PAUSE = 30.0  # s
_OF_BATTERIES = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC"


class Life:
    """One station, for ever."""

    def __init__(
        self, identity: Identity, pace: Pace, counts: FleetCounts, starting: asyncio.Semaphore
    ) -> None:
        """`starting` is how many stations may be connecting at once."""
        self._identity, self._counts, self._starting = identity, counts, starting
        meter = SigningMeter(identity.name, identity.keyring) if identity.signs else None
        told = meter.configuration() if meter else {}
        told |= {"MeterValuesSampledData": _OF_BATTERIES} if pace.batteries else {}
        configuration = Configuration(MeterValueSampleInterval=str(int(pace.sample)), **told)
        self._equipment = Equipment(identity.name, configuration=configuration, meter=meter)
        self._features = Features(self._equipment, identity.keyring, step=pace.step)
        self._line = Line(identity, self._features.access, self._features.log)
        self._visits = Visits(self._features, identity.tags, pace, counts)
        self._incidents = Incidents(self._features, every=pace.incidents)
        self._happens = bool(pace.incidents)
        self._chance = SystemRandom()

    def enrol(self, asked: Callable[[], None], certified: Callable[[], None]) -> None:
        """Have it ask for a certificate of its own; what follows that, and its coming."""
        self._features.enrolment.begin(asked, certified)

    async def run(self) -> None:
        """Be connected again and again; the workshop works meanwhile."""
        self._features.log.add("StartupOfTheDevice")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._features.workshop.run())
            await self._stay_connected()

    async def _stay_connected(self) -> None:
        pause = 1.0
        while True:
            try:
                async with self._starting:
                    socket = await self._line.open()
                pause = 1.0
                await self._live(socket)
            except* (OSError, TimeoutError, WebSocketException, Rejected) as group:
                self._counts.fail(f"{self._identity.name}: {_first(group)}")
            await asyncio.sleep(self._incidents.away() + pause * self._chance.uniform(0.5, 1.5))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _live(self, socket: ClientConnection) -> None:
        """One connection, from boot to its end or a reset."""
        self._equipment.reset.clear()
        station = Station(self._identity.name, socket, self._features, self._counts)
        self._counts.connections += 1
        self._counts.connected += 1
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(station.start())]
                beat = await station.boot()
                outlets = self._equipment.outlets.values()
                going_on = [self._visits.take_place(station, outlet) for outlet in outlets]
                going_on += [self._beat(station, beat), self._say(station)]
                going_on += [self._incidents.befall()] if self._happens else []
                tasks += map(group.create_task, going_on)
                await self._equipment.reset.wait()
                await asyncio.sleep(1)  # sessions stop, as ordered
                for task in tasks:
                    task.cancel()
        finally:
            self._counts.connected -= 1
            await socket.close()

    async def _beat(self, station: Station, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await station.beat()

    async def _say(self, station: Station) -> None:
        """What follows a reset is said after the next boot."""
        while not self._equipment.reset.is_set():
            await self._equipment.sayings.say_next(station)


def _first(group: BaseExceptionGroup[BaseException]) -> str:
    """The reason that says most: why a socket closed says less than why it was closed."""
    leaves = [e for e in group.exceptions if not isinstance(e, BaseExceptionGroup)]
    telling = [e for e in leaves if not isinstance(e, ConnectionClosed)] or leaves or [group]
    return f"{type(telling[0]).__name__} {telling[0]}"

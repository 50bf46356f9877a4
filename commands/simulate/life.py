"""The life of a simulated station: connect, boot, charge cars, reconnect."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from commands.simulate.configuration import Configuration
from commands.simulate.counts import FleetCounts
from commands.simulate.equipment import Equipment
from commands.simulate.features import Features
from commands.simulate.station import Rejected, Station
from commands.simulate.visits import Pace, Visits

_LONGEST_PAUSE = 30.0  # s


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a station connects, and as whom."""

    url: str
    name: str
    password: str = ""
    tags: Sequence[str] = ("SIMULATED",)


class Life:
    """One station, for ever."""

    def __init__(
        self, identity: Identity, pace: Pace, counts: FleetCounts, starting: asyncio.Semaphore
    ) -> None:
        """`starting` is how many stations may be connecting at once."""
        self._identity, self._counts, self._starting = identity, counts, starting
        configuration = Configuration(MeterValueSampleInterval=str(int(pace.sample)))
        self._equipment = Equipment(identity.name, configuration=configuration)
        self._features = Features(self._equipment, step=pace.step)
        self._visits = Visits(self._features, identity.tags, pace, counts)
        self._chance = SystemRandom()

    async def run(self) -> None:
        """Be connected again and again; maintenance goes on meanwhile."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._features.maintenance.run())
            await self._stay_connected()

    async def _stay_connected(self) -> None:
        pause = 1.0
        while True:
            try:
                async with self._starting:
                    socket = await self._connect()
                pause = 1.0
                await self._live(socket)
            except* (OSError, TimeoutError, WebSocketException, Rejected) as group:
                self._counts.fail(f"{self._identity.name}: {_first(group)}")
            await asyncio.sleep(pause * self._chance.uniform(0.5, 1.5))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _connect(self) -> ClientConnection:
        identity = self._identity
        secret = base64.b64encode(f"{identity.name}:{identity.password}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}"} if identity.password else {}
        return await connect(
            f"{identity.url.rstrip('/')}/{quote(identity.name, safe='')}",
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers=headers,
            compression=None,
            proxy=None,
        )

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

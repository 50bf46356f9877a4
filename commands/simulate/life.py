"""The life of a simulated station: connect, boot, charge cars, reconnect."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom
from urllib.parse import quote

from ocpp.v16 import call
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from commands.simulate.counts import FleetCounts
from commands.simulate.outlet import Outlet, Status
from commands.simulate.station import Rejected, Station, now

_LONGEST_PAUSE = 30.0  # s
_POWER_W = 11_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How busy the stations are; seconds, mean values where one is drawn."""

    idle: float = 30.0
    session: float = 60.0
    sample: float = 10.0


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
        self._identity, self._pace = identity, pace
        self._counts, self._starting = counts, starting
        self._outlets = (Outlet(1), Outlet(2))
        self._configuration = {
            "HeartbeatInterval": "300",
            "MeterValueSampleInterval": str(int(pace.sample)),
            "NumberOfConnectors": str(len(self._outlets)),
            "SupportedFeatureProfiles": "Core,RemoteTrigger",
        }
        self._chance = SystemRandom()

    async def run(self) -> None:
        """Connect again and again."""
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
        name = self._identity.name
        station = Station(name, socket, self._outlets, self._configuration, self._counts)
        self._counts.connections += 1
        self._counts.connected += 1
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(station.start())]
                beat = await station.boot()
                tasks += [group.create_task(self._use(station, o)) for o in self._outlets]
                tasks.append(group.create_task(self._beat(station, beat)))
                tasks.append(group.create_task(self._say(station)))
                await station.reset.wait()
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
        while True:
            saying = await station.to_say.get()
            await saying()

    async def _use(self, station: Station, outlet: Outlet) -> None:
        """Cars come and go."""
        if outlet.transaction is not None:  # the connection broke within a session
            await self._charge(station, outlet)
        await station.report(outlet)
        while True:
            tag = await self._next_car(outlet)
            if tag and outlet.operative:
                await self._session(station, outlet, tag)

    async def _next_car(self, outlet: Outlet) -> str:
        """The tag of the next one, by chance or by order."""
        try:
            async with asyncio.timeout(self._chance.expovariate(1 / self._pace.idle)):
                return await outlet.starts.get()
        except TimeoutError:
            return self._chance.choice(self._identity.tags)

    async def _session(self, station: Station, outlet: Outlet, tag: str) -> None:
        await self._become(station, outlet, Status.PREPARING)
        request = call.StartTransaction(
            connector_id=outlet.number, id_tag=tag, meter_start=outlet.meter_wh, timestamp=now()
        )
        answer = await station.ask(request)
        outlet.begin(answer.transaction_id, tag)
        if answer.id_tag_info["status"] != "Accepted":
            outlet.order_stop("DeAuthorized")
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
            timestamp=now(),
            reason=reason,
        )
        await station.ask(request)
        outlet.transaction = None
        self._counts.sessions += 1
        await self._become(station, outlet, Status.FINISHING)
        rest = Status.AVAILABLE if outlet.operative else Status.UNAVAILABLE
        await self._become(station, outlet, rest)

    async def _draw(self, station: Station, outlet: Outlet) -> str:
        """The reason why it ended."""
        left = self._chance.expovariate(1 / self._pace.session)
        while left > 0:
            if reason := await outlet.ordered_stop(min(left, self._pace.sample)):
                return reason
            left -= self._pace.sample
            drawn = int(_POWER_W * self._pace.sample / 3600)
            outlet.meter_wh += drawn
            self._counts.energy_wh += drawn
            await station.measure(outlet)
        return "Local"

    async def _become(self, station: Station, outlet: Outlet, status: Status) -> None:
        outlet.status = status
        await station.report(outlet)


def _first(group: BaseExceptionGroup[BaseException]) -> str:
    """The reason that says most: why a socket closed says less than why it was closed."""
    leaves = [e for e in group.exceptions if not isinstance(e, BaseExceptionGroup)]
    telling = [e for e in leaves if not isinstance(e, ConnectionClosed)] or leaves or [group]
    return f"{type(telling[0]).__name__} {telling[0]}"

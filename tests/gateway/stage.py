"""What tests of the gateway share: a gateway on the in-process broker, and what it said to it."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from domain import topics, wire
from domain.log import Unavailable
from domain.ports import Clock, Delivery, Listing, Password
from gateway.bridge import Bridge
from gateway.broker.memory import MemoryBroker
from gateway.broker.outbox import Outbox
from gateway.calls import Rules
from gateway.session import Surroundings, Timers
from gateway.uplink import Uplink, declare_queues

NODE = "gw1"
NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)
Record = TypeVar("Record", bound=wire.Inbound)
PATIENCE = 5.0  # seconds until a test that waits has failed


def utc() -> datetime:
    return datetime.now(UTC)


@dataclass
class ManualAlarm:
    at: float
    callback: Callable[[], object]
    cancelled: bool = False

    def when(self) -> float:
        return self.at

    def cancel(self) -> None:
        self.cancelled = True


class ManualTime:
    """A clock, a monotonic one and its alarms; it passes when told to."""

    def __init__(self) -> None:
        self._now = 0.0
        self._tick = count()
        self._alarms: list[tuple[float, int, ManualAlarm]] = []

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self._now)

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, callback: Callable[[], object], /) -> ManualAlarm:
        alarm = ManualAlarm(when, callback)
        heapq.heappush(self._alarms, (when, next(self._tick), alarm))
        return alarm

    @property
    def alarms(self) -> int:
        return sum(not alarm.cancelled for _, _, alarm in self._alarms)

    def pass_by(self, seconds: float) -> None:
        until = self._now + seconds
        while self._alarms and self._alarms[0][0] <= until:
            self._now, _, alarm = heapq.heappop(self._alarms)
            if not alarm.cancelled:
                alarm.callback()
        self._now = until


@dataclass
class Telegraph:
    """A Socket that keeps what it was told."""

    is_open: bool = True
    written: list[bytes] = field(default_factory=list)
    hung_up: tuple[int, str] | None = None

    def write(self, frame: bytes) -> None:
        self.written.append(frame)

    def hang_up(self, code: int, reason: str) -> None:
        self.is_open, self.hung_up = False, (code, reason)


class Said:
    """The inbound records of all stations, in order, as the domain gets them."""

    def __init__(self) -> None:
        self._records: asyncio.Queue[wire.Inbound] = asyncio.Queue()

    def take(self, delivery: Delivery) -> None:
        for item in delivery.items:
            self._records.put_nowait(wire.decode_inbound(item))

    async def next(self) -> wire.Inbound:
        async with asyncio.timeout(PATIENCE):
            return await self._records.get()

    async def next_of(self, kind: type[Record]) -> Record:
        """The next record of a kind; what comes before it is passed over."""
        while not isinstance(record := await self.next(), kind):
            pass
        return record

    def rest(self) -> list[wire.Inbound]:
        return [self._records.get_nowait() for _ in range(self._records.qsize())]


class ShyBroker(MemoryBroker):
    """Confirms nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_confirm = asyncio.Event()

    async def publish(self, queue: str, items: Sequence[bytes], *, mandatory: bool = False) -> None:
        await self.may_confirm.wait()
        await super().publish(queue, items, mandatory=mandatory)


class Register:
    """A Directory of the stations in a dictionary."""

    def __init__(self, listings: Mapping[str, Listing]) -> None:
        self.listings = dict(listings)
        self.is_away = False

    async def find(self, station: str) -> Listing | None:
        if self.is_away:
            raise Unavailable
        return self.listings.get(station)


def listing(
    station: str,
    *,
    password_hash: str = "",
    connection: int = 0,
    security_profile: int = 0,
    next_profile: int = 0,
) -> Listing:
    return Listing(
        station=station,
        protocols=("ocpp1.6",),
        security_profile=security_profile,
        next_profile=next_profile,
        passwords=(Password(f"of {station}", password_hash),) if password_hash else (),
        connection=connection,
    )


@dataclass
class Stage:
    bridge: Bridge
    broker: MemoryBroker
    outbox: Outbox
    said: Said

    async def tell(self, *records: wire.ToGateway) -> None:
        """The domain says something to the gateway; returns when it has arrived."""
        await self.broker.publish(topics.gateway(NODE), [wire.encode(each) for each in records])

    async def heard(self) -> list[wire.Inbound]:
        """All that was said by now."""
        await self.bridge.flush()
        await asyncio.sleep(0)
        return self.said.rest()


@asynccontextmanager
async def stage(
    *,
    clock: Clock,
    timers: Timers,
    rules: Rules | None = None,
    capacity: int = 1 << 20,
    broker: MemoryBroker | None = None,
) -> AsyncIterator[Stage]:
    """A bridge whose domain only listens; one partition, so that everything is in order."""
    said = Said()
    memory = broker or MemoryBroker()
    async with (
        memory,
        Outbox(memory, capacity_bytes=capacity, grace=0.1) as outbox,
        Uplink(outbox, 1) as uplink,
    ):
        await declare_queues(memory, 1)
        inbound = await memory.consume(topics.inbound(0), said.take, prefetch=1_000_000)
        bridge = Bridge(Surroundings(NODE, uplink, clock, timers, rules or Rules()))
        own = await bridge.listen(memory)
        yield Stage(bridge, memory, outbox, said)
        await own.cancel()
        await inbound.cancel()

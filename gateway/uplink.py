"""The way from the sockets to the domain: inbound records onto the queue of their partition."""

import asyncio
from collections import deque
from typing import Self

from domain import topics, wire
from domain.ports import Broker, Overloaded
from gateway.broker.outbox import Outbox


class Uplink:
    """Posts records in order. What the full outbox refuses waits here: a few per connection."""

    def __init__(self, outbox: Outbox, partitions: int) -> None:
        self._outbox = outbox
        self._queues = tuple(map(topics.inbound, range(partitions)))
        self._held: deque[tuple[str, bytes]] = deque()
        self._relieved = asyncio.Event()
        self._relieved.set()
        self._owner = asyncio.TaskGroup()
        self._handing_over: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start to own the task that hands over what was refused."""
        await self._owner.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give up what is held: none of it was answered, so it comes again."""
        if self._handing_over is not None:
            self._handing_over.cancel()
        await self._owner.__aexit__(None, None, None)

    @property
    def is_crowded(self) -> bool:
        """Whether a reader should wait for `relief` before it reads on."""
        return bool(self._held)

    def post(self, record: wire.Inbound) -> None:
        """Send a record; never waits and never fails."""
        queue = self._queues[wire.partition_of(wire.key_of(record), len(self._queues))]
        item = wire.encode(record)
        if self._held:
            self._held.append((queue, item))
            return
        try:
            self._outbox.post(queue, item)
        except Overloaded:
            self._hold(queue, item)

    async def relief(self) -> None:
        """Return when the outbox has taken everything."""
        await self._relieved.wait()

    async def flush(self) -> None:
        """Return when the broker has everything."""
        await self.relief()
        await self._outbox.flush()

    def _hold(self, queue: str, item: bytes) -> None:
        self._held.append((queue, item))
        self._relieved.clear()
        self._handing_over = self._owner.create_task(self._hand_over())

    async def _hand_over(self) -> None:
        while self._held:
            await self._outbox.put(*self._held[0])
            self._held.popleft()
        self._relieved.set()


async def declare_queues(broker: Broker, partitions: int) -> None:
    """The queues a gateway speaks to: a record for a queue that does not exist would be lost."""
    for partition in range(partitions):
        await broker.declare_durable(topics.inbound(partition))
    await broker.declare_durable(topics.LEASES)

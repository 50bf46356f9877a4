"""The way from the sockets to the domain: inbound records onto the queue of their partition."""

import asyncio
from collections import deque

from domain import wire
from domain.ports import Broker, Overloaded
from gateway.broker import topics
from gateway.broker.outbox import Outbox


class Uplink:
    """Posts records in order. What the full outbox refuses waits here: a few per connection."""

    def __init__(self, outbox: Outbox, partitions: int) -> None:
        self._outbox = outbox
        self._queues = tuple(map(topics.inbound, range(partitions)))
        self._held: deque[tuple[str, bytes]] = deque()
        self._letting_go = asyncio.Lock()

    @property
    def is_crowded(self) -> bool:
        """Whether a reader should wait for `relief` before it reads on."""
        return bool(self._held)

    def post(self, record: wire.Inbound) -> None:
        """Send a record; never waits and never fails."""
        queue = self._queues[wire.partition_of(wire.key_of(record), len(self._queues))]
        item = wire.encode(record)
        if self._held:  # order
            self._held.append((queue, item))
            return
        try:
            self._outbox.post(queue, item)
        except Overloaded:
            self._held.append((queue, item))

    async def relief(self) -> None:
        """Return when the outbox has taken everything."""
        async with self._letting_go:
            while self._held:
                await self._outbox.put(*self._held[0])
                self._held.popleft()

    async def flush(self) -> None:
        """Return when the broker has everything."""
        await self.relief()
        await self._outbox.flush()


async def declare_queues(broker: Broker, partitions: int) -> None:
    """The queues a gateway speaks to: a record for a queue that does not exist would be lost."""
    for partition in range(partitions):
        await broker.declare_durable(topics.inbound(partition))
    await broker.declare_durable(topics.LEASES)

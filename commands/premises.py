"""What an installation stands on: its database, its broker, and what waits in its queues."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from domain import topics
from domain.ports import Broker, Unroutable

_PATIENCE = 2.0  # s for the broker to answer


@dataclass(frozen=True, slots=True)
class Premises:
    """`database` and `broker` are names of products; `role` and `node` those of this process."""

    broker_port: Broker
    database: str
    broker: str
    partitions: int

    @property
    def is_connected(self) -> bool:
        """Whether the broker answers at the moment."""
        return self.broker_port.connected

    async def depths(self) -> dict[str, int | None]:
        """How many messages wait, by queue; None: the broker does not tell in time."""
        inbound = [topics.inbound(partition) for partition in range(self.partitions)]
        queues = (*inbound, topics.LEASES, topics.QUARANTINE)
        found: dict[str, int | None] = dict.fromkeys(queues)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                for queue in queues:
                    found[queue] = await self._depth(queue)
        return found

    async def _depth(self, queue: str) -> int | None:
        try:
            return await self.broker_port.depth(queue)
        except Unroutable:
            return None

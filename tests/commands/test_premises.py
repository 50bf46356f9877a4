"""What waits in the queues, also of a broker that is silent."""

import asyncio

from commands import premises
from commands.premises import Premises
from gateway.broker.memory import MemoryBroker


async def test_a_queue_that_nobody_declared_has_no_depth():
    broker = MemoryBroker()
    await broker.declare_durable("inbound.0")
    await broker.publish("inbound.0", [b"record"])
    place = Premises(broker, database="memory", broker="in memory", partitions=1)
    assert await place.depths() == {"inbound.0": 1, "leases": None, "quarantine": 0}


async def test_a_broker_that_does_not_answer_holds_nobody_up(monkeypatch):
    class Silent(MemoryBroker):
        async def depth(self, queue):
            await asyncio.Event().wait()

    monkeypatch.setattr(premises, "_PATIENCE", 0.01)
    place = Premises(Silent(), database="memory", broker="in memory", partitions=2)
    assert set((await place.depths()).values()) == {None}

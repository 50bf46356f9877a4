"""The sign of life of a gateway."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from domain import topics, wire
from domain.ports import Delivery
from gateway.broker.memory import MemoryBroker
from gateway.leases import Leases, Seen, Terms
from tests.gateway.stage import NOON, PATIENCE, ManualTime


class Ear:
    def __init__(self) -> None:
        self.leases: asyncio.Queue[wire.Lease] = asyncio.Queue()

    def take(self, delivery: Delivery) -> None:
        for item in delivery.items:
            self.leases.put_nowait(wire.decode_lease(item))

    async def next(self) -> wire.Lease:
        async with asyncio.timeout(PATIENCE):
            return await self.leases.get()


async def test_a_lease_says_until_when_and_who_spoke() -> None:
    ear, seen = Ear(), Seen()
    seen.mark("CP1", 7, NOON)
    async with MemoryBroker() as broker:
        await broker.consume(topics.LEASES, ear.take)
        leases = Leases("gw1", broker, seen, ManualTime())
        await leases.renew()
        await leases.renew()
        until = NOON + timedelta(seconds=15)
        spoke = (("CP1", 7, NOON),)
        assert await ear.next() == wire.Lease(node="gw1", until=until, seen=spoke)
        assert await ear.next() == wire.Lease(node="gw1", until=until)


async def test_leases_are_renewed_for_ever() -> None:
    ear = Ear()
    terms = Terms(every=timedelta(milliseconds=1))
    async with MemoryBroker() as broker:
        await broker.consume(topics.LEASES, ear.take)
        leases = Leases("gw1", broker, Seen(), ManualTime(), terms)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(leases.run())
            for _ in range(3):
                await ear.next()
            running.cancel()


class DeafBroker(MemoryBroker):
    """Never confirms."""

    async def publish(self, queue: str, items: Sequence[bytes], *, mandatory: bool = False) -> None:
        await asyncio.Event().wait()


async def test_who_spoke_is_not_forgotten_while_the_broker_is_away() -> None:
    seen = Seen()
    seen.mark("CP1", 7, NOON)
    seen.mark("CP2", 8, NOON)
    terms = Terms(every=timedelta(milliseconds=1))
    await Leases("gw1", DeafBroker(), seen, ManualTime(), terms).renew()
    assert seen.take() == (("CP1", 7, NOON), ("CP2", 8, NOON))


def test_a_newer_mark_wins_over_one_put_back() -> None:
    seen, later = Seen(), NOON + timedelta(seconds=1)
    seen.mark("CP1", 7, NOON)
    taken = seen.take()
    seen.mark("CP1", 8, later)
    seen.put_back(taken)
    assert seen.take() == (("CP1", 8, later),)

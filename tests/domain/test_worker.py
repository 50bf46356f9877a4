"""The worker on the in-process broker: answered after the commit, poison put aside, drained."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from domain import topics, wire
from domain.log import Unavailable
from domain.ports import Delivery
from domain.store.memory import MemoryLog
from domain.worker import Share, Worker
from gateway.broker.memory import MemoryBroker
from gateway.broker.outbox import Outbox
from tests.domain.house import House, heartbeat

QUEUE = topics.inbound(0)
ALONE = Share(partitions=1, standby_delay=0)
STANDING_BY = Share(partitions=1, index=1, workers=2, standby_delay=0)


class Stage:
    """A worker at work, and what it sent to gateway g1."""

    def __init__(self, house: House, broker: MemoryBroker) -> None:
        self.house, self.broker = house, broker
        self.answers: asyncio.Queue[wire.ToGateway] = asyncio.Queue()

    def receive(self, delivery: Delivery) -> None:
        for item in delivery.items:
            self.answers.put_nowait(wire.decode_to_gateway(item))

    async def say(self, *items: bytes) -> None:
        await self.broker.publish(QUEUE, items)

    async def answer(self) -> Any:
        async with asyncio.timeout(10):
            record = await self.answers.get()
        assert isinstance(record, wire.Answer)
        return orjson.loads(record.frame)


@asynccontextmanager
async def working(
    house: House, share: Share = ALONE, broker: MemoryBroker | None = None
) -> AsyncIterator[Stage]:
    house.settle()
    stop = asyncio.Event()
    async with broker or MemoryBroker() as held, Outbox(held) as outbox:
        stage = Stage(house, held)
        await held.consume_own(topics.gateway("g1"), stage.receive)
        await held.declare_durable(QUEUE)
        run = asyncio.ensure_future(Worker(held, outbox, house.inbox, share).run(stop))
        yield stage
        stop.set()
        await run
        assert await held.depth(QUEUE) == 0


def beat(house: House, message_id: str) -> bytes:
    return wire.encode(house.received(heartbeat(message_id)))


async def test_what_is_asked_is_answered_in_order():
    async with working(House()) as stage:
        await stage.say(*(beat(stage.house, str(n)) for n in range(5)))
        assert [(await stage.answer())[1] for _ in range(5)] == list("01234")


async def test_poison_is_put_aside_and_harms_nobody():
    async with working(House()) as stage:
        await stage.say(b"\xc1", beat(stage.house, "good"))
        assert (await stage.answer())[1] == "good"
        assert await stage.broker.depth(topics.QUARANTINE) == 1


async def test_while_the_database_is_away_the_batch_waits():
    log = _AwayOnce()
    async with working(House(log)) as stage:
        log.away = 2
        await stage.say(beat(stage.house, "patient"))
        assert (await stage.answer())[1] == "patient"
        assert log.away == 0


async def test_what_has_arrived_when_it_stops_is_worked_off():
    async with working(House()) as stage:
        for n in range(100):
            await stage.say(beat(stage.house, str(n)))
    assert stage.answers.qsize() == 100


async def test_a_delivery_that_comes_before_the_subscription_is_known_is_acknowledged():
    broker = _HastyBroker()
    async with working(House(), STANDING_BY, broker) as stage:
        await stage.say(beat(stage.house, "early"))
        assert (await stage.answer())[1] == "early"
        broker.tells.set()


class _HastyBroker(MemoryBroker):
    """Delivers before it tells that it has subscribed."""

    def __init__(self) -> None:
        super().__init__()
        self.tells = asyncio.Event()

    async def consume(
        self,
        queue: str,
        receive: Callable[[Delivery], None],
        *,
        lost: Callable[[], None] | None = None,
        prefetch: int = 32,
    ) -> Any:
        consumer = await super().consume(queue, receive, lost=lost, prefetch=prefetch)
        await self.tells.wait()
        return consumer


class _AwayOnce(MemoryLog):
    away = 0

    def commit(self, *args: Any, **kwargs: Any) -> int:
        if self.away:
            self.away -= 1
            raise Unavailable
        return super().commit(*args, **kwargs)

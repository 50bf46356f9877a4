"""What the broker gave up is taken in as cases: nothing waits in a queue that nobody reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from domain import topics, wire
from domain.model.case_operations import NOBODY, KeepPoison, ResolveCase
from domain.model.quarantine import Kind, Quarantine, Ruling
from domain.model.transaction import Transaction
from domain.ports import Delivery
from domain.salvage import Salvage
from gateway.broker.memory import MemoryBroker
from tests.domain.house import House, start

PARTITIONS = 2


class Inbound:
    """What reaches the writers, of all partitions together."""

    def __init__(self) -> None:
        self.items: asyncio.Queue[bytes] = asyncio.Queue()

    def receive(self, delivery: Delivery) -> None:
        for item in delivery.items:
            self.items.put_nowait(item)

    async def next(self) -> wire.Wish:
        async with asyncio.timeout(10):
            record = wire.decode_inbound(await self.items.get())
        assert isinstance(record, wire.Wish)
        return record


@asynccontextmanager
async def salvaging(house: House) -> AsyncIterator[tuple[MemoryBroker, Inbound]]:
    async with MemoryBroker() as broker:
        inbound = Inbound()
        for partition in range(PARTITIONS):
            await broker.consume(topics.inbound(partition), inbound.receive)
        salvage = Salvage(broker, lambda: house.now, partitions=PARTITIONS)
        working = asyncio.ensure_future(salvage.run())
        yield broker, inbound
        working.cancel()
        await asyncio.wait([working])
        assert await broker.depth(topics.QUARANTINE) == 0


def kept(house: House) -> list[Quarantine.Kept]:
    return [fact for fact in house.told() if isinstance(fact, Quarantine.Kept)]


async def test_a_record_that_was_given_up_is_a_case_of_its_station_and_is_decided_again(house):
    given_up = house.received(start())
    async with salvaging(house) as (broker, inbound):
        await broker.publish(topics.QUARANTINE, [wire.encode(given_up)])
        wish = await inbound.next()
    house.process(wish)
    (case,) = kept(house)
    assert (case.station, case.kind, case.frame) == ("CP1", Kind.POISON, wish.id)
    assert case.reason == "the broker gave it up"
    record = msgspec.json.decode(wish.body, type=KeepPoison).record
    resolve = ResolveCase(
        station="CP1", case=case.originator_id, ruling=Ruling.AGAIN, note="n", record=record
    )
    ((_, reply),) = house.process(house.wish(resolve)).replies
    assert reply.refused == ""
    assert any(isinstance(fact, Transaction.Started) for fact in house.told())


async def test_the_same_poison_is_one_case_however_often_it_comes(house):
    async with salvaging(house) as (broker, inbound):
        for _ in range(2):
            await broker.publish(topics.QUARANTINE, [b"\xc1rubbish"])
        first, second = await inbound.next(), await inbound.next()
    assert first.id == second.id
    house.process(first)
    house.process(second, redelivered=True)
    (case,) = kept(house)
    assert (case.station, case.reason) == (NOBODY, "it is no record")
    ((_, reply),) = house.process(
        house.wish(
            ResolveCase(
                station=NOBODY, case=case.originator_id, ruling=Ruling.DISMISS, note="a test"
            )
        )
    ).replies
    assert reply.refused == ""


@pytest.mark.parametrize("item", [b"", b"\xff\x00\xfe", b"[2]", b"\x80" * 200_000])
async def test_any_bytes_can_be_put_on_record(house, item):
    async with salvaging(house) as (broker, inbound):
        await broker.publish(topics.QUARANTINE, [item])
        wish = await inbound.next()
    house.process(wish)
    assert len(kept(house)) == 1
    assert b"\\u0000" not in wish.body


async def test_what_cannot_even_be_put_aside_goes_round_once(house):
    async with salvaging(house) as (broker, inbound):
        await broker.publish(topics.QUARANTINE, [wire.encode(house.received(start()))])
        first = await inbound.next()
        await broker.publish(topics.QUARANTINE, [wire.encode(first)])
        second = await inbound.next()
        await broker.publish(topics.QUARANTINE, [wire.encode(second)])
        await broker.publish(topics.QUARANTINE, [b"the next"])
        assert (await inbound.next()).body.endswith(b'"rubbish":"the next"}')
    assert second.key == NOBODY
    assert len(second.body) < len(first.body)
    assert b"ABC" not in second.body

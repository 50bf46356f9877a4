import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from commands import desk as desks
from commands.desk import Address, Declined, Desk, Undecided, Unread
from commands.watch import Watch
from domain import topics, wire
from domain.model.operations import RemoveStation, WithdrawToken
from domain.ports import Delivery
from gateway.broker.memory import MemoryBroker
from gateway.broker.outbox import Outbox

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PARTITIONS = 4


class Domain:
    """Answers each wish with the same reply, and keeps what came."""

    def __init__(self, broker):
        self.broker, self.wishes = broker, []
        self.answer: dict[str, Any] | None = {"position": 7, "result": "done"}

    def receive(self, delivery):
        self.wishes += [wire.decode_inbound(item) for item in delivery.items]
        if self.answer is not None:
            self.replying = asyncio.ensure_future(self._reply(self.wishes[-1]))

    async def _reply(self, wish):
        reply = wire.Reply(wish=wish.id, **(self.answer or {}))
        await self.broker.publish(wish.reply_to, [wire.encode(reply)])


@pytest_asyncio.fixture
async def stage(monkeypatch):
    monkeypatch.setattr(desks, "DECIDED_WITHIN", 0.05)
    monkeypatch.setattr(desks, "READABLE_WITHIN", 0.05)
    async with MemoryBroker() as broker, Outbox(broker) as outbox, asyncio.TaskGroup() as group:
        domain = Domain(broker)
        for partition in range(PARTITIONS):
            await broker.consume(topics.inbound(partition), domain.receive)
        readable = Watch(lambda places: [place for place in places if place <= 7])
        watching = group.create_task(readable.run())
        address = Address(node="n", partitions=PARTITIONS)
        desk = Desk(outbox, readable, address=address, clock=lambda: NOON)
        await broker.consume_own(desk.queue, desk.receive)
        yield desk, domain
        watching.cancel()


async def test_a_wish_reaches_its_one_writer_stamped(stage):
    desk, domain = stage
    reply = await desk.wish(RemoveStation(station="CP1"), by="alice")

    (wish,) = domain.wishes
    assert (wish.name, wish.by, wish.at, wish.key) == ("RemoveStation", "alice", NOON, "CP1")
    assert msgspec.json.decode(wish.body, type=RemoveStation).station == "CP1"
    assert (reply.position, reply.result) == (7, "done")


async def test_two_spellings_of_a_tag_have_one_writer(stage):
    desk, domain = stage
    for tag in ("ALICE", "alice"):
        await desk.wish(WithdrawToken(id_tag=tag), by="x")
    assert len({wish.key for wish in domain.wishes}) == 1


async def test_a_refusal_is_told_with_its_kind(stage):
    desk, domain = stage
    domain.answer = {"refused": "not_found", "message": "there is none"}
    with pytest.raises(Declined, match="there is none") as declined:
        await desk.wish(RemoveStation(station="CP1"), by="x")
    assert declined.value.kind == "not_found"


async def test_nobody_waits_for_ever_for_a_decision(stage):
    desk, domain = stage
    domain.answer = None
    with pytest.raises(Undecided):
        await desk.wish(RemoveStation(station="CP1"), by="x")


async def test_nobody_waits_for_ever_for_the_read_models(stage):
    desk, domain = stage
    domain.answer = {"position": 8}
    with pytest.raises(Unread):
        await desk.wish(RemoveStation(station="CP1"), by="x")


async def test_a_reply_that_comes_too_late_is_passed_over(stage):
    desk, _ = stage
    late = wire.Reply(wish="of long ago", position=1)
    desk.receive(Delivery("q", (wire.encode(late),), redelivered=False, tag=0, epoch=0))
    assert (await desk.wish(RemoveStation(station="CP1"), by="x")).position == 7

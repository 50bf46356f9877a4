"""What the domain and the gateway may rely on, whichever broker they are given."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from domain import topics
from domain.ports import Broker, Unroutable
from gateway.broker.memory import MemoryBroker
from gateway.broker.rabbit import RabbitBroker
from tests.broker.aids import Mailbox, delete

QUEUE = topics.inbound(3)
OWN = topics.gateway("node-1")
LIMIT = 2


@pytest.fixture(params=["memory", "rabbit"])
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    if request.param == "memory":
        async with MemoryBroker(delivery_limit=LIMIT) as memory:
            yield memory
        return
    url, namespace = request.getfixturevalue("amqp_url"), f"test-{uuid4().hex}"
    async with RabbitBroker(url, namespace, delivery_limit=LIMIT) as rabbit:
        yield rabbit
    await delete(url, [topics.qualified(namespace, each) for each in (QUEUE, topics.QUARANTINE)])


async def publish_each(broker: Broker, *items: bytes) -> None:
    await broker.declare_durable(QUEUE)
    for item in items:
        await broker.publish(QUEUE, [item])


async def test_items_published_together_arrive_together(broker: Broker) -> None:
    await broker.declare_durable(QUEUE)
    await broker.publish(QUEUE, [b"one", b"", b"three"])
    mailbox = Mailbox()
    await broker.consume(QUEUE, mailbox)
    await mailbox.holds(3)
    (delivery,) = mailbox.deliveries
    assert delivery.items == (b"one", b"", b"three")
    assert delivery.queue == QUEUE
    assert not delivery.redelivered


async def test_messages_arrive_in_order_whether_published_before_or_after(broker: Broker) -> None:
    expected = [b"%d" % number for number in range(40)]
    mailbox = Mailbox()
    await publish_each(broker, *expected[:20])
    await broker.consume(QUEUE, mailbox, prefetch=100)
    await publish_each(broker, *expected[20:])
    assert await mailbox.holds(40) == expected


async def test_messages_published_at_once_keep_the_order_of_the_calls(broker: Broker) -> None:
    expected = [b"%d" % number for number in range(20)]
    mailbox = Mailbox()
    await broker.consume(QUEUE, mailbox)
    await asyncio.gather(*(broker.publish(QUEUE, [item]) for item in expected))
    assert await mailbox.holds(20) == expected


async def test_the_first_consumer_gets_all_and_the_second_stands_by(broker: Broker) -> None:
    first, second = Mailbox(), Mailbox()
    active = await broker.consume(QUEUE, first)
    await broker.consume(QUEUE, second)
    await publish_each(broker, b"one", b"two")
    await first.holds(2)
    active.ack(first.deliveries)
    await publish_each(broker, b"three")
    await first.holds(3)
    assert second.items == []


async def test_what_a_consumer_leaves_unacknowledged_goes_to_the_next_in_order(
    broker: Broker,
) -> None:
    first, second = Mailbox(), Mailbox()
    active = await broker.consume(QUEUE, first)
    await broker.consume(QUEUE, second)
    await publish_each(broker, b"one", b"two", b"three")
    await first.holds(3)
    active.ack(first.deliveries[:1])
    await active.cancel()
    await publish_each(broker, b"four")
    assert await second.holds(3) == [b"two", b"three", b"four"]
    assert [each.redelivered for each in second.deliveries] == [True, True, False]


async def test_deliveries_may_be_acknowledged_in_any_order(broker: Broker) -> None:
    first, second = Mailbox(), Mailbox()
    active = await broker.consume(QUEUE, first)
    await publish_each(broker, b"one", b"two", b"three", b"four")
    await first.holds(4)
    active.ack([first.deliveries[3], first.deliveries[1]])
    await active.cancel()
    await broker.consume(QUEUE, second)
    assert await second.holds(2) == [b"one", b"three"]


async def test_what_is_acknowledged_does_not_come_back(broker: Broker) -> None:
    mailbox = Mailbox()
    active = await broker.consume(QUEUE, mailbox)
    await publish_each(broker, b"one", b"two")
    await mailbox.holds(2)
    active.ack(mailbox.deliveries)
    await active.cancel()
    await publish_each(broker, b"three")
    await broker.consume(QUEUE, mailbox)
    assert await mailbox.holds(3) == [b"one", b"two", b"three"]


async def test_acknowledging_through_another_consumer_does_nothing(broker: Broker) -> None:
    first, second, third = Mailbox(), Mailbox(), Mailbox()
    active = await broker.consume(QUEUE, first)
    await publish_each(broker, b"one")
    await first.holds(1)
    await active.cancel()
    later = await broker.consume(QUEUE, second)
    await second.holds(1)
    later.ack(first.deliveries)
    await later.cancel()
    await broker.consume(QUEUE, third)
    assert await third.holds(1) == [b"one"]


async def test_a_cancelled_consumer_receives_nothing_more(broker: Broker) -> None:
    mailbox = Mailbox()
    consumer = await broker.consume(QUEUE, mailbox)
    await consumer.cancel()
    await consumer.cancel()
    await publish_each(broker, b"one")
    assert await broker.depth(QUEUE) == 1
    assert mailbox.items == []


async def test_a_consumer_holds_no_more_messages_than_its_prefetch(broker: Broker) -> None:
    mailbox = Mailbox()
    await publish_each(broker, b"one", b"two", b"three", b"four", b"five")
    consumer = await broker.consume(QUEUE, mailbox, prefetch=2)
    assert await mailbox.holds(2) == [b"one", b"two"]
    assert await broker.depth(QUEUE) == 3
    consumer.ack(mailbox.deliveries)
    assert await mailbox.holds(4) == [b"one", b"two", b"three", b"four"]


async def test_depth_counts_the_messages_that_wait(broker: Broker) -> None:
    await broker.declare_durable(QUEUE)
    assert await broker.depth(QUEUE) == 0
    await broker.publish(QUEUE, [b"one", b"two"])
    await broker.publish(QUEUE, [b"three"])
    assert await broker.depth(QUEUE) == 2


async def test_declaring_again_keeps_what_is_there(broker: Broker) -> None:
    await publish_each(broker, b"one")
    await broker.declare_durable(QUEUE)
    assert await broker.depth(QUEUE) == 1


async def test_a_queue_that_nobody_declared_has_no_depth(broker: Broker) -> None:
    with pytest.raises(Unroutable):
        await broker.depth("nobody")
    await broker.declare_durable(QUEUE)
    assert await broker.depth(QUEUE) == 0


async def test_only_a_mandatory_message_is_missed_when_there_is_no_queue(broker: Broker) -> None:
    await broker.publish(OWN, [b"dropped"])
    with pytest.raises(Unroutable):
        await broker.publish(OWN, [b"missed"], mandatory=True)


async def test_a_private_queue_needs_no_acknowledgement(broker: Broker) -> None:
    mailbox = Mailbox()
    own = await broker.consume_own(OWN, mailbox)
    expected = [b"%d" % number for number in range(50)]
    for item in expected:
        await broker.publish(OWN, [item], mandatory=True)
    assert await mailbox.holds(50) == expected
    own.ack(mailbox.deliveries)
    assert await broker.depth(OWN) == 0


async def test_a_private_queue_ends_with_its_consumer(broker: Broker) -> None:
    mailbox = Mailbox()
    own = await broker.consume_own(OWN, mailbox)
    await broker.publish(OWN, [b"here"], mandatory=True)
    await mailbox.holds(1)
    await own.cancel()
    with pytest.raises(Unroutable):
        await broker.publish(OWN, [b"gone"], mandatory=True)
    assert mailbox.items == [b"here"]


async def test_a_message_that_nobody_can_take_ends_in_the_quarantine(broker: Broker) -> None:
    mailbox, quarantine = Mailbox(), Mailbox()
    await publish_each(broker, b"poison", b"fine")
    for attempt in range(LIMIT + 1):
        consumer = await broker.consume(QUEUE, mailbox, prefetch=1)
        assert (await mailbox.holds(attempt + 1))[-1] == b"poison"
        await consumer.cancel()
    await broker.consume(topics.QUARANTINE, quarantine)
    assert await quarantine.holds(1) == [b"poison"]
    await broker.consume(QUEUE, mailbox)
    assert (await mailbox.holds(LIMIT + 2))[-1] == b"fine"


async def test_the_quarantine_keeps_what_nobody_can_take(broker: Broker) -> None:
    mailbox = Mailbox()
    await broker.declare_durable(QUEUE)
    await broker.publish(topics.QUARANTINE, [b"poison"])
    for attempt in range(2 * LIMIT + 2):
        consumer = await broker.consume(topics.QUARANTINE, mailbox)
        await mailbox.holds(attempt + 1)
        await consumer.cancel()
    assert set(mailbox.items) == {b"poison"}

"""What RabbitMQ and the network do to us, and what nobody may notice of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from uuid import uuid4

import pytest

from domain import topics
from domain.ports import Delivery, Unroutable
from gateway.broker.outbox import Outbox
from gateway.broker.rabbit import RabbitBroker
from tests.broker.aids import PATIENCE, Mailbox, Proxy, declare_classic, delete, publish_raw

QUEUE = topics.inbound(0)
OWN = topics.gateway("node-1")


@pytest.fixture
async def namespace(amqp_url: str) -> AsyncIterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    await delete(amqp_url, [topics.qualified(name, each) for each in (QUEUE, topics.QUARANTINE)])


@pytest.fixture
async def proxy(amqp_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(amqp_url) as line:
        yield line


@pytest.fixture
async def near(amqp_url: str, namespace: str) -> AsyncIterator[RabbitBroker]:
    """A broker whose connections stay."""
    async with RabbitBroker(amqp_url, namespace) as broker:
        await broker.declare_durable(QUEUE)
        yield broker


@pytest.fixture
async def far(proxy: Proxy, namespace: str) -> AsyncIterator[RabbitBroker]:
    """A broker behind the proxy."""
    async with RabbitBroker(proxy.url, namespace) as broker:
        await broker.declare_durable(QUEUE)
        yield broker


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - of a library's state there is no event
            await asyncio.sleep(0)


async def test_publishing_waits_while_the_broker_is_away(
    far: RabbitBroker, near: RabbitBroker, proxy: Proxy
) -> None:
    mailbox = Mailbox()
    await near.consume(QUEUE, mailbox)
    await proxy.cut()
    await until(lambda: not far.connected)
    publishing = asyncio.create_task(far.publish(QUEUE, [b"late"]))
    await near.publish(QUEUE, [b"early"])
    assert await mailbox.holds(1) == [b"early"]
    assert not publishing.done()
    proxy.mend()
    await publishing
    assert await mailbox.holds(2) == [b"early", b"late"]
    await until(lambda: far.connected)


async def test_what_was_not_confirmed_when_the_connection_broke_is_published_again_in_order(
    far: RabbitBroker, near: RabbitBroker, proxy: Proxy
) -> None:
    mailbox = Mailbox()
    await near.consume(QUEUE, mailbox, prefetch=1000)
    expected = [b"%d" % number for number in range(20)]
    await far.publish(QUEUE, [b"confirmed"])
    proxy.deafen()
    publishing = [asyncio.create_task(far.publish(QUEUE, [item])) for item in expected]
    await mailbox.holds(2)  # the first arrived, but nobody told the publisher
    await proxy.cut()
    proxy.mend()
    await asyncio.gather(*publishing)
    assert await mailbox.holds(22) == [b"confirmed", b"0", *expected]


async def test_nothing_posted_is_lost_or_overtaken_while_connections_break(
    far: RabbitBroker, near: RabbitBroker, proxy: Proxy
) -> None:
    mailbox = Mailbox()

    def receive(delivery: Delivery) -> None:
        mailbox(delivery)
        consumer.ack([delivery])

    consumer = await near.consume(QUEUE, receive)
    async with Outbox(far, grace=PATIENCE) as outbox:
        for cut in range(3):
            for number in range(500):
                outbox.post(QUEUE, b"%d" % (1000 * cut + number))
            await mailbox.holds(len(mailbox.items) + 1)
            await proxy.cut()
            proxy.mend()
    seen = list(dict.fromkeys(await mailbox.has(b"2499")))
    assert seen == [b"%d" % (1000 * cut + number) for cut in range(3) for number in range(500)]


async def test_a_consumer_comes_back_and_its_old_deliveries_are_void(
    far: RabbitBroker, proxy: Proxy
) -> None:
    mailbox, losses = Mailbox(), []
    consumer = await far.consume(QUEUE, mailbox, lost=lambda: losses.append(len(mailbox.items)))
    await far.publish(QUEUE, [b"one"])
    await far.publish(QUEUE, [b"two"])
    await mailbox.holds(2)
    consumer.ack(mailbox.deliveries[:1])
    await far.publish(QUEUE, [b"three"])
    await mailbox.holds(3)
    await proxy.cut()
    await until(lambda: bool(losses))
    proxy.mend()
    assert await mailbox.holds(5) == [b"one", b"two", b"three", b"two", b"three"]
    consumer.ack(mailbox.deliveries[:3])  # the old ones
    await consumer.cancel()
    heir = Mailbox()
    await far.consume(QUEUE, heir)
    assert await heir.holds(2) == [b"two", b"three"]
    assert losses == [3]
    assert [each.redelivered for each in mailbox.deliveries] == [False, False, False, True, True]
    assert mailbox.deliveries[3].epoch > mailbox.deliveries[0].epoch


async def test_a_standby_takes_over_when_the_connection_of_the_active_one_breaks(
    far: RabbitBroker, near: RabbitBroker, proxy: Proxy
) -> None:
    first, second = Mailbox(), Mailbox()
    await far.consume(QUEUE, first)
    await near.consume(QUEUE, second)
    await near.publish(QUEUE, [b"one"])
    await first.holds(1)
    await proxy.cut()
    assert await second.holds(1) == [b"one"]
    assert second.deliveries[0].redelivered


async def test_a_private_queue_is_there_again_after_a_reconnect(
    far: RabbitBroker, near: RabbitBroker, proxy: Proxy
) -> None:
    mailbox = Mailbox()
    await far.consume_own(OWN, mailbox)
    await near.publish(OWN, [b"before"], mandatory=True)
    await mailbox.holds(1)
    await proxy.cut()
    await _gone(near, OWN)
    proxy.mend()
    await _there(near, OWN)
    await near.publish(OWN, [b"after"], mandatory=True)
    assert await mailbox.holds(2) == [b"before", b"after"]


async def test_a_consumer_whose_queue_was_deleted_declares_it_again(
    near: RabbitBroker, namespace: str, amqp_url: str
) -> None:
    mailbox, lost = Mailbox(), asyncio.Event()
    await near.consume(QUEUE, mailbox, lost=lost.set)
    await delete(amqp_url, [topics.qualified(namespace, QUEUE)])
    async with asyncio.timeout(PATIENCE):
        await lost.wait()
    await _there(near, QUEUE)
    await near.publish(QUEUE, [b"one"])
    assert await mailbox.holds(1) == [b"one"]


async def test_a_publisher_whose_durable_queue_was_deleted_declares_it_again(
    near: RabbitBroker, namespace: str, amqp_url: str
) -> None:
    await delete(amqp_url, [topics.qualified(namespace, QUEUE)])
    await near.publish(QUEUE, [b"one"])
    assert await near.depth(QUEUE) == 1


async def test_the_broker_need_not_be_there_at_the_start(proxy: Proxy, namespace: str) -> None:
    await proxy.cut()
    async with RabbitBroker(proxy.url, namespace) as broker:
        declaring = asyncio.create_task(broker.declare_durable(QUEUE))
        assert not broker.connected
        proxy.mend()
        await declaring
        assert await broker.depth(QUEUE) == 0


async def test_a_body_that_is_no_bundle_is_quarantined_and_in_nobodys_way(
    near: RabbitBroker, namespace: str, amqp_url: str
) -> None:
    mailbox, quarantine = Mailbox(), Mailbox()
    await publish_raw(amqp_url, topics.qualified(namespace, QUEUE), b"no bundle")
    await near.publish(QUEUE, [b"fine"])
    consumer = await near.consume(QUEUE, mailbox)
    await near.consume(topics.QUARANTINE, quarantine)
    assert await mailbox.holds(1) == [b"fine"]
    assert await quarantine.holds(1) == [b"no bundle"]
    consumer.ack(mailbox.deliveries)
    await consumer.cancel()
    await near.publish(QUEUE, [b"next"])
    await near.consume(QUEUE, mailbox)
    assert await mailbox.holds(2) == [b"fine", b"next"]


async def test_a_queue_that_exists_otherwise_is_taken_as_it_is(
    near: RabbitBroker, namespace: str, amqp_url: str
) -> None:
    await delete(amqp_url, [topics.qualified(namespace, QUEUE)])
    await declare_classic(amqp_url, topics.qualified(namespace, QUEUE))
    mailbox = Mailbox()
    await near.consume(QUEUE, mailbox)
    await near.publish(QUEUE, [b"one"])
    assert await mailbox.holds(1) == [b"one"]


async def test_a_queue_that_may_not_be_declared_and_is_not_there_is_unroutable(
    amqp_url: str,
) -> None:
    async with RabbitBroker(amqp_url, f"amq.{uuid4().hex}") as reserved:
        with pytest.raises(Unroutable, match=r"ACCESS_REFUSED|NOT_FOUND"):
            await reserved.declare_durable(QUEUE)


async def test_epochs_grow_over_all_consumers(near: RabbitBroker) -> None:
    mailbox = Mailbox()
    for number in range(3):
        await near.publish(QUEUE, [b"%d" % number])
        consumer = await near.consume(QUEUE, mailbox)
        await mailbox.holds(number + 1)
        consumer.ack(mailbox.deliveries)
        await consumer.cancel()
    epochs = [each.epoch for each in mailbox.deliveries]
    assert all(earlier < later for earlier, later in pairwise(epochs))


async def _there(broker: RabbitBroker, queue: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await _exists(broker, queue):
            pass


async def _gone(broker: RabbitBroker, queue: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await _exists(broker, queue):
            pass


async def _exists(broker: RabbitBroker, queue: str) -> bool:
    try:
        await broker.depth(queue)
    except Unroutable:
        return False
    return True

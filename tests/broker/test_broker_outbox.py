"""The outbox: what gathers, what is refused, what comes back."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest

from domain.ports import Overloaded, Unroutable
from gateway.broker.memory import MemoryBroker
from gateway.broker.outbox import MAX_BYTES, MAX_ITEMS, Outbox
from tests.broker.aids import PATIENCE, Mailbox

QUEUE, OTHER, NOWHERE = "inbound.0", "inbound.1", "gateway.gone"


class SlowBroker(MemoryBroker):
    """A memory broker that confirms when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.confirms = asyncio.Semaphore(0)
        self.calls = 0
        self.at_once = 0

    async def publish(self, queue: str, items: Sequence[bytes], *, mandatory: bool = False) -> None:
        self.calls += 1
        self.at_once += 1
        await self.confirms.acquire()
        self.at_once -= 1
        await super().publish(queue, items, mandatory=mandatory)

    def confirm(self, messages: int = 1) -> None:
        for _ in range(messages):
            self.confirms.release()


@pytest.fixture
async def broker() -> AsyncIterator[SlowBroker]:
    async with SlowBroker() as slow:
        yield slow
        slow.confirm(1000)


@pytest.fixture
async def mailbox(broker: SlowBroker) -> Mailbox:
    received = Mailbox()
    await broker.consume(QUEUE, received, prefetch=1000)
    await broker.consume(OTHER, received, prefetch=1000)
    return received


async def turns(number: int = 5) -> None:
    """Let every task that can run do so."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_what_comes_while_a_message_is_unconfirmed_leaves_together(
    broker: SlowBroker, mailbox: Mailbox
) -> None:
    async with Outbox(broker) as outbox:
        outbox.post(QUEUE, b"0")
        await turns()
        for number in range(1, 5):
            outbox.post(QUEUE, b"%d" % number)
            await turns()
        assert broker.at_once == 1
        broker.confirm(2)
        await mailbox.holds(5)
    assert [each.items for each in mailbox.deliveries] == [(b"0",), (b"1", b"2", b"3", b"4")]


async def test_queues_do_not_wait_for_each_other(broker: SlowBroker, mailbox: Mailbox) -> None:
    async with Outbox(broker) as outbox:
        outbox.post(QUEUE, b"here")
        outbox.post(OTHER, b"there")
        await turns()
        assert broker.at_once == 2
        broker.confirm(2)
        assert await mailbox.holds(2) == [b"here", b"there"]


async def test_a_message_has_a_bounded_number_of_items(
    broker: SlowBroker, mailbox: Mailbox
) -> None:
    expected = [b"%d" % number for number in range(2 * MAX_ITEMS + 1)]
    broker.confirm(3)
    async with Outbox(broker) as outbox:
        post_all(outbox, QUEUE, expected)
        assert await mailbox.holds(len(expected)) == expected
    assert [len(each.items) for each in mailbox.deliveries] == [MAX_ITEMS, MAX_ITEMS, 1]


async def test_a_message_has_a_bounded_size_unless_one_item_exceeds_it(
    broker: SlowBroker, mailbox: Mailbox
) -> None:
    half, large = bytes(MAX_BYTES // 2), bytes(MAX_BYTES + 1)
    broker.confirm(3)
    async with Outbox(broker) as outbox:
        post_all(outbox, QUEUE, [half, half, half, large])
        await mailbox.holds(4)
    sizes = [sum(map(len, each.items)) for each in mailbox.deliveries]
    assert sizes == [MAX_BYTES, MAX_BYTES // 2, MAX_BYTES + 1]


async def test_posting_is_refused_while_the_memory_is_full(
    broker: SlowBroker, mailbox: Mailbox
) -> None:
    async with Outbox(broker, capacity_bytes=10) as outbox:
        outbox.post(QUEUE, b"12345")
        outbox.post(QUEUE, b"67890")
        assert outbox.pending_bytes == 10
        with pytest.raises(Overloaded):
            outbox.post(QUEUE, b"x")
        with pytest.raises(Overloaded):
            outbox.post(OTHER, b"y")
        broker.confirm()
        await outbox.flush()
        assert outbox.pending_bytes == 0
        outbox.post(QUEUE, b"room")
        broker.confirm()
    assert await mailbox.holds(3) == [b"12345", b"67890", b"room"]


async def test_putting_waits_until_there_is_room(broker: SlowBroker, mailbox: Mailbox) -> None:
    async with Outbox(broker, capacity_bytes=4) as outbox:
        await outbox.put(QUEUE, b"full")
        putting = asyncio.create_task(outbox.put(QUEUE, b"next"))
        await turns()
        assert not putting.done()
        broker.confirm()
        await putting
        broker.confirm()
        assert await mailbox.holds(2) == [b"full", b"next"]


async def test_one_producer_that_waits_keeps_its_order(
    broker: SlowBroker, mailbox: Mailbox
) -> None:
    expected = [b"%03d" % number for number in range(100)]
    broker.confirm(100)
    async with Outbox(broker, capacity_bytes=9) as outbox:
        for item in expected:
            await outbox.put(QUEUE, item)
        assert await mailbox.holds(100) == expected


async def test_mandatory_items_come_back_when_there_is_no_queue(broker: SlowBroker) -> None:
    returned: list[bytes] = []
    broker.confirm(2)
    async with Outbox(broker) as outbox:
        outbox.post(NOWHERE, b"call", unroutable=returned.append)
        outbox.post(NOWHERE, b"answer")
        for each in (b"another", b"third"):
            outbox.post(NOWHERE, each, unroutable=returned.append)
        await outbox.flush()
        outbox.post(NOWHERE, b"dropped")
        await outbox.flush()
        assert outbox.pending_bytes == 0
    assert returned == [b"call", b"another", b"third"]


async def test_a_returned_item_may_be_posted_elsewhere_at_once(
    broker: SlowBroker, mailbox: Mailbox
) -> None:
    broker.confirm(2)
    async with Outbox(broker, capacity_bytes=4) as outbox:
        outbox.post(NOWHERE, b"call", unroutable=lambda item: outbox.post(QUEUE, item))
        assert await mailbox.holds(1) == [b"call"]


async def test_leaving_waits_for_the_confirms(broker: SlowBroker, mailbox: Mailbox) -> None:
    async with Outbox(broker, grace=PATIENCE) as outbox:
        outbox.post(QUEUE, b"last")
        broker.confirm()
    assert outbox.pending_bytes == 0
    assert await mailbox.holds(1) == [b"last"]


async def test_leaving_gives_up_when_the_broker_stays_away(broker: SlowBroker) -> None:
    async with Outbox(broker, grace=0) as outbox:
        outbox.post(QUEUE, b"lost")
    assert outbox.pending_bytes == len(b"lost")


async def test_an_error_on_the_way_out_does_not_wait(broker: SlowBroker) -> None:
    async def fail() -> None:
        async with Outbox(broker, grace=PATIENCE) as outbox:
            outbox.post(QUEUE, b"lost")
            raise Unroutable

    with pytest.raises(Unroutable):
        await fail()
    assert broker.calls == 0


def post_all(outbox: Outbox, queue: str, items: Iterable[bytes]) -> None:
    for item in items:
        outbox.post(queue, item)

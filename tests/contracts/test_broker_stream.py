"""What the publisher of events may rely on, whichever broker it is given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from domain import topics
from domain.ports import Broker, Retention, StreamMessage
from gateway.broker.memory import MemoryBroker
from gateway.broker.rabbit import RabbitBroker
from tests.broker.aids import PATIENCE, Proxy, delete

STREAM = "events"
KEEP = Retention(max_bytes=1_000_000, max_days=1)

Read = Callable[[int, int], Awaitable[list[tuple[int, StreamMessage]]]]


class Subject(NamedTuple):
    broker: Broker
    read: Read  # so many, from an offset on


@pytest.fixture
def namespace() -> str:
    return f"test-{uuid4().hex}"


@pytest.fixture(params=["memory", "rabbit"])
async def stream(request: pytest.FixtureRequest, namespace: str) -> AsyncIterator[Subject]:
    if request.param == "memory":
        async with MemoryBroker() as memory:
            await memory.declare_stream(STREAM, KEEP)

            async def read(_: int, offset: int) -> list[tuple[int, StreamMessage]]:
                return memory.streamed(STREAM, offset)

            yield Subject(memory, read)
        return
    url, name = request.getfixturevalue("amqp_url"), topics.qualified(namespace, STREAM)
    async with RabbitBroker(url, namespace) as rabbit:
        await rabbit.declare_stream(STREAM, KEEP)

        async def consume(most: int, offset: int) -> list[tuple[int, StreamMessage]]:
            return await consumed(url, name, most, offset)

        yield Subject(rabbit, consume)
    await delete(url, [name])


async def consumed(
    url: str, name: str, most: int, offset: int = 0
) -> list[tuple[int, StreamMessage]]:
    """As any client of the broker would."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        await channel.set_qos(prefetch_count=1000)
        queue = await channel.get_queue(name)
        await queue.consume(arrived.put, arguments={"x-stream-offset": offset})
        found: list[AbstractIncomingMessage] = []
        async with asyncio.timeout(PATIENCE):
            while len(found) < most:
                message = await arrived.get()
                await message.ack()
                found.append(message)
    told = [(each, dict(each.headers)) for each in found]
    return [
        (
            int(str(headers.pop("x-stream-offset"))),
            StreamMessage(each.message_id or "", each.body, each.content_type or "", headers),  # type: ignore[arg-type]  # ours
        )
        for each, headers in told
    ]


def message(number: int, size: int = 10) -> StreamMessage:
    return StreamMessage(
        str(number),
        b"%d" % number + b"." * size,
        "application/json",
        {"position": number, "station": "é"},
    )


async def test_what_is_appended_is_read_in_order_with_its_headers(stream: Subject) -> None:
    messages = [message(number) for number in range(500)]
    await stream.broker.publish_stream(STREAM, messages[:300])
    await stream.broker.publish_stream(STREAM, messages[300:])
    found = await stream.read(500, 0)
    assert [each for _, each in found] == messages
    assert [offset for offset, _ in found] == list(range(500))


async def test_reading_begins_at_an_offset_and_takes_nothing_away(stream: Subject) -> None:
    await stream.broker.publish_stream(STREAM, [message(number) for number in range(10)])
    for _ in range(2):
        found = [each for each in await stream.read(3, 7) if each[0] >= 7]
        assert found == [(number, message(number)) for number in (7, 8, 9)]


async def test_declaring_again_keeps_what_is_there_whatever_else_is_asked(stream: Subject) -> None:
    await stream.broker.publish_stream(STREAM, [message(1)])
    await stream.broker.declare_stream(STREAM, Retention(max_bytes=2_000_000, max_days=2))
    await stream.broker.publish_stream(STREAM, [message(2)])
    assert [each for _, each in await stream.read(2, 0)] == [message(1), message(2)]


async def test_the_memory_of_one_process_is_bounded() -> None:
    async with MemoryBroker() as broker:
        await broker.declare_stream(STREAM, KEEP)
        await broker.publish_stream(STREAM, [message(n, 99_999) for n in range(30)])
        offsets = [offset for offset, _ in broker.streamed(STREAM)]
    assert offsets == list(range(30 - len(offsets), 30))
    assert 5 < len(offsets) < 11


async def test_a_stream_that_is_gone_is_declared_again(amqp_url: str, namespace: str) -> None:
    name = topics.qualified(namespace, STREAM)
    async with RabbitBroker(amqp_url, namespace) as broker:
        await broker.declare_stream(STREAM, KEEP)
        await delete(amqp_url, [name])
        await broker.publish_stream(STREAM, [message(1), message(2)])
        found = await consumed(amqp_url, name, 2)
    await delete(amqp_url, [name])
    assert [each for _, each in found] == [message(1), message(2)]


async def test_lost_confirms_mean_a_repeat_and_never_a_gap(amqp_url: str, namespace: str) -> None:
    name = topics.qualified(namespace, STREAM)
    first, messages, last = message(0), [message(n) for n in range(1, 201)], message(201)
    async with Proxy(amqp_url) as line, RabbitBroker(line.url, namespace) as broker:
        await broker.declare_stream(STREAM, KEEP)
        await broker.publish_stream(STREAM, [first])
        line.deafen()
        sending = asyncio.create_task(broker.publish_stream(STREAM, messages))
        await consumed(amqp_url, name, 201)  # it is there, and nobody told us
        await line.cut()
        line.mend()
        async with asyncio.timeout(PATIENCE):
            await sending
        await broker.publish_stream(STREAM, [last])
        found = [each for _, each in await consumed(amqp_url, name, 402)]
    await delete(amqp_url, [name])
    assert found == [first, *messages, *messages, last]

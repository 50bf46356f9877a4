"""What the tests of the brokers share: a mailbox, a line that can be cut, a broom."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import DeliveryMode

from domain.ports import Delivery

PATIENCE = 20.0


class Mailbox:
    """Keeps what a consumer receives."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._news = asyncio.Event()

    def __call__(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self._news.set()

    @property
    def items(self) -> list[bytes]:
        return [item for each in self.deliveries for item in each.items]

    async def holds(self, items: int) -> list[bytes]:
        """All items, once there are so many."""
        return await self._when(lambda: len(self.items) >= items)

    async def has(self, item: bytes) -> list[bytes]:
        """All items, once this one is among them."""
        return await self._when(lambda: item in self.items)

    async def _when(self, enough: Callable[[], bool]) -> list[bytes]:
        async with asyncio.timeout(PATIENCE):
            while not enough():
                self._news.clear()
                await self._news.wait()
        return self.items


class Proxy:
    """A TCP line to the broker that a test can cut, mend, or make one-way."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._whole = True
        self._calls: set[asyncio.Task[None]] = set()
        self._answers = asyncio.Event()
        self._answers.set()

    @property
    def url(self) -> str:
        login = self._parts.netloc.rpartition("@")[0]
        return self._parts._replace(netloc=f"{login}@127.0.0.1:{self._port}").geturl()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1")
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.cut()
        if self._server:
            self._server.close()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True
        self._answers.set()

    async def cut(self) -> None:
        """Break every connection and turn new ones away."""
        self._whole = False
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def deafen(self) -> None:
        """Hold back what the broker says, until mended; what is said to it passes."""
        self._answers.clear()

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        call = asyncio.create_task(self._call(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        call.add_done_callback(lambda _: writer.transport.abort())

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._parts.hostname, self._parts.port or 5672
        far_reader, far_writer = await asyncio.open_connection(host, port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pipe(reader, far_writer, hold=False))
                group.create_task(self._pipe(far_reader, writer, hold=True))
        finally:
            far_writer.close()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, hold: bool
    ) -> None:
        with suppress(ConnectionError):
            while said := await reader.read(1 << 16):
                if hold:
                    await self._answers.wait()
                writer.write(said)
                await writer.drain()
        writer.close()


async def delete(url: str, queues: Iterable[str]) -> None:
    """Delete queues, names as on the broker."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        for queue in queues:
            await channel.queue_delete(queue)


async def declare_classic(url: str, queue: str) -> None:
    """A queue as an operator may have made it, other than ours."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        await channel.declare_queue(queue, durable=True)


async def publish_raw(url: str, queue: str, body: bytes) -> None:
    """A message that needs not be a bundle."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        message = aio_pika.Message(body, delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=queue)

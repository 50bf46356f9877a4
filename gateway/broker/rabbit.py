"""RabbitMQ behind the Broker port, and the door to aio-pika (ADR 3)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import cast

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, PublishError
from aiormq import exceptions, spec
from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel

from domain.ports import StreamMessage
from gateway.broker import rabbit_window
from gateway.broker.link import Arguments, Arrived, Away, Missing, Refused
from gateway.broker.linked import LinkedBroker
from gateway.broker.retry import Backoff
from gateway.broker.tasks import ending

_PATIENCE = 10.0  # seconds for an answer to anything but a publish
_PERSISTENT = 2

_log = logging.getLogger(__name__)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError as error:
        if ending():
            raise
        # The library fails calls so when a channel ends, though nobody cancelled the caller.
        raise Away("the channel was closed") from error
    except CONNECTION_EXCEPTIONS as error:
        if ending():
            raise asyncio.CancelledError from error
        raise _ours(error) from error


def _ours(error: BaseException) -> Exception:
    match error:
        case exceptions.ChannelNotFoundEntity() | PublishError():
            return Missing(str(error))
        case exceptions.ChannelAccessRefused() | exceptions.ChannelPreconditionFailed():
            return Refused(str(error))
        case _:
            return Away(repr(error))


class RabbitBroker(LinkedBroker):
    """The Broker port on RabbitMQ 3.10 and later.

    Two connections: RabbitMQ stops reading one that publishes when its memory runs out, and the
    acknowledgements that would free the memory must still get through.
    """

    def __init__(
        self,
        url: str,
        namespace: str = "ampledger",
        *,
        delivery_limit: int = 20,
        heartbeat: int = 5,
    ) -> None:
        """`heartbeat` in seconds: after three of them and a bit a silent broker is given up."""
        super().__init__(
            outgoing=_Link(url, name=f"{namespace} publish", heartbeat=heartbeat),
            incoming=_Link(url, name=f"{namespace} consume", heartbeat=heartbeat),
            namespace=namespace,
            delivery_limit=delivery_limit,
        )


class _Line:
    """A `Line`: a channel that consumes one queue."""

    def __init__(self, channel: Channel, ended: Callable[[], None], *, private: str = "") -> None:
        """`ended` is called when the broker cancels the consumer; a private queue ends with it."""
        self._channel = channel
        self._tell = ended
        self._private = private
        self._cancelled = False
        channel.on_consumer_cancel_callbacks.add(self._on_cancel)

    @property
    def ended(self) -> bool:
        return self._cancelled or self._channel.is_closed

    async def ack(self, tag: int, *, multiple: bool) -> None:
        with _translated():
            await self._channel.basic_ack(tag, multiple=multiple, wait=False)

    async def hang_up(self) -> None:
        with suppress(Away, Refused, Missing), _translated():
            async with asyncio.timeout(_PATIENCE):
                if self._private and not self.ended:
                    await self._channel.queue_delete(self._private)
                await self._channel.close()

    def _on_cancel(self, _: object) -> None:
        self._cancelled = True
        self._tell()


class _Link:
    """A `Link`: one connection that comes back by itself, for ever."""

    def __init__(self, url: str, *, name: str, heartbeat: int) -> None:
        """`heartbeat` in seconds: after three of them and a bit a silent broker is given up."""
        self._url, self._name, self._heartbeat = url, name, heartbeat
        self._connection: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._shared: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        self._asking = asyncio.Lock()

    @property
    def standing(self) -> bool:
        return self._connection is not None

    async def keep(self) -> None:
        backoff = Backoff()
        while True:
            try:
                with _translated():
                    await self._stand()
            except Away as error:
                _log.warning("broker away link=%s error=%s", self._name, error)
            await backoff.wait()

    async def declare(self, queue: str, arguments: Arguments) -> None:
        async with self._asked() as channel:
            await channel.queue_declare(queue, durable=True, arguments=dict(arguments))

    async def waiting(self, queue: str) -> int:
        async with self._asked() as channel:
            try:
                return (await channel.queue_declare(queue, passive=True)).message_count or 0
            except exceptions.ChannelLockedResource:
                return 0

    async def publish(self, queue: str, body: bytes, *, mandatory: bool) -> None:
        with _translated():
            channel = await self._shared_channel()
            await channel.basic_publish(
                body,
                routing_key=queue,
                properties=spec.Basic.Properties(delivery_mode=_PERSISTENT),
                mandatory=mandatory,
                wait=False,  # for the socket to drain: the confirm says more
            )

    async def publish_all(self, queue: str, messages: Sequence[StreamMessage]) -> None:
        with _translated():
            await rabbit_window.publish(await self._shared_channel(), queue, messages)

    async def consume(
        self, queue: str, arrived: Arrived, ended: Callable[[], None], *, prefetch: int
    ) -> _Line:
        async with self._line(ended) as (line, channel):
            await channel.basic_qos(prefetch_count=prefetch)
            await channel.basic_consume(queue, _unpacking(arrived))
        return line

    async def consume_own(self, queue: str, arrived: Arrived, ended: Callable[[], None]) -> _Line:
        async with self._line(ended, private=queue) as (line, channel):
            await channel.queue_declare(queue, exclusive=True, auto_delete=True)
            await channel.basic_consume(queue, _unpacking(arrived, tagged=False), no_ack=True)
        return line

    async def _stand(self) -> None:
        async with asyncio.timeout(_PATIENCE):
            connection = await aio_pika.connect(
                self._url,
                heartbeat=self._heartbeat,
                client_properties={"connection_name": self._name},
            )
        ended = asyncio.Event()
        connection.close_callbacks.add(lambda *_: ended.set())
        self._connection = connection
        self._up.set()
        _log.info("broker connected link=%s", self._name)
        try:
            await ended.wait()
        finally:
            self._up.clear()
            self._connection = None
            await _close(connection)

    async def _open(self) -> AbstractChannel:
        while self._connection is None:
            await self._up.wait()
        async with asyncio.timeout(_PATIENCE):
            channel = self._connection.channel(on_return_raises=True)
            await channel.initialize()
            return channel

    async def _shared_channel(self) -> Channel:
        async with self._opening:
            if self._shared is None or self._shared.is_closed:
                self._shared = await self._open()
            return await _underlay(self._shared)

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[Channel]:
        """The shared channel, for one at a time: a refusal closes it and fails all its calls."""
        with _translated():
            async with self._asking, asyncio.timeout(_PATIENCE):
                yield await self._shared_channel()

    @asynccontextmanager
    async def _line(
        self, ended: Callable[[], None], *, private: str = ""
    ) -> AsyncIterator[tuple[_Line, Channel]]:
        with _translated():
            opened = await self._open()
            opened.close_callbacks.add(lambda *_: ended())
            channel = await _underlay(opened)
            line = _Line(channel, ended, private=private)
            try:
                async with asyncio.timeout(_PATIENCE):
                    yield line, channel
            except BaseException:
                await line.hang_up()
                raise


async def _underlay(channel: AbstractChannel) -> Channel:
    # A cast, because the abstract class that this returns lacks the `wait` of `basic_publish`.
    return cast("Channel", await channel.get_underlay_channel())


async def _close(connection: AbstractConnection) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await connection.close()


def _unpacking(
    arrived: Arrived, *, tagged: bool = True
) -> Callable[[DeliveredMessage], Coroutine[None, None, None]]:
    async def take(message: DeliveredMessage) -> None:
        tag = message.delivery_tag if tagged else None
        await arrived(message.body, bool(message.redelivered), tag or 0)

    return take

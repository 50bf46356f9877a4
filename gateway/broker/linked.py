"""The Broker port over two links: what to do when they break, and what queues there are (ADR 3)."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from domain import topics, wire
from domain.ports import Delivery, Retention, StreamMessage, Unroutable
from gateway.broker.link import Arguments, Arrived, Away, Line, Link, Missing, Refused
from gateway.broker.retry import insist
from gateway.broker.subscription import Dial, Source, Subscription
from gateway.broker.tasks import leave

# RabbitMQ 4 limits deliveries when nothing is said, and 3.10 has no word for "no limit".
_NO_LIMIT = 2**31 - 1
_SMALLEST_SEGMENT, _LARGEST_SEGMENT = 250_000, 100_000_000

_log = logging.getLogger(__name__)


class LinkedBroker:
    """The Broker port on a broker far away; an async context manager.

    Entering does not wait for the broker; what is asked of it does. At most one message per queue
    is unconfirmed, so the order survives a lost connection; the Outbox makes up for it by bundling.
    A durable queue that has gone is declared again and the message repeated.
    """

    def __init__(
        self, *, outgoing: Link, incoming: Link, namespace: str, delivery_limit: int
    ) -> None:
        """`delivery_limit`: how often a message may come back before it is quarantined."""
        self._out = outgoing
        self._in = incoming
        self._namespace = namespace
        self._delivery_limit = delivery_limit
        self._durable: set[str] = set()
        self._streams: dict[str, Retention] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._epochs = count(1)
        self._subscriptions: set[Subscription] = set()
        self._links: list[asyncio.Task[None]] = []
        self._tasks = asyncio.TaskGroup()

    @property
    def connected(self) -> bool:
        """Whether both connections stand."""
        return self._out.standing and self._in.standing

    async def __aenter__(self) -> Self:
        """Begin to connect."""
        await self._tasks.__aenter__()
        self._links = [self._tasks.create_task(link.keep()) for link in (self._out, self._in)]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give unacknowledged deliveries back and close the connections."""
        await asyncio.gather(*(each.cancel() for each in self._subscriptions))
        for link in self._links:
            link.cancel()
        await leave(self._tasks, error)

    async def declare_durable(self, queue: str) -> None:
        """A quorum queue; one that exists otherwise, or may not be configured, is taken as it is.

        Raises Unroutable when it may not be configured and does not exist.
        """
        for each in (topics.QUARANTINE, queue):
            await insist(partial(self._declare, each))
            self._durable.add(each)

    async def publish(self, queue: str, items: Sequence[bytes], *, mandatory: bool = False) -> None:
        """Return once confirmed, however long the broker is away; see the port."""
        body = wire.bundle(list(items))
        turn = self._turns.setdefault(queue, asyncio.Lock())
        async with turn:
            await insist(partial(self._publish, queue, body, mandatory=mandatory))

    async def consume(
        self,
        queue: str,
        receive: Callable[[Delivery], None],
        *,
        lost: Callable[[], None] | None = None,
        prefetch: int = 32,
    ) -> Subscription:
        """Declare a durable queue and stand in line for it; see the port."""
        await self.declare_durable(queue)
        dial = partial(self._dial, queue, prefetch)
        return await self._subscribe(queue, dial, receive, lost)

    async def consume_own(self, queue: str, receive: Callable[[Delivery], None]) -> Subscription:
        """A private queue, declared again after a reconnect; what was in it is lost then."""
        dial = partial(self._in.consume_own, self._name(queue))
        return await self._subscribe(queue, dial, receive)

    async def depth(self, queue: str) -> int:
        """How many messages wait to be delivered; see the port."""
        try:
            return await insist(partial(self._in.waiting, self._name(queue)))
        except Missing:
            raise Unroutable(queue) from None

    async def declare_stream(self, queue: str, retention: Retention) -> None:
        """A stream; one that exists otherwise, or may not be configured, is taken as it is."""
        self._streams[queue] = retention
        await insist(partial(self._declare, queue))

    async def publish_stream(self, queue: str, messages: Sequence[StreamMessage]) -> None:
        """Return once all are confirmed, however long the broker is away; see the port."""
        turn = self._turns.setdefault(queue, asyncio.Lock())
        async with turn:
            await insist(partial(self._append, queue, messages))

    def _name(self, queue: str) -> str:
        return topics.qualified(self._namespace, queue)

    async def _declare(self, queue: str) -> None:
        name = self._name(queue)
        try:
            await self._in.declare(name, self._arguments(queue))
        except Refused as refusal:
            _log.warning("queue taken as it is queue=%s refusal=%s", name, refusal)
            await self._must_exist(queue)

    async def _must_exist(self, queue: str) -> None:
        try:
            await self._in.waiting(self._name(queue))
        except (Missing, Refused) as error:
            raise Unroutable(f"{queue}: {error}") from None

    def _arguments(self, queue: str) -> Arguments:
        if retention := self._streams.get(queue):
            return {
                "x-queue-type": "stream",
                "x-max-length-bytes": retention.max_bytes,
                "x-max-age": f"{retention.max_days}D",
                "x-stream-max-segment-size-bytes": _segment(retention),
            }
        arguments: dict[str, str | int | bool] = {
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
        }
        if queue == topics.QUARANTINE:
            return arguments | {"x-delivery-limit": _NO_LIMIT}
        return arguments | {
            "x-delivery-limit": self._delivery_limit,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self._name(topics.QUARANTINE),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",  # at-least-once asks for it; there is no limit to reach
        }

    async def _append(self, queue: str, messages: Sequence[StreamMessage]) -> None:
        try:
            await self._out.publish_all(self._name(queue), messages)
        except Refused as refusal:  # some message closed the channel that all share
            raise Away(str(refusal)) from refusal
        except Missing:
            await self._declare(queue)
            raise Away(f"{queue} had to be declared again") from None

    async def _publish(self, queue: str, body: bytes, *, mandatory: bool) -> None:
        durable = queue in self._durable
        try:
            await self._out.publish(self._name(queue), body, mandatory=mandatory or durable)
        except Refused as refusal:  # some message closed the channel that all share
            raise Away(str(refusal)) from refusal
        except Missing:
            if not durable:
                raise Unroutable(queue) from None
            await self._declare(queue)
            raise Away(f"{queue} had to be declared again") from None

    async def _dial(
        self, queue: str, prefetch: int, arrived: Arrived, ended: Callable[[], None]
    ) -> Line:
        try:
            await self._declare(queue)
        except Unroutable as error:
            raise Missing(str(error)) from error
        return await self._in.consume(self._name(queue), arrived, ended, prefetch=prefetch)

    async def _subscribe(
        self,
        queue: str,
        dial: Dial,
        receive: Callable[[Delivery], None],
        lost: Callable[[], None] | None = None,
    ) -> Subscription:
        source = Source(queue, self._epochs, dial, self._set_aside)
        subscription = Subscription(source, receive, lost)
        self._subscriptions.add(subscription)
        await subscription.start(self._tasks)
        return subscription

    async def _set_aside(self, body: bytes) -> None:
        _log.error("no bundle, quarantined size=%d", len(body))
        await self.publish(topics.QUARANTINE, [body])


def _segment(retention: Retention) -> int:
    """Bytes of a file of a stream: only whole ones go, and the last one never."""
    return min(_LARGEST_SEGMENT, max(_SMALLEST_SEGMENT, retention.max_bytes // 4))

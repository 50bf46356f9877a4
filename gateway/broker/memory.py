"""The broker of one process: the same port and the same promises, without a network.

What it holds dies with the process. Nothing of that was answered, so the stations send it again;
what was answered is in the event store.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from types import TracebackType
from typing import Self

from domain import topics
from domain.ports import Delivery, Retention, StreamMessage, Unroutable

_MOST_OF_A_STREAM = 16 << 20  # bytes; what was told is in the event store all the same


@dataclass(slots=True)
class _Message:
    items: tuple[bytes, ...]
    returns: int = 0  # how often it came back unacknowledged


class _Queue:
    """A durable queue: the first consumer in line is served, the others stand by."""

    def __init__(self, bury: Callable[[_Message], bool]) -> None:
        """`bury` takes a message that came back too often."""
        self.ready: deque[_Message] = deque()
        self.line: list[_Consumer] = []
        self._bury = bury

    def put(self, message: _Message) -> None:
        self.ready.append(message)
        self.serve()

    def serve(self) -> None:
        while self.ready and self.line and self.line[0].has_room:
            self.line[0].take(self.ready.popleft())

    def take_back(self, messages: Sequence[_Message]) -> None:
        for message in messages:
            message.returns += 1
        kept = [message for message in messages if not self._bury(message)]
        self.ready.extendleft(reversed(kept))
        self.serve()


class _Consumer:
    """The `Consumer` of a durable queue."""

    def __init__(
        self, queue: _Queue, hand_over: Callable[[_Message, int], None], prefetch: int, epoch: int
    ) -> None:
        self.epoch = epoch
        self._queue = queue
        self._hand_over = hand_over
        self._prefetch = prefetch
        self._tags = count(1)
        self._held: dict[int, _Message] = {}
        self._loop = asyncio.get_running_loop()

    @property
    def has_room(self) -> bool:
        return len(self._held) < self._prefetch

    def take(self, message: _Message) -> None:
        tag = next(self._tags)
        self._held[tag] = message
        self._loop.call_soon(self._deliver, tag)

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Room for as many again; deliveries of another consumer are ignored."""
        for each in deliveries:
            if each.epoch == self.epoch:
                self._held.pop(each.tag, None)
        self._queue.serve()

    async def cancel(self) -> None:
        """Leave the line; the next in it gets what is not acknowledged."""
        if self in self._queue.line:
            self._queue.line.remove(self)
            held, self._held = self._held, {}
            self._queue.take_back(list(held.values()))

    def _deliver(self, tag: int) -> None:
        if message := self._held.get(tag):  # unless cancelled meanwhile
            self._hand_over(message, tag)


class _Private:
    """The `Consumer` of a private queue, which is no more than its callback."""

    def __init__(
        self, receive: Callable[[tuple[bytes, ...]], None], leave: Callable[[], None]
    ) -> None:
        self._receive = receive
        self._leave = leave
        self._open = True

    def put(self, items: tuple[bytes, ...]) -> None:
        asyncio.get_running_loop().call_soon(self._deliver, items)

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Nothing: it is acknowledged by arriving."""

    async def cancel(self) -> None:
        """The queue is gone."""
        self._open = False
        self._leave()

    def _deliver(self, items: tuple[bytes, ...]) -> None:
        if self._open:
            self._receive(items)


class _Stream:
    """Messages that reading does not take away; the oldest go when they are too many bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._messages: deque[tuple[int, StreamMessage]] = deque()
        self._offsets = count()
        self._room = max_bytes

    def append(self, message: StreamMessage) -> None:
        self._messages.append((next(self._offsets), message))
        self._room -= len(message.body)
        while self._room < 0 and self._messages:
            self._room += len(self._messages.popleft()[1].body)

    def since(self, offset: int) -> list[tuple[int, StreamMessage]]:
        return [each for each in self._messages if each[0] >= offset]


class MemoryBroker:
    """The Broker port within one process; an async context manager like the other one."""

    def __init__(self, *, delivery_limit: int = 20) -> None:
        """`delivery_limit`: how often a message may come back before it is quarantined."""
        self._limit = delivery_limit
        self._durable: dict[str, _Queue] = {}
        self._private: dict[str, _Private] = {}
        self._streams: dict[str, _Stream] = {}
        self._epochs = count(1)

    @property
    def connected(self) -> bool:
        """Always."""
        return True

    async def __aenter__(self) -> Self:
        """Nothing to connect."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """No more deliveries."""
        for queue in self._durable.values():
            queue.line.clear()
        self._private.clear()

    async def declare_durable(self, queue: str) -> None:
        """A queue that lives as long as the process."""
        self._declared(topics.QUARANTINE)
        self._declared(queue)

    async def publish(self, queue: str, items: Sequence[bytes], *, mandatory: bool = False) -> None:
        """Return once the message is in its queue; see the port."""
        if durable := self._durable.get(queue):
            durable.put(_Message(tuple(items)))
        elif private := self._private.get(queue):
            private.put(tuple(items))
        elif mandatory:
            raise Unroutable(queue)
        await asyncio.sleep(0)  # as a broker would: let others run, so that work gathers

    async def consume(
        self,
        queue: str,
        receive: Callable[[Delivery], None],
        *,
        lost: Callable[[], None] | None = None,
        prefetch: int = 32,
    ) -> _Consumer:
        """Stand in line for a durable queue; see the port."""
        await self.declare_durable(queue)
        source = self._durable[queue]
        epoch = next(self._epochs)

        def hand_over(message: _Message, tag: int) -> None:
            receive(Delivery(queue, message.items, message.returns > 0, tag, epoch))

        consumer = _Consumer(source, hand_over, prefetch, epoch)
        source.line.append(consumer)
        source.serve()
        return consumer

    async def consume_own(self, queue: str, receive: Callable[[Delivery], None]) -> _Private:
        """A private queue; see the port."""
        epoch = next(self._epochs)

        def hand_over(items: tuple[bytes, ...]) -> None:
            receive(Delivery(queue, items, redelivered=False, tag=0, epoch=epoch))

        def leave() -> None:
            self._private.pop(queue, None)

        self._private[queue] = own = _Private(hand_over, leave)
        return own

    async def depth(self, queue: str) -> int:
        """How many messages wait to be delivered; see the port."""
        if queue in self._private:
            return 0
        if queue not in self._durable:
            raise Unroutable(queue)
        return len(self._durable[queue].ready)

    async def declare_stream(self, queue: str, retention: Retention) -> None:
        """A stream that lives as long as the process."""
        most = min(retention.max_bytes, _MOST_OF_A_STREAM)
        self._streams.setdefault(queue, _Stream(most))

    async def publish_stream(self, queue: str, messages: Sequence[StreamMessage]) -> None:
        """Return once the messages are in the stream; see the port."""
        stream = self._streams[queue]
        for message in messages:
            stream.append(message)
        await asyncio.sleep(0)  # as `publish` does

    def streamed(self, queue: str, offset: int = 0) -> list[tuple[int, StreamMessage]]:
        """What is in a stream from an offset on: for whoever lives in this process."""
        return self._streams[queue].since(offset)

    def _declared(self, queue: str) -> _Queue:
        return self._durable.setdefault(queue, _Queue(partial(self._bury, queue)))

    def _bury(self, queue: str, message: _Message) -> bool:
        if queue == topics.QUARANTINE or message.returns <= self._limit:
            return False
        self._declared(topics.QUARANTINE).put(_Message(message.items))
        return True

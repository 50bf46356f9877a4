"""What waits for the broker: one unconfirmed message per queue, the rest gathers for the next.

Batching without timers: an item leaves at once when its queue is idle, and with all that came
meanwhile when it is not.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from domain.ports import Broker, Overloaded, Unroutable
from gateway.broker.tasks import leave
from gateway.broker.turns import Turns

_WIDTH = 8  # publishes under way; under load 4 and 16 are a little slower, 2 a sixth, 1 a quarter
MAX_ITEMS = 200  # of one message
MAX_BYTES = 1 << 20  # of one message; one larger item travels alone

Unsent = Callable[[bytes], None]
_Entry = tuple[bytes, Unsent | None]


class Outbox:
    """Items on their way to the broker, in order per queue, in bounded memory.

    An item posted with `unroutable` is mandatory: when its queue does not exist, the callback gets
    it back, on the event loop; it must not raise. Without one it is dropped then.
    """

    def __init__(
        self, broker: Broker, *, capacity_bytes: int = 64 << 20, grace: float = 5.0
    ) -> None:
        """Refuse or wait from `capacity_bytes` on; at the end wait `grace` seconds for confirms."""
        self._broker = broker
        self._capacity = capacity_bytes
        self._grace = grace
        self._pending = 0
        self._room = asyncio.Event()
        self._room.set()
        self._waiting: dict[str, deque[_Entry]] = {}  # only queues that a task is emptying
        self._lanes: set[asyncio.Task[None]] = set()
        self._turns = Turns(_WIDTH)
        self._owner = asyncio.TaskGroup()

    @property
    def pending_bytes(self) -> int:
        """What was posted and is not confirmed."""
        return self._pending

    async def __aenter__(self) -> Self:
        """Start to own tasks."""
        await self._owner.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait a bounded time for what is still to leave, then give it up."""
        if error is None and self._lanes:
            await asyncio.wait(self._lanes, timeout=self._grace)
        for lane in self._lanes:
            lane.cancel()
        await leave(self._owner, error)

    async def put(self, queue: str, item: bytes, *, unroutable: Unsent | None = None) -> None:
        """Post an item as soon as there is room: back-pressure for whoever can wait."""
        while self._pending >= self._capacity:
            await self._room.wait()
        self._add(queue, item, unroutable)

    def post(self, queue: str, item: bytes, *, unroutable: Unsent | None = None) -> None:
        """Post an item now; raises Overloaded when the memory is full."""
        self._check()
        self._add(queue, item, unroutable)

    async def flush(self) -> None:
        """Return once every queue that is busy now has been empty."""
        if self._lanes:
            await asyncio.wait(self._lanes)

    def _check(self) -> None:
        if self._pending >= self._capacity:
            raise Overloaded(f"{self._pending} bytes wait for the broker")

    def _add(self, queue: str, item: bytes, unroutable: Unsent | None) -> None:
        waiting = self._waiting.get(queue)
        if waiting is None:
            waiting = self._open(queue)
        waiting.append((item, unroutable))
        self._pending += len(item)
        if self._pending >= self._capacity:
            self._room.clear()

    def _open(self, queue: str) -> deque[_Entry]:
        waiting: deque[_Entry] = deque()
        lane = self._owner.create_task(self._empty(queue, waiting), name=f"outbox {queue}")
        self._lanes.add(lane)
        lane.add_done_callback(self._lanes.discard)
        self._waiting[queue] = waiting
        return waiting

    async def _empty(self, queue: str, waiting: deque[_Entry]) -> None:
        try:
            while waiting:
                with await self._turns.take():
                    await self._send(queue, _next_message(waiting))
        finally:
            del self._waiting[queue]

    async def _send(self, queue: str, entries: list[_Entry]) -> None:
        items = [item for item, _ in entries]
        mandatory = any(unroutable for _, unroutable in entries)
        try:
            await self._broker.publish(queue, items, mandatory=mandatory)
        except Unroutable:
            self._release(items)
            _give_back(entries)
        else:
            self._release(items)

    def _release(self, items: list[bytes]) -> None:
        self._pending -= sum(map(len, items))
        if self._pending < self._capacity:
            self._room.set()


def _next_message(waiting: deque[_Entry]) -> list[_Entry]:
    entries = [waiting.popleft()]
    size = len(entries[0][0])
    while waiting and len(entries) < MAX_ITEMS:
        size += len(waiting[0][0])
        if size > MAX_BYTES:
            break
        entries.append(waiting.popleft())
    return entries


def _give_back(entries: list[_Entry]) -> None:
    for item, unroutable in entries:
        if unroutable:
            unroutable(item)

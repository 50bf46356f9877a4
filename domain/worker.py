"""The driver of the inbox: partitions in, answers out, acknowledged after the commit.

Natural batching: while a batch is being committed in the one writer thread, deliveries gather for
the next one.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from domain import topics, wire
from domain.inbox import Inbox, Outcome
from domain.log import Unavailable
from domain.ports import Broker, Consumer, Delivery, Outbox

_MOMENT = 0.05  # s without a delivery: nothing is on its way within this process

_log = logging.getLogger("ampledger.domain")


@dataclass(frozen=True, slots=True)
class Share:
    """Which partitions a worker prefers: number `index` of `workers` equal ones."""

    partitions: int
    index: int = 0
    workers: int = 1
    standby_delay: float = 2.0  # s, a head start for those who prefer the others
    drain: float = 1.0  # s, to work off what has arrived when stopping
    grace: float = 10.0  # s, for the batch in hand when stopping
    batch: int = 200  # records in one commit, more only when they arrive together

    def preferred(self) -> list[int]:
        """Ours to take at once."""
        return [p for p in range(self.partitions) if p % self.workers == self.index]

    def others(self) -> list[int]:
        """Those we stand by for."""
        return [p for p in range(self.partitions) if p % self.workers != self.index]


class Worker:
    """Owns a writer thread, and the partitions the broker gives it."""

    def __init__(self, broker: Broker, outbox: Outbox, inbox: Inbox, share: Share) -> None:
        self._broker, self._outbox, self._inbox = broker, outbox, inbox
        self._share = share
        self._consumers: dict[str, asyncio.Future[Consumer]] = {}  # done once it is subscribed
        self._waiting: deque[Delivery] = deque()
        self._work = asyncio.Event()
        self._rest = asyncio.Event()  # set while no batch is in hand
        self._rest.set()
        self._lost = False
        self._stopping = False
        self._taken = 0  # deliveries so far
        self._served: set[str] = set()  # queues, since somebody asked

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what was taken in by then is finished."""
        with ThreadPoolExecutor(1, thread_name_prefix="writer") as writer:
            await self._subscribe(self._share.preferred())
            async with asyncio.TaskGroup() as group:
                standby = group.create_task(self._stand_by())
                working = group.create_task(self._work_on(writer))
                await stop.wait()
                standby.cancel()
                await self._finish()
                working.cancel()

    def take_served(self) -> frozenset[int]:
        """The partitions that something came on since this was asked last."""
        served, self._served = self._served, set()
        return frozenset(p for p in range(self._share.partitions) if topics.inbound(p) in served)

    async def _stand_by(self) -> None:
        await asyncio.sleep(self._share.standby_delay)
        await self._subscribe(self._share.others())

    async def _subscribe(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            queue = topics.inbound(partition)
            await self._broker.declare_durable(queue)
            subscribed = asyncio.get_running_loop().create_future()
            self._consumers[queue] = subscribed  # before the first delivery can come
            subscribed.set_result(await self._broker.consume(queue, self._receive, lost=self._lose))

    async def _finish(self) -> None:
        """Work off what has arrived, for a while; finish what is in hand; leave the rest queued."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._worked_off(), self._share.drain)
        self._stopping = True
        self._waiting.clear()
        try:
            await asyncio.wait_for(self._rest.wait(), self._share.grace)
        except TimeoutError:
            _log.warning("stopped before a batch could be committed; it comes again")
        for subscribed in self._consumers.values():
            if subscribed.done():
                await subscribed.result().cancel()

    async def _worked_off(self) -> None:
        """Return when nothing has come for a moment."""
        before = -1
        while before != self._taken:
            before = self._taken
            await self._rest.wait()
            await asyncio.sleep(_MOMENT)

    def _receive(self, delivery: Delivery) -> None:
        if not self._stopping:
            self._taken += 1
            self._served.add(delivery.queue)
            self._waiting.append(delivery)
            self._work.set()

    def _lose(self) -> None:
        self._lost = True

    async def _work_on(self, writer: ThreadPoolExecutor) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            self._rest.clear()
            while self._waiting:
                await self._handle(self._next_batch(), writer)
            self._rest.set()

    def _next_batch(self) -> list[Delivery]:
        batch: list[Delivery] = []
        size = 0
        while self._waiting and size < self._share.batch:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].items)
        return batch

    async def _handle(self, batch: list[Delivery], writer: ThreadPoolExecutor) -> None:
        items = [item for delivery in batch for item in delivery.items]
        redelivered = any(delivery.redelivered for delivery in batch)
        outcome = await self._commit(items, redelivered=redelivered, writer=writer)
        await self._tell(outcome)
        await self._acknowledge(batch)

    async def _commit(
        self, items: Sequence[bytes], *, redelivered: bool, writer: ThreadPoolExecutor
    ) -> Outcome:
        loop, pause = asyncio.get_running_loop(), 0.05
        while True:
            try:
                process = partial(self._process, items, redelivered=redelivered)
                return await loop.run_in_executor(writer, process)
            except Unavailable as error:
                _log.warning("the database is away", extra={"error": str(error), "wait": pause})
            except Exception:  # noqa: BLE001 - a defect: nothing is lost by trying for ever
                _log.exception("a batch could not be handled; it is tried again")
            await asyncio.sleep(pause)
            redelivered, pause = True, min(pause * 2, 2.0)

    def _process(self, items: Sequence[bytes], *, redelivered: bool) -> Outcome:
        if self._lost:
            self._lost = False
            self._inbox.lose()
        return self._inbox.process(items, redelivered=redelivered)

    async def _tell(self, outcome: Outcome) -> None:
        for node, record in outcome.to_gateways:
            await self._outbox.put(topics.gateway(node), wire.encode(record))
        for queue, reply in outcome.replies:
            await self._outbox.put(queue, wire.encode(reply))
        for item in outcome.poison:
            _log.error("a message is no record", extra={"size": len(item)})
            await self._outbox.put(topics.QUARANTINE, item)

    async def _acknowledge(self, batch: list[Delivery]) -> None:
        by_queue: dict[str, list[Delivery]] = {}
        for delivery in batch:
            by_queue.setdefault(delivery.queue, []).append(delivery)
        for queue, deliveries in by_queue.items():
            (await self._consumers[queue]).ack(deliveries)

"""A subscription to a queue of a broker that may go away: what it holds, how it comes back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import msgspec

from domain import wire
from domain.ports import Delivery
from gateway.broker.link import Arrived, Away, Line, Missing, Refused
from gateway.broker.retry import Backoff
from gateway.broker.tasks import ending

_log = logging.getLogger(__name__)

Dial = Callable[[Arrived, Callable[[], None]], Awaitable[Line]]
"""Opens a line, or raises what a Link raises; the second callback tells that the line ended."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the lines to one queue come from."""

    queue: str  # without namespace
    epochs: Iterator[int]  # numbers for the lines, growing
    dial: Dial
    set_aside: Callable[[bytes], Awaitable[None]]  # quarantines a body that is no bundle


class Held:
    """The tags of one line that are not acknowledged, in order of arrival."""

    def __init__(self, epoch: int) -> None:
        """`epoch` numbers the line."""
        self.epoch = epoch
        self._tags: dict[int, None] = {}
        self._done: set[int] = set()

    def add(self, tag: int) -> None:
        """A delivery arrived."""
        self._tags[tag] = None

    def done(self, tags: Iterable[int]) -> None:
        """Deliveries are done with; unknown ones are ignored."""
        self._done.update(tag for tag in tags if tag in self._tags)

    def take(self) -> list[tuple[int, bool]]:
        """What to acknowledge, as (tag, multiple): the oldest together, stragglers one by one."""
        oldest = list(self._oldest_done())
        stragglers = sorted(self._done.difference(oldest))
        for tag in self._done:
            del self._tags[tag]
        self._done.clear()
        return [(tag, True) for tag in oldest[-1:]] + [(tag, False) for tag in stragglers]

    def _oldest_done(self) -> Iterator[int]:
        for tag in self._tags:
            if tag not in self._done:
                return
            yield tag


class Subscription:
    """A `Consumer` that dials again, for ever, whatever ended its line."""

    def __init__(
        self,
        source: Source,
        receive: Callable[[Delivery], None],
        lost: Callable[[], None] | None = None,
    ) -> None:
        """`lost` is called whenever a line ended unasked."""
        self._source = source
        self._receive = receive
        self._lost = lost
        self._held = Held(0)
        self._stir = asyncio.Event()  # there is something to acknowledge, or the line ended
        self._subscribed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, owner: asyncio.TaskGroup) -> None:
        """Return once subscribed for the first time."""
        self._task = owner.create_task(self._keep(), name=f"consume {self._source.queue}")
        try:
            await self._subscribed.wait()
        except asyncio.CancelledError:
            self._task.cancel()
            raise

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge soon, many at once; those of an earlier line are ignored."""
        self._held.done(each.tag for each in deliveries if each.epoch == self._held.epoch)
        self._stir.set()

    async def cancel(self) -> None:
        """Acknowledge what is done, then hang up."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._serve()
            except (Away, Missing, Refused) as error:
                _log.warning("line ended queue=%s error=%s", self._source.queue, error)
            self._lose()
            await backoff.wait()

    async def _serve(self) -> None:
        self._held = held = Held(next(self._source.epochs))
        line = await self._source.dial(partial(self._arrived, held), self._stir.set)
        self._subscribed.set()
        try:
            while not (line.ended or ending()):
                await self._stir.wait()
                self._stir.clear()
                await _acknowledge(line, held)
            self._lose()
        finally:
            self._held = Held(0)
            with suppress(Away):
                await _acknowledge(line, held)
            await line.hang_up()

    async def _arrived(self, held: Held, body: bytes, redelivered: bool, tag: int) -> None:  # noqa: FBT001 - Arrived
        if held is not self._held:
            return  # too late: the broker gives it to somebody else
        self._subscribed.set()
        if tag:
            held.add(tag)
        try:
            items = wire.unbundle(body)
        except msgspec.DecodeError:
            await self._source.set_aside(body)
            held.done([tag])
            self._stir.set()
        else:
            self._receive(Delivery(self._source.queue, items, redelivered, tag, held.epoch))

    def _lose(self) -> None:
        self._held = Held(0)
        if self._subscribed.is_set():
            self._subscribed.clear()
            if self._lost:
                self._lost()


async def _acknowledge(line: Line, held: Held) -> None:
    for tag, multiple in held.take():
        await line.ack(tag, multiple=multiple)

"""The desk: a wish is stamped, published to its one writer, and its outcome awaited."""

import asyncio
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import msgspec

from commands.watch import Watch
from domain import topics, wire
from domain.model.operations import Operation, key_of
from domain.ports import Clock, Delivery, Outbox

DECIDED_WITHIN = 10.0  # s a caller waits for a decision
READABLE_WITHIN = 5.0  # s a caller then waits for the read models


class Declined(Exception):
    """The wish cannot be granted; `kind` as in `domain.model.aggregate.Refused`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Undecided(Exception):
    """No decision in time. The wish is on its way and may still be granted."""


class Unread(Exception):
    """The wish is granted, but what is read does not show it yet."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the replies come to, and into how many partitions the wishes go."""

    node: str
    partitions: int


class Wishing(Protocol):
    """Where people wish: the desk, or a window of it."""

    async def wish(self, operation: Operation, *, by: str, origin: str = "") -> wire.Reply:
        """Have an operation carried out and readable; raises what `Desk.wish` raises."""
        ...


class Desk:
    """Takes the wishes of one process; the replies come on its own queue."""

    def __init__(
        self, outbox: Outbox, readable: Watch[int], *, address: Address, clock: Clock
    ) -> None:
        self._outbox, self._readable = outbox, readable
        self._address, self._clock = address, clock
        self._waiting: dict[str, asyncio.Future[wire.Reply]] = {}

    @property
    def queue(self) -> str:
        """The queue that `receive` must be fed from."""
        return topics.reply(self._address.node)

    def receive(self, delivery: Delivery) -> None:
        """Hand replies to those who wait; who has given up is not looked for."""
        for item in delivery.items:
            reply = wire.decode_reply(item)
            waiting = self._waiting.pop(reply.wish, None)
            if waiting and not waiting.done():
                waiting.set_result(reply)

    async def wish(self, operation: Operation, *, by: str, origin: str = "") -> wire.Reply:
        """Have an operation carried out and readable; `origin`: where whoever wishes is.

        Raises Declined, Undecided, Unread, and Overloaded when the broker has been away too long.
        """
        reply = await self._decision(self._stamped(operation, by, origin))
        if reply.refused:
            raise Declined(reply.refused, reply.message)
        if not await self._readable.until(reply.position, patience=READABLE_WITHIN):
            raise Unread
        return reply

    def _stamped(self, operation: Operation, by: str, origin: str) -> wire.Wish:
        return wire.Wish(
            id=str(uuid4()),
            key=key_of(operation),
            name=type(operation).__name__,
            body=msgspec.json.encode(operation),
            by=by,
            at=self._clock(),
            reply_to=self.queue,
            origin=origin,
        )

    async def _decision(self, wish: wire.Wish) -> wire.Reply:
        queue = topics.inbound(wire.partition_of(wish.key, self._address.partitions))
        reply = asyncio.get_running_loop().create_future()
        self._waiting[wish.id] = reply
        try:
            self._outbox.post(queue, wire.encode(wish))
            return await asyncio.wait_for(reply, DECIDED_WITHIN)
        except TimeoutError:
            raise Undecided from None
        finally:
            self._waiting.pop(wish.id, None)


@dataclass(frozen=True, slots=True)
class Window:
    """The desk as somebody stands before it: it knows where the wishes come from."""

    desk: Wishing
    origin: str

    async def wish(self, operation: Operation, *, by: str, origin: str = "") -> wire.Reply:
        """Have an operation carried out and readable; raises what `Desk.wish` raises."""
        return await self.desk.wish(operation, by=by, origin=origin or self.origin)

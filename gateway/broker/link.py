"""What a broker far away looks like: connections that come back, lines to its queues."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Protocol

from domain.ports import StreamMessage


class Away(Exception):
    """The broker went away under a call: whether it took effect is unknown."""


class Refused(Exception):
    """The user may not do this, or the queue exists with other arguments."""


class Missing(Exception):
    """There is no such queue."""


Arrived = Callable[[bytes, bool, int], Coroutine[None, None, None]]
"""Takes the body of a message, whether it was redelivered, its tag (0: acknowledged already)."""

Arguments = Mapping[str, str | int | bool]


class Line(Protocol):
    """One channel that consumes one queue."""

    @property
    def ended(self) -> bool:
        """Whether nothing arrives any more."""
        ...

    async def ack(self, tag: int, *, multiple: bool) -> None:
        """Acknowledge one tag, or all up to it; raises Away when the line has ended."""
        ...

    async def hang_up(self) -> None:
        """End it; what is not acknowledged goes back to the queue."""
        ...


class Link(Protocol):
    """One connection that comes back by itself.

    Every call is one attempt once it stands. It raises Away when the connection or channel ended
    under it, Refused when the broker does not allow it, Missing when there is no such queue.
    """

    @property
    def standing(self) -> bool:
        """Whether there is a connection now."""
        ...

    async def keep(self) -> None:
        """Connect, and connect again, until cancelled."""
        ...

    async def declare(self, queue: str, arguments: Arguments) -> None:
        """Make a durable queue, unless it is there already."""
        ...

    async def waiting(self, queue: str) -> int:
        """How many messages wait in a queue; none in one that is private to another connection."""
        ...

    async def publish(self, queue: str, body: bytes, *, mandatory: bool) -> None:
        """Return once confirmed; Missing only when mandatory."""
        ...

    async def publish_all(self, queue: str, messages: Sequence[StreamMessage]) -> None:
        """Return once all are confirmed, in order; Missing when there is no such queue."""
        ...

    async def consume(
        self, queue: str, arrived: Arrived, ended: Callable[[], None], *, prefetch: int
    ) -> Line:
        """A line to a queue that exists; `prefetch` messages may be unacknowledged."""
        ...

    async def consume_own(self, queue: str, arrived: Arrived, ended: Callable[[], None]) -> Line:
        """A line to a queue that is made with it and ends with it; nothing to acknowledge."""
        ...

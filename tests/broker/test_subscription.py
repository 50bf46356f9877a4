"""A subscription ends when asked to, whatever the library below makes of the cancellation."""

import asyncio
from collections.abc import Callable
from itertools import count

from domain.ports import Delivery
from gateway.broker.link import Arrived, Away
from gateway.broker.subscription import Source, Subscription
from tests.broker.aids import PATIENCE


class QuietLine:
    """A line on which nothing arrives."""

    def __init__(self) -> None:
        self.ended = False

    async def ack(self, tag: int, *, multiple: bool) -> None:
        """Nothing was delivered."""

    async def hang_up(self) -> None:
        self.ended = True


class Exchange:
    """Dials once at once; the second time it lasts until cancelled, and swallows that."""

    def __init__(self, *, answers: bool) -> None:
        self.lines: list[QuietLine] = []
        self.dialling = asyncio.Event()
        self._answers = answers

    async def dial(self, _arrived: Arrived, _ended: Callable[[], None]) -> QuietLine:
        if self.lines:
            await self._hang()
        line = QuietLine()
        line.ended = not self.lines  # the first ends at once, so that it dials again
        self.lines.append(line)
        return line

    async def _hang(self) -> None:
        self.dialling.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not self._answers:
                raise Away from None


async def set_aside(body: bytes) -> None:
    raise AssertionError(body)


def receive(delivery: Delivery) -> None:
    raise AssertionError(delivery)


async def cancelled_while_dialling(exchange: Exchange) -> None:
    source = Source("inbound.0", count(1), exchange.dial, set_aside)
    subscription = Subscription(source, receive)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        await subscription.start(group)
        await exchange.dialling.wait()
        await subscription.cancel()


async def test_it_ends_when_the_library_raises_its_own_error_instead() -> None:
    exchange = Exchange(answers=False)
    await cancelled_while_dialling(exchange)
    assert len(exchange.lines) == 1


async def test_it_ends_and_hangs_up_when_the_library_opens_the_line_nevertheless() -> None:
    exchange = Exchange(answers=True)
    await cancelled_while_dialling(exchange)
    assert [line.ended for line in exchange.lines] == [True, True]

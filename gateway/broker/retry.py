"""How long to wait before trying again, and trying again for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from random import SystemRandom
from typing import TypeVar

from gateway.broker.link import Away
from gateway.broker.tasks import ending

_FIRST = 0.1  # seconds
_LONGEST = 3.0  # seconds: what people and stations wait for goes on soon after the broker is back

T = TypeVar("T")


class Backoff:
    """Growing pauses with jitter, up to three seconds; a long success starts over."""

    def __init__(self) -> None:
        self._pause = _FIRST
        self._since = asyncio.get_running_loop().time()
        self._chance = SystemRandom()

    async def wait(self) -> None:
        """Sleep for the next pause; a cancellation that a library swallowed is raised here."""
        if ending():
            raise asyncio.CancelledError
        loop = asyncio.get_running_loop()
        if loop.time() - self._since > 2 * _LONGEST:
            self._pause = _FIRST
        await asyncio.sleep(self._pause * self._chance.uniform(0.5, 1.0))
        self._pause = min(2 * self._pause, _LONGEST)
        self._since = loop.time()


async def insist(operation: Callable[[], Awaitable[T]]) -> T:
    """The result of an operation, tried until it is not Away; other errors pass."""
    backoff = Backoff()
    while True:
        try:
            return await operation()
        except Away:
            await backoff.wait()

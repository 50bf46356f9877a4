"""What a station still has to say: in order, and kept while it is not connected."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from commands.simulate.outlet import Outlet

_TRIES = 3  # of one saying, so that the next ones come to their turn


class Speaker(Protocol):
    """A station that is connected."""

    async def ask(self, request: object) -> Any:  # noqa: ANN401 - the library has no types
        """Call the system; raises Rejected without a proper answer."""

    async def boot(self) -> float:
        """Say who it is; seconds between heartbeats."""

    async def beat(self) -> None:
        """Send a heartbeat."""

    async def report(self, outlet: Outlet, *, error: str = "NoError") -> None:
        """Say how a connector is."""

    async def measure(self, outlet: Outlet, *, context: str = "Sample.Periodic") -> None:
        """Say what a meter reads."""


Saying = Callable[[Speaker], Awaitable[object]]


class Sayings:
    """A saying stays until it was answered, or failed too often."""

    def __init__(self) -> None:
        self._waiting: deque[Saying] = deque()
        self._some = asyncio.Event()
        self._tries = 0

    def add(self, saying: Saying) -> None:
        """Say this after all that waits."""
        self._waiting.append(saying)
        self._some.set()

    async def say_next(self, speaker: Speaker) -> None:
        """Wait until there is something to say, and say it."""
        await self._some.wait()
        self._tries += 1
        answered = False
        try:
            await self._waiting[0](speaker)
            answered = True
        finally:
            if answered or self._tries >= _TRIES:
                self._drop()

    def _drop(self) -> None:
        self._waiting.popleft()
        self._tries = 0
        if not self._waiting:
            self._some.clear()

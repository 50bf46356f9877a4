"""Whether rows have changed: one small look, four times a second, for all pages that are open."""

import asyncio
from collections.abc import Callable

from domain.log import Unavailable

_LOOK = 0.2  # s between two looks
_PAUSE_AWAY = 1.0  # s while the database is away
_FOLLOWED = 3.0  # s after the last page asked


class Pulse:
    """Counts the moments in which some read model moved on."""

    def __init__(self, look: Callable[[], object]) -> None:
        """`look` says, blocking, how far the read models are; raises Unavailable."""
        self._look, self._seen = look, object()
        self._wanted = asyncio.Event()
        self._until = 0.0
        self._number = 0

    @property
    def number(self) -> int:
        """Another one than before: there is something new. Whoever asks is told for a while."""
        self._until = asyncio.get_running_loop().time() + _FOLLOWED
        self._wanted.set()
        return self._number

    async def run(self) -> None:
        """Look as long as somebody asks, for ever."""
        while True:
            await self._wanted.wait()
            try:
                seen = await asyncio.to_thread(self._look)
            except Unavailable:
                await asyncio.sleep(_PAUSE_AWAY)
                continue
            if seen != self._seen:
                self._seen = seen
                self._number += 1
            await asyncio.sleep(_LOOK)
            if asyncio.get_running_loop().time() > self._until:
                self._wanted.clear()

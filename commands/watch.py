"""Waiting until the database shows something: one look serves all who wait, and nobody else."""

import asyncio
from collections.abc import Callable, Collection, Hashable
from typing import Generic, TypeVar

from domain.log import Unavailable

_PAUSE = 0.02  # s between two looks while somebody waits
_PAUSE_AWAY = 1.0  # s while the database is away

K = TypeVar("K", bound=Hashable)


class Watch(Generic[K]):
    """Looks in a thread, for all keys that are waited for at once."""

    def __init__(self, look: Callable[[Collection[K]], Collection[K]]) -> None:
        """`look` says, blocking, which of the keys have come true; raises Unavailable."""
        self._look = look
        self._waiting: dict[asyncio.Future[None], K] = {}
        self._wanted = asyncio.Event()

    async def until(self, key: K, *, patience: float) -> bool:
        """Whether a key came true within `patience` seconds."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = key
        self._wanted.set()
        try:
            await asyncio.wait_for(waiter, patience)
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(waiter, None)
        return True

    async def run(self) -> None:
        """Look as long as somebody waits, for ever."""
        while True:
            await self._wanted.wait()
            try:
                self._release(await asyncio.to_thread(self._look, set(self._waiting.values())))
            except Unavailable:
                await asyncio.sleep(_PAUSE_AWAY)
            if self._waiting:
                await asyncio.sleep(_PAUSE)
            else:
                self._wanted.clear()

    def _release(self, true: Collection[K]) -> None:
        for waiter, key in self._waiting.items():
            if key in true and not waiter.done():
                waiter.set_result(None)

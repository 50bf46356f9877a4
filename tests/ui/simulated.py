"""Simulated stations for tests of pages: in a thread of their own, as Playwright needs this one."""

import asyncio
from collections.abc import Coroutine
from threading import Thread
from types import TracebackType
from typing import Any, Self

from commands.simulate.counts import FleetCounts
from commands.simulate.keyring import Keyring
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace

_PATIENCE = 30  # s


class Simulated:
    """Stations that do what they are asked; no car comes by chance."""

    def __init__(self, url: str) -> None:
        """`url`: of the gateway."""
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._lives: dict[str, asyncio.Task[None]] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self._lives):
            self.end(name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def begin(self, name: str, *, password: str = "") -> None:
        """Have a station connect, again and again until it is let in."""
        self._wait(self._begin(name, Keyring(profile=1 if password else 0, password=password)))

    def end(self, name: str) -> None:
        """Have it go away."""
        self._wait(self._end(self._lives.pop(name)))

    async def _begin(self, name: str, keyring: Keyring) -> None:
        pace = Pace(idle=1e9, session=1e9, sample=0.5, step=0)
        life = Life(
            Identity((self._url,), name, keyring), pace, FleetCounts(), asyncio.Semaphore(1)
        )
        self._lives[name] = asyncio.ensure_future(life.run())

    async def _end(self, life: "asyncio.Task[None]") -> None:
        life.cancel()
        await asyncio.wait([life])

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

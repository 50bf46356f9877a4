"""Has tokens forgotten that somebody wished to be, every two seconds."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from domain.log import Unavailable

_EVERY = 2.0  # s

_log = logging.getLogger("ampledger.projections")


class Step(Protocol):
    """What is done about it; blocking, and may be repeated."""

    def step(self) -> object:
        """Go on; raises Unavailable."""
        ...


class ForgettingDesk:
    """Done by whoever owns the projections."""

    def __init__(self, forgetting: Step, every: float = _EVERY) -> None:
        self._forgetting, self._every = forgetting, every

    async def run(self, active: Callable[[], bool]) -> None:
        """Go on while `active`, for ever."""
        while True:
            await asyncio.sleep(self._every)
            try:
                if active():
                    await asyncio.to_thread(self._forgetting.step)
            except Unavailable as error:
                _log.warning("forgetting waits for the database", extra={"why": str(error)})
            except Exception:  # noqa: BLE001 - the next turn tries again
                _log.exception("forgetting failed; it is tried again")

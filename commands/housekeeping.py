"""What is thrown away in time: sealed payloads, rights to files, old days of the journal."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.ports import Clock

_EVERY = 60.0  # s
_PRUNE_EVERY = timedelta(hours=1)

_log = logging.getLogger("ampledger.projections")


class Sweeping(Protocol):
    """A register that can be swept."""

    def sweep(self, now: datetime) -> int:
        """Destroy what is of no more use; how many rows went."""
        ...


class Pruning(Protocol):
    """Whoever may drop old days of the journal."""

    def prune(self, before: datetime) -> int:
        """Drop journal days that ended before an instant; how many rows went."""
        ...


class Housekeeping:
    """Done by whoever owns the projections."""

    def __init__(
        self, registers: Sequence[Sweeping], journal: Pruning, clock: Clock, *, keep_days: int
    ) -> None:
        """`keep_days`: how long the journal is kept, 0 for ever."""
        self._registers, self._journal, self._clock = registers, journal, clock
        self._keep = timedelta(days=keep_days)
        self._prune_after: datetime | None = None

    async def run(self, active: Callable[[], bool]) -> None:
        """Tidy up while `active`, for ever."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                if active():
                    await asyncio.to_thread(self.tidy)
            except Exception:  # noqa: BLE001 - the next turn tries again
                _log.exception("housekeeping failed; it is tried again")

    def tidy(self) -> None:
        """Throw away what is due."""
        now = self._clock()
        for register in self._registers:
            register.sweep(now)
        if self._keep and (self._prune_after is None or now >= self._prune_after):
            self._prune_after = now + _PRUNE_EVERY
            if pruned := self._journal.prune(now - self._keep):
                _log.info("journal pruned", extra={"rows": pruned})

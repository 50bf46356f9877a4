"""The notary: seals and signs what the log has, off the hot path (ADR 27)."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from time import thread_time

from commands import opening
from commands.clock import SystemClock
from commands.settings import Settings
from domain.chain.rows import days
from domain.log import Conflict, Log
from domain.pki.seals import Seal
from projections.chaining import Chain, Growth
from projections.database import Database

_LONGEST_PAUSE = 5.0  # s that a row waits to be sealed, when there is little to do
_REST = 15  # times what a step took of a core: stations and people come first
_HASTE = 3  # likewise, once the chain is far behind
_FAR = 250  # full steps in a row

_log = logging.getLogger("ampledger.chain")


class Notary:
    """Works for whoever owns the projections; a second one is fenced by the blocks' numbers."""

    def __init__(self, chain: Chain, publish: Callable[[], None], *, interval: float) -> None:
        """`publish` is called when there may be a new checkpoint; `interval`: s between them."""
        self._chain, self._publish = chain, publish
        self._pause = min(interval, _LONGEST_PAUSE)
        self._pen = Lock()  # housekeeping prunes in another thread
        self._is_behind = True
        self._full = 0  # steps in a row
        self._pruned: int | None = None

    async def run(self, active: Callable[[], bool]) -> None:
        """Seal while `active`, for ever."""
        while True:
            rest = 0.0
            try:
                if active():
                    rest = await asyncio.to_thread(self._timed)
                else:
                    self._chain.forget()
            except Conflict:
                _log.info("another notary is at work")
            except Exception:  # noqa: BLE001 - the next step tries again
                _log.exception("sealing failed; it is tried again")
            await asyncio.sleep(rest or self._pause)

    def _timed(self) -> float:
        """A step, and the seconds to rest when there is more; else 0.

        It goes by the thread's own time: on a busy machine a step takes long and costs little.
        """
        begun = thread_time()
        growth = self.step()
        self._full = self._full + 1 if growth.full else 0
        return self._full and (thread_time() - begun) * (_HASTE if self._full > _FAR else _REST)

    def step(self) -> Growth:
        """Seal a portion, and publish what was signed; raises Conflict, Unavailable."""
        with self._pen:
            try:
                growth = self._chain.grow()
            except Exception:
                self._chain.forget()
                raise
            self._is_behind = growth.full
        if growth.checkpoint:
            self._publish()
        return growth

    def prune(self, before: datetime) -> int:
        """Drop journal days that ended before an instant; how many rows went.

        Once for each day, and not while there is much that is not sealed.
        """
        if self._is_behind or days(before) == self._pruned:
            return 0
        with self._pen:
            gone = self._chain.prune(before)
        self._pruned = days(before)
        return gone


def chain_of(settings: Settings, stored: Log, database: Database) -> Chain:
    """The chain of an installation, for a command; raises SettingsError without its key."""
    seal = Seal(opening.kept_secret_key(settings))
    return Chain(stored, database, seal, SystemClock(), interval=settings.checkpoint_interval)

"""The notary: seals and signs what the log has, off the hot path (ADR 27)."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from time import monotonic

from commands import opening
from commands.clock import SystemClock
from commands.settings import Settings
from domain.chain.rows import days
from domain.log import Conflict, Log
from domain.pki.seals import Seal
from projections.chaining import Chain, Growth
from projections.database import Database

_LONGEST_PAUSE = 5.0  # s that a row waits to be sealed, when there is little to do
_REST = 15  # times as long as a step took: stations and people come first

_log = logging.getLogger("ampledger.chain")


class Notary:
    """Works for whoever owns the projections; a second one is fenced by the blocks' numbers."""

    def __init__(self, chain: Chain, publish: Callable[[], None], *, interval: float) -> None:
        """`publish` is called when there may be a new checkpoint; `interval`: s between them."""
        self._chain, self._publish = chain, publish
        self._pause = min(interval, _LONGEST_PAUSE)
        self._pen = Lock()  # housekeeping prunes in another thread
        self._is_behind = True
        self._pruned: int | None = None

    async def run(self, active: Callable[[], bool]) -> None:
        """Seal while `active`, for ever."""
        while True:
            begun, more = monotonic(), False
            try:
                if active():
                    more = (await asyncio.to_thread(self.step)).full
                else:
                    self._chain.forget()
            except Conflict:
                _log.info("another notary is at work")
            except Exception:  # noqa: BLE001 - the next step tries again
                _log.exception("sealing failed; it is tried again")
            rest = _REST * (monotonic() - begun)
            await asyncio.sleep(rest if more else max(rest, self._pause))

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

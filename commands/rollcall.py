"""Every process tells that it lives, so that people see which there are."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version

from domain.log import Unavailable
from domain.ports import Clock
from projections import processes
from projections.database import Database
from projections.processes import Process

EVERY = 5.0  # s
_KEPT = timedelta(days=1)  # those that ended without a word, for people to look at

_log = logging.getLogger("ampledger.run")


class RollCall:
    """One row of a process, kept fresh."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        node: str,
        role: str,
        served: Callable[[], Collection[int]],
    ) -> None:
        """`served` tells the partitions that something came on since it was asked last."""
        self._database, self._clock, self._served = database, clock, served
        now = clock()
        self._process = Process(
            node=node, role=role, version=version("ampledger"), started_at=now, seen_at=now
        )

    async def run(self) -> None:
        """Tell for ever; at the end, that it is the end."""
        try:
            while True:
                await self._tell()
                await asyncio.sleep(EVERY)
        finally:
            await asyncio.shield(self._leave())

    async def _tell(self) -> None:
        now = self._clock()
        self._process = replace(self._process, seen_at=now)
        try:
            await asyncio.to_thread(
                self._database.write, processes.tell, self._process, self._served()
            )
            await asyncio.to_thread(self._database.write, processes.forget, before=now - _KEPT)
        except Unavailable as error:
            _log.debug("roll call missed", extra={"error": str(error)})

    async def _leave(self) -> None:
        try:
            await asyncio.to_thread(self._database.write, processes.leave, self._process.node)
        except Unavailable:
            _log.debug("left without a word")

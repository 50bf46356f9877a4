"""Whether the rows that this release reads are there yet; until then its processes wait."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from domain.log import Log, Unavailable
from projections.database import Database
from projections.migration import READ_MODELS
from projections.overview import unbuilt, waiting
from projections.readmodel import ReadModel

_EVERY = 1.0  # s

_log = logging.getLogger("ampledger.run")


class Readiness:
    """Asks the database; each is "" when all is well, else what is being built and how far."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database, self._log = database, log

    async def of_rows(self) -> str:
        """For those who read: whether all rows can be read."""
        return await self._asked(lambda: self._database.read(unbuilt, READ_MODELS, self._head()))

    async def of_builds(self) -> str:
        """For those who build: what has caught up can be read as soon as they are the owner."""
        return await self._asked(lambda: self._database.read(waiting, READ_MODELS, self._head()))

    async def wait_for(self, models: Sequence[ReadModel]) -> None:
        """Return when the rows of these read models can be read."""
        while told := await self._asked(lambda: self._database.read(unbuilt, models, self._head())):
            _log.warning("waiting for read models", extra={"why": told})
            await asyncio.sleep(_EVERY)

    def _head(self) -> int:
        return self._log.position()

    async def _asked(self, ask: Callable[[], dict[str, int]]) -> str:
        try:
            missing = await asyncio.to_thread(ask)
        except Unavailable:
            return "cannot be asked: the database is away"
        return ", ".join(f"{name} is being built: {done} %" for name, done in missing.items())

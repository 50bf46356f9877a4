"""Files that nobody can find: on disk, but not registered, since a process or database died."""

import asyncio
import logging

from commands.files.store import Store
from domain.log import Unavailable
from projections import files
from projections.database import Database

_EVERY = 3600.0  # s
_AT_ONCE = 500  # files looked up

_log = logging.getLogger("ampledger.api")


class Tidying:
    """Done by every process that keeps files: the folder may be its own."""

    def __init__(self, store: Store, database: Database) -> None:
        self._store, self._database = store, database

    async def run(self) -> None:
        """Tidy up, for ever."""
        while True:
            try:
                await asyncio.to_thread(self.tidy)
            except (OSError, Unavailable):
                _log.exception("the folder of files was not tidied; it is tried again")
            await asyncio.sleep(_EVERY)

    def tidy(self) -> None:
        """Destroy what is older than a day and not registered. Blocking."""
        old = self._store.old()
        for start in range(0, len(old), _AT_ONCE):
            some = old[start : start + _AT_ONCE]
            known = self._database.read(files.known, some)
            for file in set(some) - known:
                self._store.remove(file)
                _log.info("a file that nobody can find was removed", extra={"file": file})

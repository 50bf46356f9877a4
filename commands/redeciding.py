"""Deciding the journal of an installation again, beside the running system: it is only read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from commands import opening
from commands.refusal import Refusal
from commands.settings import Settings, SettingsError
from domain.log import Log
from domain.ocpp.version import versions
from domain.redecision.recorded import Window, window
from domain.redecision.report import Report, Tell, redecide
from domain.store.opening import open_log
from projections.database import Database
from projections.engines import engine

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows are meant, by their times of receipt; None: from the first, to the last."""

    begin: datetime | None = None
    end: datetime | None = None
    station: str = ""


class Redeciding:
    """One run over a log that is open."""

    def __init__(self, log: Log, span: Span) -> None:
        self._log = log
        self._window: Window | None = window(log, span.begin, span.end, span.station)

    @property
    def positions(self) -> tuple[int, int]:
        """Of the first row and of the last; 0, 0 when there are none."""
        return self._window[:2] if self._window else (0, 0)

    def run(self, tell: Tell, *, most: int) -> Report:
        """Decide again, and keep `most` differences; raises Unavailable."""
        if self._window is None:
            return Report(most)
        gc.freeze()  # what is loaded stays: the collector need not look at it
        with TemporaryDirectory(prefix="ampledger-") as folder:
            aside = open_log(f"{_SQLITE}{Path(folder) / 'aside.db'}")
            try:
                return redecide(self._log, aside, versions(), self._window, tell, most=most)
            finally:
                aside.close()


@contextmanager
def redeciding(settings: Settings, span: Span) -> Iterator[Redeciding]:
    """Open the database, which must be there; raises Unavailable, SettingsError, Refusal."""
    if settings.database_url == opening.MEMORY:
        raise SettingsError(f"{opening.MEMORY} is within the process that runs it")
    log_url, read_url = opening.urls(settings)
    for url in (log_url, read_url):
        if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
            raise Refusal(f"there is no database {url.removeprefix(_SQLITE)}")
    stored, database = open_log(log_url, made=True), Database(engine(read_url))
    try:
        yield Redeciding(opening.sealed(stored, database), span)
    finally:
        stored.close()
        database.close()

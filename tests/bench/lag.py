"""How far the read models are behind the log while a run lasts."""

from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Self

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.bench.figures import Lag, percentile

_EVERY = 0.02  # s
_TABLES = """SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_name IN ('ampledger_events', 'positions')"""


class _Sample(NamedTuple):
    at: float
    log: int
    read: int


class LagSampler:
    """A thread that looks at the position of the log and of the slowest read model."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._samples: list[_Sample] = []
        self._over = Event()
        self._thread = Thread(target=self._watch, name="lag", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def result(self) -> Lag | None:
        """After the run; None when nothing could be seen."""
        behind = sorted(_seconds_behind(self._samples))
        if not behind:
            return None
        return Lag(
            p50_s=round(percentile(behind, 0.5), 3),
            p99_s=round(percentile(behind, 0.99), 3),
            max_s=round(behind[-1], 3),
            max_facts=max(sample.log - sample.read for sample in self._samples),
        )

    def _watch(self) -> None:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            query = _query(connection)
            while not self._over.wait(_EVERY):
                row = connection.execute(query).fetchone() or (0, 0)
                self._samples.append(_Sample(monotonic(), *row))


def _query(connection: "psycopg.Connection[tuple[str, str]]") -> Composed:
    """One round trip for both positions, wherever the tables are."""
    schemas = {name: schema for schema, name in connection.execute(_TABLES.encode())}
    return SQL(
        "SELECT (SELECT coalesce(max(notification_id), 0) FROM {}),"
        " (SELECT coalesce(min(position), 0) FROM {})"
    ).format(*(Identifier(schemas[name], name) for name in ("ampledger_events", "positions")))


def _seconds_behind(samples: list[_Sample]) -> list[float]:
    """For each sample, how long until the read models were where the log was then.

    Those at the end that were not caught up with in time count as long as they waited.
    """
    behind, later = [], 0
    for index, sample in enumerate(samples):
        later = max(later, index)
        while later < len(samples) - 1 and samples[later].read < sample.log:
            later += 1
        behind.append(samples[later].at - sample.at)
    return behind

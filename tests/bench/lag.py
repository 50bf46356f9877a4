"""How far the read models and the stream of events are behind the log while a run lasts."""

from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Self

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.bench.figures import Lag, percentile

_EVERY = 0.02  # s
_TABLES = """SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_name IN ('ampledger_events', 'positions', 'event_progress')"""


_PLACES = ("ampledger_events", "positions", "event_progress")
_Place = tuple[float, int, int]  # when, of the log, of who follows it


class _Sample(NamedTuple):
    at: float
    log: int
    read: int
    told: int


class LagSampler:
    """A thread that looks at the position of the log, of the slowest read model, of the stream."""

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

    def read_models(self) -> Lag | None:
        """After the run; None when nothing could be seen."""
        return self._lag([(each.at, each.log, each.read) for each in self._samples])

    def events(self) -> Lag | None:
        """The same of the stream: what the broker has confirmed."""
        return self._lag([(each.at, each.log, each.told) for each in self._samples])

    def _lag(self, places: list[_Place]) -> Lag | None:
        behind = sorted(_seconds_behind(places))
        if not behind:
            return None
        return Lag(
            p50_s=round(percentile(behind, 0.5), 3),
            p99_s=round(percentile(behind, 0.99), 3),
            max_s=round(behind[-1], 3),
            max_facts=max(log - reached for _, log, reached in places),
        )

    def _watch(self) -> None:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            query = _query(connection)
            while not self._over.wait(_EVERY):
                row = connection.execute(query).fetchone() or (0, 0, 0)
                self._samples.append(_Sample(monotonic(), *row))


def _query(connection: "psycopg.Connection[tuple[str, str]]") -> Composed:
    """One round trip for all positions, wherever the tables are; of read models, not of others."""
    schemas = {name: schema for schema, name in connection.execute(_TABLES.encode())}
    return SQL(
        "SELECT (SELECT coalesce(max(notification_id), 0) FROM {}),"
        " (SELECT coalesce(min(position), 0) FROM {} WHERE name ~ '_v[0-9]+$'),"
        " (SELECT coalesce(min(position), 0) FROM {})"
    ).format(*(Identifier(schemas[name], name) for name in _PLACES))


def _seconds_behind(places: list[_Place]) -> list[float]:
    """For each sample, how long until who follows was where the log was then.

    Those at the end that were not caught up with in time count as long as they waited.
    """
    behind, later = [], 0
    for index, (at, log, _) in enumerate(places):
        later = max(later, index)
        while later < len(places) - 1 and places[later][2] < log:
            later += 1
        behind.append(places[later][0] - at)
    return behind

"""The read models as they were: facts up to an instant, in a database of their own in memory.

They are projected by the same models as the live rows, and asked by the same queries.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol, Self

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from domain.log import Log, Notification
from domain.moments import position_at
from projections import positions
from projections.database import Database
from projections.engines import engine, writing
from projections.projector import Facts, Projector
from projections.readmodel import ReadModel
from projections.tables import METADATA

_PORTION = 2000  # facts that are taken in together: more of them only wake the collector


class Source(Facts, Protocol):
    """Some facts of a log, as far as it is to be looked at."""

    @property
    def station(self) -> str:
        """Whose they are; "" when they are of no one station."""
        ...

    def reach(self, position: int) -> None:
        """Look at the log up to a position."""
        ...


class OfStation:
    """The facts that what a station said, or was wished for it, led to."""

    def __init__(self, log: Log, station: str, *, after: int = 0) -> None:
        """`after`: what is older does not matter."""
        self._log, self._upto = log, 0
        self.station, self.after = station, after

    def reach(self, position: int) -> None:
        self._upto = position

    def position(self) -> int:
        return self._upto

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[Notification]:
        begin = max(position, self.after)
        found = self._log.since(begin, limit=limit, topics=topics, station=self.station)
        return [each for each in found if each.position <= self._upto]

    def wait(self, position: int, timeout: float) -> None:
        """What is past does not grow."""


class OfStream:
    """The facts of one stream, whoever caused them; their positions are their versions."""

    station = ""

    def __init__(self, log: Log, stream: str) -> None:
        self._log, self._stream = log, stream
        self._facts: list[Notification] = []

    def reach(self, position: int) -> None:
        _, facts = self._log.read({self._stream: 0}, upto=position)
        self._facts = [Notification(fact.version, *fact) for fact in facts]

    def position(self) -> int:
        return len(self._facts)

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[Notification]:
        wanted = [each for each in self._facts[position:] if not topics or each.topic in topics]
        return wanted[:limit]

    def wait(self, position: int, timeout: float) -> None:
        """What is past does not grow."""


class Past:
    """Read models as of an instant, and then of later ones. Blocking; to be closed."""

    def __init__(self, log: Log, source: Source, models: Sequence[ReadModel]) -> None:
        self._log, self._source = log, source
        scratch = engine("sqlite://")
        self.database = Database(scratch)
        with writing(scratch) as connection:
            for statement in _tables():
                connection.exec_driver_sql(statement)
            positions.begin(connection, [positions.key_of(model) for model in models])
        self._projector = Projector(
            scratch, source, models, clock=lambda: self._instant, limit=_PORTION
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def go_to(self, instant: datetime) -> int:
        """Bring the rows to an instant; the position in the log that is meant by it.

        Raises Unavailable.
        """
        self._instant = instant
        position = position_at(self._log, instant, self._source.station)
        self._source.reach(position)
        while self._projector.step().moved:
            pass
        return position


@lru_cache(maxsize=1)
def _tables() -> tuple[str, ...]:
    """What makes the tables; without indexes, which a few rows are better off without."""
    dialect = sqlite.dialect()
    made = (CreateTable(table, if_not_exists=True) for table in METADATA.sorted_tables)
    return tuple(str(each.compile(dialect=dialect)) for each in made)

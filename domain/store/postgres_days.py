"""The partitions of the journal on PostgreSQL: one for each UTC day.

There is no default partition: a row in it would forbid to make the partition of its day later.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from psycopg import Connection
from psycopg.rows import DictRow, tuple_row
from psycopg.sql import SQL, Composed, Identifier, Literal

from domain.store import postgres_sql as sql

_AHEAD = 7  # days made at the same time as one that is missing
_DAY = timedelta(days=1)
_PREFIX = "ampledger_journal_"


def make_days(connection: Connection[DictRow], days: Iterable[date]) -> None:
    """Make the partitions of these days and of the week after each, where they are missing.

    Attaching, unlike CREATE … PARTITION OF, blocks neither readers nor writers.
    """
    wanted = {day + _DAY * ahead for day in days for ahead in range(_AHEAD + 1)}
    with connection.transaction():
        connection.execute(sql.ADVISORY_LOCK)
        for day in sorted(wanted.difference(_days(connection))):
            for statement in _make(day):
                connection.execute(statement)


def drop_days(connection: Connection[DictRow], before: date) -> int:
    """Drop the partitions of the days before this one; how many rows they had.

    Who reads the journal for long makes this fail: commits would have to wait behind it.
    """
    dropped = 0
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '1s'")
        connection.execute(sql.ADVISORY_LOCK)
        for day in _days(connection):
            if day < before:
                dropped += _rows(connection, day)
                connection.execute(SQL("DROP TABLE {}").format(_partition(day)))
    return dropped


def _days(connection: Connection[DictRow]) -> list[date]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        names = [name for (name,) in cursor.execute(sql.DAYS)]
    return [date.fromisoformat(name.removeprefix(_PREFIX)) for name in names]


def _rows(connection: Connection[DictRow], day: date) -> int:
    counting = SQL("SELECT count(*) FROM {}").format(_partition(day))
    with connection.cursor(row_factory=tuple_row) as cursor:
        return sum(count for (count,) in cursor.execute(counting))


def _make(day: date) -> tuple[Composed, Composed]:
    return (
        SQL("CREATE TABLE {} (LIKE ampledger_journal, PRIMARY KEY (station, key))").format(
            _partition(day)
        ),
        SQL(
            "ALTER TABLE ampledger_journal ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})"
        ).format(_partition(day), _midnight(day), _midnight(day + _DAY)),
    )


def _partition(day: date) -> Identifier:
    return Identifier(f"{_PREFIX}{day:%Y%m%d}")


def _midnight(day: date) -> Literal:
    return Literal(f"{day.isoformat()} 00:00:00+00")

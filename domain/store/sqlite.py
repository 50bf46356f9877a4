"""The log in an SQLite file: what `ampledger run` uses when nothing else is configured."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import orjson
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from domain.log import (
    JournalEntry,
    JournalRow,
    Notification,
    StoredFact,
    StoredSnapshot,
    Unavailable,
)
from domain.store import sqlite_sql as sql
from domain.store.entries import block, filters, printable
from domain.store.sqlite_connections import Datastore
from domain.store.watermark import Watermark

_GLANCE = 0.1  # seconds between looks for what another process wrote
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ALL = 2**63 - 1  # positions
_DAY = 86_400_000_000  # microseconds


class SQLiteLog(SQLiteApplicationRecorder):
    """One file, one writer at a time, readers beside it (WAL)."""

    def __init__(self, path: str, *, made: bool = False) -> None:
        """`made`: the tables are there, nothing is to be written."""
        datastore = Datastore(path)
        super().__init__(datastore, events_table_name=sql.EVENTS)
        self._reading, self._writing = datastore.reading, datastore.writing
        self._watermark = Watermark()
        if not made:
            self.create_table()

    def construct_create_table_statements(self) -> list[str]:
        """The tables of the log, instead of the library's."""
        return list(sql.TABLES)

    def create_table(self) -> None:
        """Make what is not there yet."""
        with self._writing() as cursor:
            self._create_table(cursor)
            for table, column in sql.ADDED:
                cursor.execute(sql.columns(table))
                if column not in {row[0] for row in cursor.fetchall()}:
                    cursor.execute(sql.add_column(table, column))
            for index in sql.INDEXES:
                cursor.execute(index)

    # --- facts ---

    def read(
        self, known: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        with self._reading() as cursor:
            snapshots: list[StoredSnapshot] = []
            if upto is None:
                cursor.execute(sql.SNAPSHOTS, (orjson.dumps(list(known.items())).decode(),))
                snapshots = [StoredSnapshot(*row) for row in cursor.fetchall()]
            versions = dict(known) | {s.stream: s.version for s in snapshots}
            wanted = orjson.dumps(list(versions.items())).decode()
            cursor.execute(sql.FACTS, (wanted, _ALL if upto is None else upto))
            return snapshots, [StoredFact(*row) for row in cursor.fetchall()]

    def tails(
        self, streams: Sequence[str], count: int, *, upto: int | None = None
    ) -> list[StoredFact]:
        named = orjson.dumps(list(streams)).decode()
        most = _ALL if upto is None else upto
        rows = self._select(sql.TAILS, {"streams": named, "count": count, "upto": most})
        return [StoredFact(*row) for row in rows]

    def commit(
        self,
        facts: Sequence[StoredFact],
        journal: Sequence[JournalEntry],
        snapshots: Sequence[StoredSnapshot] = (),
    ) -> int:
        entries = [_row(entry) for entry in printable(journal)]
        with self._writing() as cursor:
            cursor.executemany(sql.INSERT_FACT, facts)
            cursor.executemany(sql.INSERT_ENTRY, entries)
            cursor.executemany(sql.KEEP_SNAPSHOT, snapshots)
            cursor.execute(sql.POSITION)
            position: int = cursor.fetchone()[0]
        self._watermark.raise_to(position)
        return position

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: object) -> None:
        """The library's way in: the same commit, without a journal."""
        self.commit(
            [
                StoredFact(str(e.originator_id), e.originator_version, e.topic, e.state, "")
                for e in stored_events
            ],
            (),
        )

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = (), station: str = ""
    ) -> list[Notification]:
        named = orjson.dumps(list(topics)).decode() if topics else ""
        wanted = filters(topics=named, station=station)
        parameters = {**wanted, "position": position, "limit": limit}
        return [Notification(*row) for row in self._select(sql.since(wanted), parameters)]

    def position(self) -> int:
        position: int = self._select(sql.POSITION, ())[0][0]
        return position

    def _select(
        self, statement: str, parameters: Sequence[object] | Mapping[str, object]
    ) -> list[sqlite3.Row]:
        with self._reading() as cursor:
            cursor.execute(statement, parameters)
            rows: list[sqlite3.Row] = cursor.fetchall()
            return rows

    # --- journal ---

    def recorded(
        self, keys: Sequence[tuple[str, str, datetime]]
    ) -> dict[tuple[str, str], JournalEntry]:
        wanted = [(_micros(at) // _DAY, station, key) for station, key, at in keys]
        rows = self._select(sql.RECORDED, (orjson.dumps(wanted).decode(),))
        return {(row["station"], row["key"]): _entry(tuple(row)) for row in rows}

    def frames(
        self,
        *,
        station: str = "",
        after: int = 0,
        before: int = 0,
        limit: int = 100,
        newest_first: bool = False,
        action: str = "",
        message_id: str = "",
        kind: str = "",
        received_from: datetime | None = None,
        received_to: datetime | None = None,
    ) -> list[JournalRow]:
        wanted = filters(
            station=station,
            after=after,
            before=before,
            action=action,
            message_id=message_id,
            kind=kind,
            received_from=received_from and _micros(received_from),
            received_to=received_to and _micros(received_to),
        )
        rows = self._select(
            sql.frames(wanted, newest_first=newest_first), {**wanted, "limit": limit}
        )
        return [JournalRow(row["position"], _entry(tuple(row)[1:])) for row in rows]

    def prune(self, before: datetime) -> int:
        with self._writing() as cursor:
            cursor.execute(sql.PRUNE, (_micros(before) // _DAY,))
            return cursor.sqlite_cursor.rowcount

    # --- the rest ---

    def take_numbers(self, count: int) -> range:
        return block(self._number(sql.TAKE_NUMBERS, count), count)

    def claim_partitions(self, partitions: int) -> int:
        return self._number(sql.CLAIM_PARTITIONS, partitions)

    def _number(self, statement: str, count: int) -> int:
        with self._writing() as cursor:
            cursor.execute(statement, {"count": count})
            number: int = cursor.fetchone()[0]
            return number

    def wait(self, position: int, timeout: float) -> None:
        deadline = monotonic() + timeout
        with suppress(Unavailable):  # the next call will tell
            while self.position() <= position and (left := deadline - monotonic()) > 0:
                if self._watermark.wait_above(position, min(left, _GLANCE)):
                    return

    def close(self) -> None:
        self._watermark.close()
        self.datastore.close()


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _row(entry: JournalEntry) -> tuple[object, ...]:
    received = _micros(entry.received_at)
    said = entry[:-3]
    return received // _DAY, *said, received, _micros(entry.decided_at), entry.context


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    received_at, decided_at, context = row[-3:]
    instants = _instant(received_at), _instant(decided_at)
    return JournalEntry._make((*row[:-3], *instants, context))


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND

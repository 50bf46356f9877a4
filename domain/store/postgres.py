"""The log on PostgreSQL: a commit is one round trip, whatever its size."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, TupleRow, tuple_row
from psycopg.sql import SQL, Identifier

from domain.log import JournalEntry, JournalRow, Notification, StoredFact, StoredSnapshot
from domain.store import postgres_sql as sql
from domain.store.entries import block, day_of, filters, printable
from domain.store.postgres_connections import Connections, Connector, Datastore, NoPartition
from domain.store.postgres_days import drop_days, make_days
from domain.store.postgres_listener import Listener
from domain.store.watermark import Watermark

_ALL = 2**63 - 1  # positions


def migrate(url: str) -> None:
    """Make the schema and the tables where they are missing; safe to run from many processes."""
    connector = Connector(url)
    connections = Connections(connector)
    with connections.lend() as connection:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '60s'")  # another one may be migrating
            connection.execute(sql.ADVISORY_LOCK)
            if connector.schema != "public":
                schema = Identifier(connector.schema)
                connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
            for statement in sql.TABLES:
                connection.execute(statement)
        with connection.cursor(row_factory=tuple_row) as cursor:
            make_days(connection, [today for (today,) in cursor.execute(sql.TODAY)])
    connections.close()


class PostgresLog(PostgresApplicationRecorder):
    """The library's table, lock and notification; our insert, journal and snapshots with it."""

    def __init__(self, url: str) -> None:
        connector = Connector(url)
        datastore = Datastore(connector)
        super().__init__(datastore, events_table_name=sql.EVENTS)
        self._connections = datastore.connections
        self.channel_name = f"{sql.EVENTS}_{connector.schema}"
        self.lock_table_statements = self.lock_table_statements[1:]  # timeout: see Connector
        self._watermark = Watermark()
        self._listener = Listener(connector, self.channel_name, self._watermark)

    def create_table(self) -> None:
        """Nothing: see `migrate`."""

    def _select(self, statement: str, parameters: Any) -> list[TupleRow]:  # noqa: ANN401
        """All rows; parameters as psycopg takes them."""
        with self._connections.lend() as connection:
            cursor = connection.cursor(binary=True, row_factory=tuple_row)
            return cursor.execute(statement, parameters, prepare=True).fetchall()

    # --- facts ---

    def read(
        self, known: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        possible = {stream: known[stream] for stream in _possible(known)}
        wanted = (list(possible), list(possible.values()))
        if upto is not None:
            rows = self._select(sql.READ_UPTO, (*wanted, upto))
            return [], sorted(map(StoredFact._make, rows))
        rows = self._select(sql.READ, wanted)
        snapshots = [StoredSnapshot(*row[:4]) for row in rows if row[-1]]
        return snapshots, [StoredFact(*row[:-1]) for row in rows[len(snapshots) :]]

    def tails(
        self, streams: Sequence[str], count: int, *, upto: int | None = None
    ) -> list[StoredFact]:
        most = _ALL if upto is None else upto
        rows = self._select(sql.TAILS, (_possible(streams), most, count))
        return sorted(StoredFact._make(row) for row in rows)

    def commit(
        self,
        facts: Sequence[StoredFact],
        journal: Sequence[JournalEntry],
        snapshots: Sequence[StoredSnapshot] = (),
    ) -> int:
        entries = printable(journal)
        try:
            position = self._commit(facts, entries, snapshots)
        except NoPartition:
            with self._connections.lend() as connection:
                make_days(connection, {day_of(entry.received_at) for entry in entries})
            position = self._commit(facts, entries, snapshots)
        self._watermark.raise_to(position)
        return position

    def _commit(
        self,
        facts: Sequence[StoredFact],
        journal: Sequence[JournalEntry],
        snapshots: Sequence[StoredSnapshot],
    ) -> int:
        """One pipeline, begin to commit. The library's way retries a commit that may have been."""
        with self._connections.lend() as connection:
            with connection.pipeline():
                connection.execute("BEGIN", prepare=True)
                with connection.cursor() as cursor:
                    self._lock_table(cursor)
                answer = self._append_facts(connection, facts)
                if journal:
                    connection.execute(sql.APPEND_ENTRIES, _columns(journal), prepare=True)
                if snapshots:
                    connection.execute(sql.KEEP_SNAPSHOTS, _columns(_latest(snapshots)))
                connection.execute("COMMIT", prepare=True)
            return sum(row[0] for row in answer)

    def _append_facts(
        self, connection: Connection[DictRow], facts: Sequence[StoredFact]
    ) -> Cursor[TupleRow]:
        cursor = connection.cursor(binary=True, row_factory=tuple_row)
        if facts:
            parameters = (*_columns(facts), self.channel_name)
            return cursor.execute(sql.APPEND_FACTS, parameters, prepare=True)
        return cursor.execute(sql.POSITION, prepare=True)

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
        wanted = {k: v for k, v in (("topics", list(topics)), ("station", station)) if v}
        parameters = {**wanted, "position": position, "limit": limit}
        rows = self._select(sql.since(wanted), parameters)
        return [Notification._make(row) for row in rows]

    def position(self) -> int:
        position: int = self._select(sql.POSITION, ())[0][0]
        return position

    # --- journal ---

    def recorded(
        self, keys: Sequence[tuple[str, str, datetime]]
    ) -> dict[tuple[str, str], JournalEntry]:
        stations = [station for station, _, _ in keys]
        days = [datetime.combine(day_of(at), time(), UTC) for _, _, at in keys]
        rows = self._select(sql.RECORDED, (stations, [key for _, key, _ in keys], days))
        return {(e.station, e.key): e for e in map(JournalEntry._make, rows)}

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
            received_from=received_from,
            received_to=received_to,
        )
        statement = sql.frames(wanted, newest_first=newest_first)
        rows = self._select(statement, {**wanted, "limit": limit})
        return [JournalRow(row[0], JournalEntry._make(row[1:])) for row in rows]

    def prune(self, before: datetime) -> int:
        with self._connections.lend() as connection:
            return drop_days(connection, day_of(before))

    # --- the rest ---

    def take_numbers(self, count: int) -> range:
        return block(self._select(sql.TAKE_NUMBERS, (count,))[0][0], count)

    def claim_partitions(self, partitions: int) -> int:
        claimed: int = self._select(sql.CLAIM_PARTITIONS, (partitions,))[0][0]
        return claimed

    def wait(self, position: int, timeout: float) -> None:
        self._listener.start()
        self._watermark.wait_above(position, timeout)

    def close(self) -> None:
        self._watermark.close()
        self._listener.close()
        self.datastore.close()


def _columns(rows: Iterable[tuple[object, ...]]) -> tuple[list[object], ...]:
    """Rows turned into one list per column: psycopg sends each as one binary array."""
    return tuple(map(list, zip(*rows, strict=True)))


def _possible(streams: Iterable[str]) -> list[str]:
    """Streams that may be there: PostgreSQL can neither store nor look up a name with NUL."""
    return [stream for stream in streams if "\0" not in stream]


def _latest(snapshots: Sequence[StoredSnapshot]) -> list[StoredSnapshot]:
    """One snapshot for each stream: an upsert may not meet a row twice."""
    return list({s.stream: s for s in sorted(snapshots, key=lambda s: s.version)}.values())

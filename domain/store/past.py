"""Seals what a log holds from before personal data was sealed: once, a portion a transaction.

Each portion moves a mark with it. Several processes may do it at the same time: a portion is one's.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from psycopg.rows import tuple_row

from domain.log import JournalEntry, StoredFact
from domain.ports import Keyring
from domain.sealing import past
from domain.store import postgres_sql
from domain.store.postgres_connections import Connections, Connector
from domain.store.sqlite_connections import Datastore

_PORTION = 2000  # rows
_MARK = "SELECT value FROM ampledger_numbers WHERE name = ?"
_MOVE = """INSERT INTO ampledger_numbers (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_ANY = "SELECT 1 FROM ampledger_events UNION ALL SELECT 1 FROM ampledger_journal LIMIT 1"
_FACTS = """SELECT {place}, originator_id, originator_version, topic, state, cause, station
    FROM ampledger_events WHERE {place} > ? ORDER BY {place} LIMIT ?"""
_REWRITE = """UPDATE ampledger_events SET originator_id = ?, state = ?, station = ?
    WHERE {place} = ?"""
_BEGUN = """SELECT originator_id, state FROM ampledger_events
    WHERE originator_version = 1 AND originator_id IN ({several})"""
_CAUSES = "SELECT key, station, received_at FROM ampledger_journal WHERE key IN ({several})"
_COLUMNS = "station, payload, answer, deviations, context"
_ENTRIES = f"""SELECT position, {_COLUMNS} FROM ampledger_journal
    WHERE position > ? ORDER BY position LIMIT ?"""  # noqa: S608 (only constants of this module)
_SEAL = """UPDATE ampledger_journal
    SET station = ?, payload = ?, answer = ?, deviations = ?, context = ? WHERE position = ?"""
_FACTS_SEALED, _JOURNAL_SEALED, _SEALED = "sealed facts", "sealed journal", "sealed"

_log = logging.getLogger("ampledger.run")


class _Base(Protocol):
    """A database of either kind."""

    place: str  # what the position of a fact is called

    def alone(self) -> AbstractContextManager["_Statements"]:
        """A transaction of the only one who seals."""
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...


class _Statements(Protocol):
    """Statements of one transaction, with `?` for parameters."""

    def __call__(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows, [] when there are none to have."""
        ...


def seal_past(url: str, keyring: Keyring) -> None:
    """Seal what is not yet; raises Unavailable. A log in memory has no past."""
    if url.startswith("memory"):
        return
    base = _Sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _Postgres(url)
    try:
        while not _done(base, keyring):
            pass
    finally:
        base.close()


def _done(base: _Base, keyring: Keyring) -> bool:
    """Whether all is sealed; if not, the next portion is now."""
    with base.alone() as execute:
        if _mark(execute, _SEALED):
            return True
        if not execute(_ANY):
            execute(_MOVE, (_SEALED, 1))
            return True
        if _seal_facts(execute, base.place, keyring) or _seal_journal(execute, keyring):
            return False
        execute("DELETE FROM ampledger_snapshots")  # they are made again from facts
        execute(_MOVE, (_SEALED, 1))
        _log.info("personal data of the past is sealed")
        return True


def _mark(execute: _Statements, name: str) -> int:
    return next((row[0] for row in execute(_MARK, (name,))), 0)


def _seal_facts(execute: _Statements, place: str, keyring: Keyring) -> bool:
    """Whether there were any left."""
    mark = _mark(execute, _FACTS_SEALED)
    rows = execute(_FACTS.format(place=place), (mark, _PORTION))
    facts = [StoredFact(*row[1:]) for row in rows]
    transactions = past.numbered(facts)
    begun = dict(map(tuple, _several(execute, _BEGUN, transactions)))
    stations = _stations(execute, past.caused(facts))
    sealed = past.sealed_facts(facts, keyring, started=begun, stations=stations)
    for row, before, fact in zip(rows, facts, sealed, strict=True):
        if fact != before:
            values = (fact.stream, fact.state, fact.station, row[0])
            execute(_REWRITE.format(place=place), values)
    if rows:
        _move(execute, _FACTS_SEALED, rows[-1][0])
    return bool(rows)


def _stations(execute: _Statements, caused: dict[str, str]) -> dict[str, str]:
    """Whose records these keys name; the time tells apart those of several days or stations."""
    found: dict[str, str] = {}
    for key, station, received_at in _several(execute, _CAUSES, caused):
        if _instant(received_at) == datetime.fromisoformat(caused[key]):
            found[key] = station
        else:
            found.setdefault(key, station)
    return found


def _seal_journal(execute: _Statements, keyring: Keyring) -> bool:
    """Whether there was anything left."""
    rows = execute(_ENTRIES, (_mark(execute, _JOURNAL_SEALED), _PORTION))
    entries = [_entry(*row[1:]) for row in rows]
    sealed = past.sealed_entries(entries, keyring)
    for row, before, entry in zip(rows, entries, sealed, strict=True):
        if entry != before:
            values = (entry.station, entry.payload, entry.answer, entry.deviations, entry.context)
            execute(_SEAL, (*values, row[0]))
    if rows:
        _move(execute, _JOURNAL_SEALED, rows[-1][0])
    return bool(rows)


def _move(execute: _Statements, name: str, place: int) -> None:
    execute(_MOVE, (name, place))
    _log.info("sealing personal data of the past", extra={"part": name, "position": place})


def _several(execute: _Statements, statement: str, values: Iterable[str]) -> list[Any]:
    wanted = list(values)
    if not wanted:
        return []
    return execute(statement.format(several=", ".join("?" * len(wanted))), wanted)


def _entry(
    station: str, payload: bytes, answer: bytes, deviations: str, context: str
) -> JournalEntry:
    """What is sealed of an entry."""
    never = datetime.min.replace(tzinfo=UTC)
    said = (payload, answer, deviations, never, never, context)
    return JournalEntry("", station, "", "", 0, "", "", "", *said)


def _instant(received_at: object) -> datetime:
    """As each database has it: an instant, or microseconds."""
    if isinstance(received_at, datetime):
        return received_at
    return datetime.fromtimestamp(int(str(received_at)) // 1_000_000, UTC).replace(
        microsecond=int(str(received_at)) % 1_000_000
    )


class _Sqlite:
    """A file; its writer is alone."""

    place = "rowid"

    def __init__(self, path: str) -> None:
        self._datastore = Datastore(path)

    @contextmanager
    def alone(self) -> Iterator[_Statements]:
        with self._datastore.writing() as cursor:

            def _execute(statement: str, parameters: Sequence[object] = ()) -> list[Any]:
                cursor.execute(statement, tuple(parameters))
                return [tuple(row) for row in cursor.fetchall()]

            yield _execute

    def close(self) -> None:
        self._datastore.close()


class _Postgres:
    """A schema; an advisory lock lets one of several seal."""

    place = "notification_id"

    def __init__(self, url: str) -> None:
        self._connections = Connections(Connector(url))

    @contextmanager
    def alone(self) -> Iterator[_Statements]:
        with self._connections.lend() as connection, connection.transaction():
            cursor = connection.cursor(row_factory=tuple_row)
            cursor.execute("SET LOCAL lock_timeout = '60s'")  # another one may be at it
            cursor.execute(postgres_sql.ADVISORY_LOCK)

            def _execute(statement: str, parameters: Sequence[object] = ()) -> list[Any]:
                cursor.execute(statement.replace("?", "%s"), tuple(parameters))
                return cursor.fetchall() if cursor.description else []

            yield _execute

    def close(self) -> None:
        self._connections.close()

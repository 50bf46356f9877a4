"""Connections to an SQLite file: one writes, others read; errors become those of the port."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock
from time import monotonic, sleep

from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    InterfaceError,
    OperationalError,
)
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from domain.log import Conflict, Unavailable

_PATIENCE = 5.0  # seconds to wait for another writer
_BLINK = 0.01  # seconds between attempts to turn a new file to WAL
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -16384",  # KiB
    "PRAGMA wal_autocheckpoint = 4000",  # pages: a third more commits of 200 facts a second
)
_AWAY = (sqlite3.OperationalError, OperationalError, InterfaceError, ConnectionPoolClosedError)


class _Pool(SQLiteConnectionPool):
    """Connections that sync every commit, and move the write-ahead log in larger portions."""

    def _create_connection(self) -> SQLiteConnection:
        """Patient: the busy timeout does not cover two processes that turn to WAL at once."""
        deadline = monotonic() + _PATIENCE
        while True:
            try:
                return self._connect()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
            sleep(_BLINK)

    def _connect(self) -> SQLiteConnection:
        connection = super()._create_connection()
        for pragma in _PRAGMAS:
            connection.cursor().execute(pragma)
        return connection


class Datastore(SQLiteDatastore):
    """The library's datastore, with transactions that raise what the port promises.

    Its pool closes connections that other threads are using, which can end the process: here,
    closing waits for them.
    """

    def __init__(self, path: str) -> None:
        self._returned = Condition()
        self._lent = 0
        self._closed = False
        self._pen = Lock()
        super().__init__(path, originator_id_type="text")
        self.pool = _Pool(db_name=path)

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        """A connection that stays open until it is given back; raises Unavailable."""
        with self._returned:
            if self._closed:
                raise Unavailable("the log is closed")
            self._lent += 1
        try:
            with super().get_connection(commit=commit) as connection:
                yield connection
        finally:
            with self._returned:
                self._lent -= 1
                self._returned.notify_all()

    def close(self) -> None:
        """Close every connection, once none is in use; those used for too long end with us."""
        with self._returned:
            self._closed = True
            if not self._returned.wait_for(lambda: self._lent == 0, _PATIENCE):
                return
        super().close()

    @contextmanager
    def reading(self) -> Iterator[SQLiteCursor]:
        """A cursor that sees one moment of the file; raises Unavailable."""
        with self._transaction("BEGIN", writes=False) as cursor:
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[SQLiteCursor]:
        """The cursor of the only writer; what it did is durable when the block has ended.

        Raises Conflict, and Unavailable when another one writes for too long.
        """
        if not self._pen.acquire(timeout=_PATIENCE):  # in the pool, it would hold up readers
            raise Unavailable("another thread has been writing for too long")
        try:
            with self._transaction("BEGIN IMMEDIATE", writes=True) as cursor:
                yield cursor
        finally:
            self._pen.release()

    @contextmanager
    def _transaction(self, begin: str, *, writes: bool) -> Iterator[SQLiteCursor]:
        with _translated(), self.get_connection(commit=writes) as connection:
            cursor = connection.cursor()
            cursor.execute(begin)
            try:
                yield cursor
                if writes:
                    connection.commit()
            finally:
                connection.rollback()  # changes nothing after a commit


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    except _AWAY as error:
        raise Unavailable(str(error)) from error

"""Listens to PostgreSQL for the positions that commits announce, in a thread of its own."""

from threading import Event, Lock, Thread

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, tuple_row
from psycopg.sql import SQL, Identifier

from domain.store import postgres_sql as sql
from domain.store.postgres_connections import Connector
from domain.store.watermark import Watermark

_BREATH = 0.2  # seconds in which the thread notices that it should end
_PAUSE = 1.0  # seconds between attempts to connect


class Listener:
    """Raises a watermark to every position announced on a channel, and after each reconnection.

    The position is asked for after LISTEN, so nothing falls between the two.
    """

    def __init__(self, connector: Connector, channel: str, watermark: Watermark) -> None:
        self._connector = connector
        self._channel = channel
        self._watermark = watermark
        self._lock = Lock()
        self._over = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Listen from now on; later calls change nothing."""
        with self._lock:
            if self._thread is None and not self._over.is_set():
                self._thread = Thread(target=self._run, name="log-listener", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        with self._lock:
            self._over.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with self._connector.connect() as connection:
                    self._follow(connection)
            except psycopg.Error:  # who waits meanwhile waits for the timeout, as without us
                self._over.wait(_PAUSE)

    def _follow(self, connection: Connection[DictRow]) -> None:
        connection.execute(SQL("LISTEN {}").format(Identifier(self._channel)))
        with connection.cursor(row_factory=tuple_row) as cursor:
            for (position,) in cursor.execute(sql.POSITION):
                self._watermark.raise_to(position)
        while not self._over.is_set():
            for announced in connection.notifies(timeout=_BREATH):
                self._watermark.raise_to(int(announced.payload))

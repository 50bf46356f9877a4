"""Connections to PostgreSQL: lent, checked, replaced; errors translated to those of the port."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import POLLIN, poll
from threading import BoundedSemaphore, Lock
from typing import Any

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from domain.log import Conflict, Unavailable

_CONNECTIONS = 8
_PATIENCE = 5  # seconds: to connect, for a lock, for a free connection, for a silent network
_ENDLESS = 60  # seconds after which a statement is given up
# Whatever is not about the values: a missing right or table is mended there, not by giving up here.
_ABOUT_VALUES = frozenset({"22", "54"})  # data exception, program limit exceeded
_AWAY = (
    *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError),
    *(psycopg.ProgrammingError, psycopg.NotSupportedError),
)


class NoPartition(Unavailable):
    """The journal has no partition for a day; nothing was stored."""


class Connector:
    """Opens connections to the one schema of a log: the search path of its URL, or public."""

    def __init__(self, url: str) -> None:
        self._url = url
        options = str(conninfo_to_dict(url).get("options") or "")
        named = re.search(r"search_path=(\w+)", options)
        self.schema = named[1] if named else "public"
        self._options = (
            f"{options} -c search_path={self.schema} -c timezone=UTC"
            f" -c lock_timeout={_PATIENCE}s -c statement_timeout={_ENDLESS}s"
        )

    def connect(self) -> Connection[DictRow]:
        """A new connection in autocommit mode; raises psycopg.OperationalError."""
        return psycopg.connect(
            self._url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=_PATIENCE,
            keepalives_idle=_PATIENCE,
            keepalives_interval=1,
            keepalives_count=_PATIENCE,
            tcp_user_timeout=_PATIENCE * 1000,
            options=self._options,
        )


class Connections:
    """A few open connections, each lent to one thread at a time, never a dead one."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._room = BoundedSemaphore(_CONNECTIONS)
        self._lock = Lock()
        self._idle: list[Connection[DictRow]] = []
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Connection[DictRow]]:
        """A connection outside of a transaction; raises Unavailable, NoPartition, Conflict."""
        if not self._room.acquire(timeout=_PATIENCE):
            raise Unavailable("all connections are busy")
        try:
            with _translated():
                connection = self._take()
                try:
                    yield connection
                finally:
                    self._give_back(connection)
        finally:
            self._room.release()

    def _take(self) -> Connection[DictRow]:
        while connection := self._pop():
            if _is_quiet(connection):
                return connection
            connection.close()
        return self._connector.connect()

    def _pop(self) -> Connection[DictRow] | None:
        with self._lock:
            if self._closed:
                raise Unavailable("the log is closed")
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: Connection[DictRow]) -> None:
        with suppress(psycopg.Error):
            connection.rollback()
        with self._lock:
            if not self._closed and connection.info.transaction_status == TransactionStatus.IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle; what is lent closes on its return."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def _is_quiet(connection: Connection[DictRow]) -> bool:
    """Nothing arrived while idle. A server that goes away says so, or ends the stream."""
    poller = poll()
    poller.register(connection.fileno(), POLLIN)
    return not poller.poll(0)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise Conflict(error.diag.message_detail or str(error)) from error
    except psycopg.errors.CheckViolation as error:
        raise NoPartition(str(error)) from error
    except _AWAY as error:
        if (error.sqlstate or "")[:2] in _ABOUT_VALUES:
            raise
        raise Unavailable(str(error)) from error


class Datastore(PostgresDatastore):
    """The library's datastore on our connections. Its own pool is never opened.

    That pool hands out dead connections after a restart of the server, and waits in vain for
    up to half a minute when there is none.
    """

    def __init__(self, connector: Connector) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            schema=connector.schema,
            originator_id_type="text",
        )
        self.connections = Connections(connector)

    def register_type_adapters(self) -> None:
        """There are no composite types: facts travel as one array per column."""

    def get_connection(self) -> Any:  # noqa: ANN401 (a context manager, as in the library)
        """A connection for the library's own queries."""
        return self.connections.lend()

    def close(self) -> None:
        """Give back every connection."""
        with suppress(AttributeError):  # the library calls this from __del__ too
            self.connections.close()

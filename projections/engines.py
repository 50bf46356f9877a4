"""Connections to the read models' database: PostgreSQL, an SQLite file, or SQLite in memory."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from domain.log import Conflict, Unavailable

AWAY = (InterfaceError, OperationalError, PoolExhausted)  # what a database that is away raises
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_PATIENCE = 30  # s for SQLite's one writer


def engine(url: str, *, schema: str = "") -> Engine:
    """An engine for `postgresql://…` or `sqlite:///file` (`sqlite://`: in memory).

    `schema` is where the tables of PostgreSQL are, "" for the user's default; raises ValueError
    when it is no plain lower-case name.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    return _postgres(address, schema)


def schema_of(engine: Engine) -> str:
    """The schema an engine was made for, "" when it was none."""
    return str(engine.get_execution_options().get("schema_name", ""))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: SQLite locks at once, so that it cannot fail midway."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def overwrite(engine: Engine) -> None:
    """Leave no former content in the write-ahead log of an SQLite file, unless somebody reads it.

    PostgreSQL sees to it by itself, later.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 1000")  # ms: nobody is to wait for it
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {1000 * _PATIENCE}")
        cursor.close()
    finally:
        connection.close()


@contextmanager
def translated() -> Iterator[None]:
    """What the database raises, as the ports name it: Unavailable, Conflict."""
    try:
        yield
    except AWAY as error:
        raise Unavailable("the read models are away") from error
    except IntegrityError as error:
        raise Conflict("it is there already") from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise Unavailable("the read models are away") from error


def _postgres(address: URL, schema: str) -> Engine:
    if schema and not _SCHEMA.fullmatch(schema):
        raise ValueError(f"not a plain lower-case schema name: {schema!r}")
    # A suspended owner must not hold its row locks for ever.
    options = "-c timezone=UTC -c idle_in_transaction_session_timeout=15000"
    if schema:
        options += f" -c search_path={schema}"
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5},
        execution_options={"schema_name": schema},
        hide_parameters=True,  # errors are logged, and what was written may be personal or a key
    )


def _sqlite(address: URL) -> Engine:
    """In memory there is one connection, lent to one thread at a time."""
    in_memory = address.database in {None, "", ":memory:"}
    size = {"pool_size": 1, "max_overflow": 0} if in_memory else {}
    made = create_engine(
        address,
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "timeout": _PATIENCE},
        hide_parameters=True,  # as above
        **size,
    )
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """The driver's own idea of transactions is switched off: `_begin` says when one starts."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")  # who is forgotten must not stay in free pages
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

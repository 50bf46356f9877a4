"""From a database URL to the log behind it."""

from domain.log import Log
from domain.store.memory import MemoryLog
from domain.store.postgres import PostgresLog
from domain.store.postgres import migrate as _migrate_postgres
from domain.store.sqlite import SQLiteLog

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


def open_log(url: str, *, made: bool = False) -> Log:
    """The log at "postgresql://…", "sqlite:///relative.db", "sqlite:////absolute.db", "memory://".

    Paths as in SQLAlchemy URLs. On PostgreSQL nothing is connected yet, and the tables must have
    been made by `migrate`; on SQLite they are made here, unless they are `made`. Raises ValueError
    for any other URL.
    """
    if url == "memory://":
        return MemoryLog()
    if url.startswith(_SQLITE):
        return SQLiteLog(url.removeprefix(_SQLITE), made=made)
    if url.startswith(_POSTGRES):
        return PostgresLog(url)
    raise ValueError("a log is at postgresql://…, sqlite:///… or memory://")


def migrate(url: str) -> None:
    """Make the tables, once, before workers start; several processes may do it at the same time."""
    if url.startswith(_POSTGRES):
        _migrate_postgres(url)
    else:
        open_log(url).close()

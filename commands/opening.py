"""Opening what a process works with: the database and the broker, however long they are away."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import TypeVar

from commands import kept
from commands.settings import Role, Settings, SettingsError
from domain.log import Log, Unavailable
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.opening import migrate, open_log
from domain.store.past import seal_past
from gateway.broker.memory import MemoryBroker
from gateway.broker.rabbit import RabbitBroker
from projections.database import Database
from projections.engines import engine
from projections.keyring import StoredKeyring

MEMORY = "memory://"
_PAUSES = (0.5, 1.0, 2.0, 5.0)  # s, the last one for ever

_log = logging.getLogger("ampledger.run")

T = TypeVar("T")


def check(role: Role, settings: Settings) -> None:
    """Roles in processes of their own need what they share; raises SettingsError."""
    if role == "run":
        return
    for name in ("database_url", "broker_url"):
        if getattr(settings, name) in {"", MEMORY}:
            setting = f"AMPLEDGER_{name.upper()}"
            raise SettingsError(f"{setting} must be set: `ampledger {role}` shares it with others")


def node_name(settings: Settings) -> str:
    """The name of this process: another one each time it starts."""
    return f"{settings.node or socket.gethostname()}-{token_hex(4)}"


def secret_key(role: Role, settings: Settings) -> str:
    """The key that seals secrets; raises SettingsError when processes could not share it."""
    if given := settings.secret_key.get_secret_value():
        return given
    if settings.database_url == MEMORY:
        return kept.new_secret_key()
    if role == "run":
        return kept.secret(settings.data / kept.SECRET_KEY, kept.new_secret_key)[0]
    if role in {"api", "projections"}:
        raise SettingsError(
            "AMPLEDGER_SECRET_KEY must be set, the same for api and projections:"
            " `ampledger secret-key` makes one"
        )
    return ""


def kept_secret_key(settings: Settings) -> str:
    """The key of an installation that has one, for a command; raises SettingsError."""
    is_kept = settings.embedded or (settings.data / kept.SECRET_KEY).is_file()
    return secret_key("run" if is_kept else "api", settings)


def urls(settings: Settings) -> tuple[str, str]:
    """Where the log and the read models are; two files on SQLite, which has one writer per file."""
    if settings.database_url == MEMORY:
        return MEMORY, "sqlite://"
    if settings.database_url:
        return settings.database_url, settings.database_url
    folder = settings.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'log.db'}", f"sqlite:///{folder / 'read.db'}"


def open_database(settings: Settings) -> tuple[Log, Database]:
    """The log and the read models, with all their tables.

    Raises Unavailable, and SettingsError when the database was begun with other partitions.
    """
    log_url, read_url = urls(settings)
    migrate(log_url)
    log = open_log(log_url)
    try:
        database = Database(engine(read_url))
        database.migrate(has_facts=log.position() > 0)
        seal_past(log_url, StoredKeyring(database.engine))
        _claim(log, settings.partitions)
    except BaseException:
        log.close()
        raise
    return log, database


def sealed(stored: Log, database: Database) -> SealedLog:
    """The log with personal data in the clear, for all but those who prove what is stored."""
    return SealedLog(stored, KeyCache(StoredKeyring(database.engine)))


def _claim(log: Log, partitions: int) -> None:
    recorded = log.claim_partitions(partitions)
    if recorded != partitions:
        raise SettingsError(
            f"AMPLEDGER_PARTITIONS={partitions}: this database was begun with {recorded},"
            " and stations would get a second writer with another number"
        )


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[tuple[Log, Database]]:
    """The database, once it answers."""
    log, database = await _insisting("database", lambda: open_database(settings))
    try:
        yield log, database
    finally:
        await asyncio.to_thread(log.close)
        database.close()


def broker_of(settings: Settings) -> MemoryBroker | RabbitBroker:
    """The broker; it connects by itself."""
    if settings.broker_url:
        return RabbitBroker(settings.broker_url, settings.namespace)
    return MemoryBroker()


async def _insisting(name: str, attempt: Callable[[], T]) -> T:
    pauses = iter(_PAUSES)
    pause = next(pauses)
    while True:
        try:
            return await asyncio.to_thread(attempt)
        except Unavailable as error:
            why = error.__cause__ or error
            _log.warning("waiting for the %s", name, extra={"why": str(why), "again_in": pause})
        await asyncio.sleep(pause)
        pause = next(pauses, pause)

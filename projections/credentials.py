"""The hashes of stations' passwords: the facts hold only their ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, exists, literal, select

from domain.log import Log
from projections import stations
from projections.engines import translated, writing
from projections.progress import Trust
from projections.stations import STATIONS
from projections.tables import among, table

_UNDECIDED = timedelta(days=1)  # later, nobody is about to refer to a new one
_AT_ONCE = 1000  # are thrown away


@dataclass(slots=True, kw_only=True)
class Credential:
    """A password, hashed with argon2id."""

    id: str
    password_hash: str
    created_at: datetime


CREDENTIALS = table("credentials", Credential, key=["id"])


def put(connection: Connection, credential: str, password_hash: str, *, at: datetime) -> None:
    """Keep a hash under a new id."""
    connection.execute(
        CREDENTIALS.insert().values(id=credential, password_hash=password_hash, created_at=at)
    )


def found(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """The hashes that there are of these, by id and in their order."""
    wanted = [each for each in ids if each]
    if not wanted:
        return {}
    query = select(CREDENTIALS).where(among(connection, CREDENTIALS.c.id, wanted))
    hashes = {each.id: each.password_hash for each in connection.execute(query)}
    return {id: hashes[id] for id in wanted if id in hashes}


def forget(connection: Connection, credential: str) -> None:
    """Destroy a hash that no station uses any more."""
    connection.execute(CREDENTIALS.delete().where(CREDENTIALS.c.id == credential))


class Unused:
    """Hashes that no station refers to; raises Unavailable when the database is away."""

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine, self._trust = engine, Trust(log, (stations.MODEL,))

    def sweep(self, now: datetime) -> int:
        """Destroy them; how many went.

        Whether the rows are whole is asked after they were read: while they are behind, or built
        anew, they do not tell what is used.
        """
        with translated():
            unused = self._unused(now)
            if not unused or not self._trusted():
                return 0
            with writing(self._engine) as connection:
                gone = CREDENTIALS.delete().where(among(connection, CREDENTIALS.c.id, unused))
                return connection.execute(gone).rowcount

    def _unused(self, now: datetime) -> Sequence[str]:
        query = select(CREDENTIALS.c.id).where(_is_unused(before=now - _UNDECIDED))
        with self._engine.connect() as connection:
            return connection.scalars(query.limit(_AT_ONCE)).all()

    def _trusted(self) -> bool:
        with self._engine.connect() as connection:
            return self._trust.holds(connection)


def _is_unused(*, before: datetime) -> ColumnElement[bool]:
    used = select(STATIONS.c.credential).where(STATIONS.c.registered)
    among_offered = literal(",").concat(STATIONS.c.offered).concat(",")
    mentions = among_offered.contains(literal(",").concat(CREDENTIALS.c.id).concat(","))
    offered = exists().where(STATIONS.c.registered, STATIONS.c.offered != "", mentions)
    return (CREDENTIALS.c.created_at < before) & CREDENTIALS.c.id.not_in(used) & ~offered

"""Facts a read model could not take in: noted and passed, so that one does not stop the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from projections import positions
from projections.readmodel import ReadModel
from projections.tables import fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class Stumble:
    """The fact at `position` is not in the read model `name`; a rebuild tries it again."""

    name: str
    position: int
    error: str
    at: datetime


STUMBLES = table("stumbles", Stumble, key=["name", "position"])


def note(connection: Connection, stumble: Stumble) -> None:
    """Remember it."""
    upsert(connection, STUMBLES, [stumble])


def forget(connection: Connection, name: str) -> None:
    """The read model starts over, or is gone."""
    connection.execute(STUMBLES.delete().where(STUMBLES.c.name == name))


def rename(connection: Connection, name: str, new: str) -> None:
    """A read model takes the place of another, with what it misses."""
    forget(connection, new)
    connection.execute(STUMBLES.update().where(STUMBLES.c.name == name).values(name=new))


def counted(connection: Connection) -> dict[str, int]:
    """How many facts each read model misses."""
    query = select(STUMBLES.c.name, func.count().label("missed")).group_by(STUMBLES.c.name)
    return {row.name: row.missed for row in connection.execute(query)}


def missed(connection: Connection, models: Sequence[ReadModel]) -> dict[str, int]:
    """How many facts each of the read models misses, by name; 0 for one that is whole."""
    known = counted(connection)
    return {model.name: known.get(positions.key_of(model), 0) for model in models}


def listed(connection: Connection, *, limit: int = 100) -> list[Stumble]:
    """The latest first."""
    query = select(STUMBLES).order_by(STUMBLES.c.position.desc()).limit(limit)
    return fetch(connection, query, Stumble)

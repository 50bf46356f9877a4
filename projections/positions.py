"""How far each read model has come, kept beside its rows and moved with them (ADR 4)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from projections.readmodel import ReadModel
from projections.tables import table, upsert


@dataclass(slots=True, kw_only=True)
class PositionRow:
    """Everything up to `position` is in the read model `name`."""

    name: str
    position: int


POSITIONS = table("positions", PositionRow, key=["name"])


class Fenced(Exception):
    """Somebody else moved a position: another owner is at work."""


def key_of(model: ReadModel) -> str:
    """The name of a read model's position: that of its table, so another version has its own."""
    return model.table.name


def read(connection: Connection) -> dict[str, int]:
    """Every position there is."""
    query = select(POSITIONS)
    return {row.name: row.position for row in connection.execute(query)}


def begin(connection: Connection, names: Collection[str]) -> None:
    """Positions for read models that have none yet."""
    missing = sorted(set(names) - read(connection).keys())
    upsert(connection, POSITIONS, [PositionRow(name=name, position=0) for name in missing])


def advance(connection: Connection, names: Collection[str], *, old: int, new: int) -> None:
    """Move positions; raises Fenced when one of them is not where the caller left it.

    The first statement of its transaction: the loser of a race waits here and has written nothing.
    """
    update = (
        POSITIONS.update()
        .where(POSITIONS.c.name.in_(sorted(names)), POSITIONS.c.position == old)
        .values(position=new)
    )
    if connection.execute(update).rowcount != len(names):
        raise Fenced(", ".join(sorted(names)))


def locked(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Those of these positions that there are; nobody moves them within this transaction."""
    query = select(POSITIONS).where(POSITIONS.c.name.in_(sorted(names))).order_by(POSITIONS.c.name)
    return {row.name: row.position for row in connection.execute(query.with_for_update())}


def put(connection: Connection, name: str, position: int) -> None:
    """Set a position, whatever it was."""
    upsert(connection, POSITIONS, [PositionRow(name=name, position=position)])


def drop(connection: Connection, name: str) -> None:
    """There is no such position any more."""
    connection.execute(POSITIONS.delete().where(POSITIONS.c.name == name))

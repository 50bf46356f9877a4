"""How far the stream of events has come, kept in the database."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from projections.positions import Fenced
from projections.tables import table, upsert

STREAM = "stream"


@dataclass(slots=True, kw_only=True)
class ProgressRow:
    """Every event up to `position` was published and confirmed."""

    name: str
    position: int


PROGRESS = table("event_progress", ProgressRow, key=["name"])


def reached(connection: Connection, name: str = STREAM) -> int | None:
    """The position; None when nothing was ever published."""
    found: int | None = connection.scalar(
        select(PROGRESS.c.position).where(PROGRESS.c.name == name)
    )
    return found


def begin(connection: Connection, name: str = STREAM) -> int:
    """The position to go on from: at first the beginning of the log."""
    position = reached(connection, name)
    if position is None:
        upsert(connection, PROGRESS, [ProgressRow(name=name, position=0)])
    return position or 0


def advance(connection: Connection, *, old: int, new: int, name: str = STREAM) -> None:
    """Move the position; raises Fenced when somebody else has."""
    update = (
        PROGRESS.update()
        .where(PROGRESS.c.name == name, PROGRESS.c.position == old)
        .values(position=new)
    )
    if connection.execute(update).rowcount != 1:
        raise Fenced(name)

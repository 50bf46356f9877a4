"""Read models that are to be built beside what is read: asked for, under way, done (ADR 32)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.model.operations import RecordAction
from projections import actions
from projections.actions import Actor
from projections.positions import key_of
from projections.readmodel import ReadModel
from projections.tables import fetch, table, upsert

NEXT = "__next"  # how the names end of tables, indexes and positions that are being built


@dataclass(slots=True, kw_only=True)
class BuildRow:
    """The last build of a table, named like its position."""

    name: str
    asked_at: datetime
    asked_by: str = ""  # "": the release needs it
    begun_at: datetime | None = None
    seconds: float = 0.0  # of work
    reached: int = 0  # position at the end
    finished_at: datetime | None = None
    problem: str = ""  # what keeps it from going on


BUILDS = table("read_model_builds", BuildRow, key=["name"])


def ask(connection: Connection, names: Collection[str], *, by: str, at: datetime) -> list[str]:
    """Ask for builds; the names of those that were not asked for already."""
    known = unfinished(connection)
    new = sorted(set(names) - known.keys())
    upsert(connection, BUILDS, [BuildRow(name=name, asked_at=at, asked_by=by) for name in new])
    return new


def wish(connection: Connection, models: Sequence[ReadModel], actor: Actor) -> list[str]:
    """Ask for builds, on record; the names of the read models that were not asked for already."""
    asked = ask(connection, [key_of(model) for model in models], by=actor.name, at=actor.at)
    new = [model.name for model in models if key_of(model) in asked]
    for name in new:
        told = RecordAction(action="RebuildReadModel", subject=f"read_model:{name}")
        actions.note(connection, actor, told)
    return new


def known(connection: Connection) -> dict[str, BuildRow]:
    """The last build of each table that was ever built beside another."""
    return {row.name: row for row in fetch(connection, select(BUILDS), BuildRow)}


def unfinished(connection: Connection) -> dict[str, BuildRow]:
    """What is asked for or under way."""
    query = select(BUILDS).where(BUILDS.c.finished_at.is_(None))
    return {row.name: row for row in fetch(connection, query, BuildRow)}


def begin(connection: Connection, name: str, *, at: datetime) -> bool:
    """Whether it is the caller who begins: of two, one."""
    begun = BUILDS.update().where(BUILDS.c.name == name, BUILDS.c.begun_at.is_(None))
    return connection.execute(begun.values(begun_at=at)).rowcount == 1


def spend(connection: Connection, names: Collection[str], seconds: float) -> None:
    """So much more work was done."""
    those = BUILDS.update().where(BUILDS.c.name.in_(sorted(names)))
    connection.execute(those.values(seconds=BUILDS.c.seconds + seconds, problem=""))


def fail(connection: Connection, names: Collection[str], problem: str) -> None:
    """Something keeps them from going on, for now."""
    those = BUILDS.update().where(BUILDS.c.name.in_(sorted(names)))
    connection.execute(those.values(problem=problem))


def finish(connection: Connection, name: str, *, reached: int, at: datetime) -> None:
    """It is what is read now."""
    done = {"reached": reached, "finished_at": at, "problem": ""}
    connection.execute(BUILDS.update().where(BUILDS.c.name == name).values(done))


def forget(connection: Connection, name: str) -> None:
    """The table is gone."""
    connection.execute(BUILDS.delete().where(BUILDS.c.name == name))

"""The read models as such: how far each is, what it misses, what is being built beside it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from projections import builds, positions, stumbles
from projections.builds import NEXT, BuildRow
from projections.positions import key_of
from projections.readmodel import ReadModel

NEAR = 2000  # facts that are taken in within a moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A build of a read model, the last one.

    `state`: asked, building, following (it has caught up, and takes its place with the release that
    reads it) or finished.
    """

    state: str
    asked_at: datetime
    asked_by: str  # "" when the release needs it
    begun_at: datetime | None
    finished_at: datetime | None
    position: int
    percent: int
    facts_per_second: int  # of work
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A read model; `position` is None until its rows are read."""

    name: str
    version: int
    position: int | None
    missed: int  # facts that it could not take in
    build: Build | None


def overview(connection: Connection, models: Sequence[ReadModel], head: int) -> list[Overview]:
    """All of them, as of the position `head` of the log."""
    places, known = positions.read(connection), builds.known(connection)
    missed = stumbles.counted(connection)
    return [
        Overview(
            name=model.name,
            version=model.version,
            position=places.get(key_of(model)),
            missed=missed.get(key_of(model), 0),
            build=_build(known.get(key_of(model)), places, head),
        )
        for model in models
    ]


def unbuilt(connection: Connection, models: Collection[ReadModel], head: int) -> dict[str, int]:
    """Read models whose rows nobody can read yet, and how many percent of each are built."""
    places = positions.read(connection)
    missing = [model for model in models if key_of(model) not in places]
    return {m.name: _percent(places.get(f"{key_of(m)}{NEXT}", 0), head) for m in missing}


def waiting(connection: Connection, models: Collection[ReadModel], head: int) -> dict[str, int]:
    """As `unbuilt`, without those that have caught up."""
    places = positions.read(connection)
    late = {m.name for m in models if places.get(f"{key_of(m)}{NEXT}", -1) < max(0, head - NEAR)}
    return {name: done for name, done in unbuilt(connection, models, head).items() if name in late}


def _build(row: BuildRow | None, places: dict[str, int], head: int) -> Build | None:
    if row is None:
        return None
    position = row.reached if row.finished_at else places.get(f"{row.name}{NEXT}", 0)
    return Build(
        state=_state(row, position, head),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        begun_at=row.begun_at,
        finished_at=row.finished_at,
        position=position,
        percent=100 if row.finished_at else _percent(position, head),
        facts_per_second=int(position / row.seconds) if row.seconds else 0,
        problem=row.problem,
    )


def _state(row: BuildRow, position: int, head: int) -> str:
    if row.finished_at:
        return "finished"
    if row.begun_at is None:
        return "asked"
    return "following" if position >= head - NEAR else "building"


def _percent(position: int, head: int) -> int:
    return 100 if position >= head else 100 * position // head

"""The processes of an installation, as each tells of itself; own tables, of no read model."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from projections.tables import fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class Process:
    """One start of a role; it lives as long as it says so again."""

    node: str  # another one each time it starts
    role: str  # run, domain, gateway, projections or api
    version: str
    started_at: datetime
    seen_at: datetime


@dataclass(slots=True, kw_only=True)
class Served:
    """Who was last given what came on a partition."""

    partition: int
    node: str
    at: datetime


PROCESSES = table("processes_v1", Process, key=["node"])
SERVED = table("served_v1", Served, key=["partition"])


def tell(connection: Connection, process: Process, served: Collection[int]) -> None:
    """It lives, and was given something on these partitions since it told the last time."""
    upsert(connection, PROCESSES, [process])
    at = process.seen_at
    upsert(
        connection,
        SERVED,
        [Served(partition=each, node=process.node, at=at) for each in sorted(served)],
    )


def leave(connection: Connection, node: str) -> None:
    """It has ended in order."""
    connection.execute(PROCESSES.delete().where(PROCESSES.c.node == node))


def forget(connection: Connection, *, before: datetime) -> None:
    """Drop those that have not told of themselves since."""
    connection.execute(PROCESSES.delete().where(PROCESSES.c.seen_at < before))


def listed(connection: Connection) -> list[Process]:
    """All that are known, by role and start."""
    query = select(PROCESSES).order_by(PROCESSES.c.role, PROCESSES.c.started_at, PROCESSES.c.node)
    return fetch(connection, query, Process)


def served(connection: Connection) -> list[Served]:
    """By partition; one that nothing ever came on is missing."""
    return fetch(connection, select(SERVED).order_by(SERVED.c.partition), Served)

"""Registered stations as a list of a fleet shows them: with how their connectors are."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, select

from projections import stations
from projections.connectors import CONNECTORS
from projections.running import RUNNING
from projections.stations import STATIONS, Choice, StationSeen
from projections.tables import among, fetch

_OPEN = RUNNING.c.open
T = TypeVar("T", bound=Any)  # what a query selects


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A station, how many of its connectors reported what, and how many transactions run."""

    station: StationSeen
    statuses: dict[str, int] = field(default_factory=dict)  # "" for none; without the controller
    controller: str = ""  # the status of the station itself
    running: int = 0


def listed(
    connection: Connection, choice: Choice, *, status: str = "", after: str = "", limit: int = 100
) -> list[Listed]:
    """In order of their ids, from the one after `after`; `status`: of any connector.

    Three statements, however many stations.
    """
    query = _chosen(stations.VIEW, choice, status).where(STATIONS.c.id > after)
    rows = fetch(connection, query.order_by(STATIONS.c.id).limit(limit), StationSeen)
    ids = [row.id for row in rows]
    statuses, controllers = _statuses(connection, ids)
    running = _running(connection, ids)
    return [
        Listed(
            station=row,
            statuses=statuses.get(row.id, {}),
            controller=controllers.get(row.id, ""),
            running=running.get(row.id, 0),
        )
        for row in rows
    ]


def ids(connection: Connection, choice: Choice, *, status: str = "", limit: int = 100) -> list[str]:
    """Theirs alone, in order."""
    query = _chosen(select(STATIONS.c.id), choice, status).order_by(STATIONS.c.id).limit(limit)
    return list(connection.scalars(query))


def counted(connection: Connection, choice: Choice, *, status: str = "") -> int:
    """How many there are."""
    query = _chosen(select(func.count()).select_from(STATIONS), choice, status)
    return connection.scalar(query) or 0


def _chosen(query: Select[T], choice: Choice, status: str) -> Select[T]:
    query = stations.chosen(query, choice)
    if status:
        having = select(CONNECTORS.c.station).where(CONNECTORS.c.status == status)
        query = query.where(STATIONS.c.id.in_(having))
    return query


def _statuses(
    connection: Connection, ids: Collection[str]
) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    columns = CONNECTORS.c
    query = select(columns.station, columns.number, columns.status)
    query = query.where(among(connection, columns.station, ids)).order_by(columns.status)
    statuses: dict[str, dict[str, int]] = {}
    controllers: dict[str, str] = {}
    for row in connection.execute(query):
        if row.number:
            counts = statuses.setdefault(row.station, {})
            counts[row.status] = counts.get(row.status, 0) + 1
        else:
            controllers[row.station] = row.status
    return statuses, controllers


def _running(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    columns = RUNNING.c
    query = select(columns.station, func.count().label("transactions")).where(_OPEN)
    query = query.where(among(connection, columns.station, ids)).group_by(columns.station)
    return {row.station: row.transactions for row in connection.execute(query)}

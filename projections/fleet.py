"""The fleet in figures, counted in the database: what an overview of it shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from projections import fleet_hours, problems, quarantine, running
from projections.calls import CALLS
from projections.configuration import CONFIGURATION
from projections.connectors import CONNECTORS
from projections.fleet_hours import FAULTED, Hour
from projections.problems import ProblemRow
from projections.running import Power
from projections.stations import STATIONS
from projections.strangers import VIEW as STRANGERS

POWER_AGE = timedelta(minutes=15)  # that a power is believed
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Stations. `faulted`: those of which a connector, or they themselves, told a fault last."""

    registered: int
    online: int
    offline: int
    faulted: int
    unknown: int  # nobody has registered them


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Figures of now; energy in Wh, power in W."""

    stations: Counts
    connectors: dict[str, int]  # by reported status, "" for none; without the controllers
    power: Power
    energy_wh: int  # since the moment that was asked for
    calls_waiting: int
    calls_under_way: int
    cases: int  # of the quarantine, open
    critical: int  # security events of the last 24 hours
    jobs_failed: int  # in the last 24 hours
    drift: int  # configuration keys
    hours: list[Hour]
    problems: list[ProblemRow]


def figures(connection: Connection, now: datetime, *, since: datetime) -> Fleet:
    """All of them, of now; the energy since an instant, by whole hours."""
    calls = _calls(connection)
    return Fleet(
        stations=_stations(connection),
        connectors=_connectors(connection),
        power=running.power(connection, since=now - POWER_AGE),
        energy_wh=fleet_hours.energy_since(connection, since),
        calls_waiting=calls.get("queued", 0),
        calls_under_way=calls.get("sent", 0),
        cases=sum(quarantine.counted(connection).values()),
        critical=problems.counted(connection, problems.SECURITY, since=now - _DAY),
        jobs_failed=problems.counted(connection, problems.JOB, since=now - _DAY),
        drift=_drift(connection),
        hours=fleet_hours.last(connection, now),
        problems=problems.last(connection, now),
    )


def _stations(connection: Connection) -> Counts:
    columns = STATIONS.c
    known = select(columns.online, func.count().label("stations")).where(columns.registered)
    found = {row.online: row.stations for row in connection.execute(known.group_by(columns.online))}
    online, offline = found.get(True, 0), found.get(False, 0)
    faulted = (
        select(func.count(CONNECTORS.c.station.distinct()))
        .join(STATIONS, and_(columns.id == CONNECTORS.c.station, columns.registered))
        .where(CONNECTORS.c.status == FAULTED)
    )
    return Counts(
        registered=online + offline,
        online=online,
        offline=offline,
        faulted=connection.scalar(faulted) or 0,
        unknown=connection.scalar(select(func.count()).select_from(STRANGERS.subquery())) or 0,
    )


def _connectors(connection: Connection) -> dict[str, int]:
    query = (
        select(CONNECTORS.c.status, func.count().label("connectors"))
        .join(STATIONS, and_(STATIONS.c.id == CONNECTORS.c.station, STATIONS.c.registered))
        .where(CONNECTORS.c.number > 0)
        .group_by(CONNECTORS.c.status)
        .order_by(CONNECTORS.c.status)
    )
    return {row.status: row.connectors for row in connection.execute(query)}


def _calls(connection: Connection) -> dict[str, int]:
    columns = CALLS.c
    query = select(columns.status, func.count().label("calls")).where(columns.waiting)
    return {row.status: row.calls for row in connection.execute(query.group_by(columns.status))}


def _drift(connection: Connection) -> int:
    columns = CONFIGURATION.c
    query = select(func.count()).select_from(CONFIGURATION)
    query = query.join(STATIONS, and_(STATIONS.c.id == columns.station, STATIONS.c.registered))
    return connection.scalar(query.where(columns.drift)) or 0

"""The read model of what happened to firmware updates and uploads, in order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Index, select

from domain.model.maintenance import Maintenance
from projections.jobs import station_of
from projections.readmodel import Appended, Noted
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class JobEventRow:
    """One thing that happened. `job` is "" when the station told of what nobody asked for.

    `what`: requested, sent, superseded, resumed, answered, failed, closed, status or boot;
    `detail` then: the location, nothing, the other job, nothing, the file's name, the reason, the
    reason, the status, the firmware version.
    """

    position: int
    job: str
    station: str
    kind: str
    at: datetime
    what: str
    detail: str
    late: bool  # it came out of order and changed nothing
    state: str  # of the job from then on


EVENTS = table(
    "job_events_v1",
    JobEventRow,
    Index("job_events_v1_job", "job", "position"),
    Index("job_events_v1_station", "station", "position"),
    key=["position"],
)

_Detail = Callable[[Any], str]
_KINDS: Mapping[type[Any], tuple[str, _Detail]] = MappingProxyType(
    {
        Maintenance.JobRequested: ("requested", lambda fact: fact.location),
        Maintenance.JobSent: ("sent", lambda _: ""),
        Maintenance.JobSuperseded: ("superseded", lambda fact: fact.by_job),
        Maintenance.JobResumed: ("resumed", lambda _: ""),
        Maintenance.JobAnswered: ("answered", lambda fact: fact.file_name),
        Maintenance.JobFailed: ("failed", lambda fact: fact.reason),
        Maintenance.JobClosed: ("closed", lambda fact: fact.reason),
        Maintenance.StatusReported: ("status", lambda fact: fact.status),
        Maintenance.BootSeen: ("boot", lambda fact: fact.firmware_version),
    }
)


def _rows(noted: Noted) -> Iterator[JobEventRow]:
    fact: Any = noted.fact  # of a class in _KINDS
    what, detail = _KINDS[type(fact)]
    yield JobEventRow(
        position=noted.position,
        job=fact.job,
        station=station_of(fact),
        kind=fact.kind,
        at=fact.timestamp,
        what=what,
        detail=detail(fact),
        late=getattr(fact, "late", False),
        state=fact.state,
    )


MODEL = Appended("job_events", EVENTS, topics=[kind.TOPIC for kind in _KINDS], rows=_rows)
VIEW = select(EVENTS)


def of_job(connection: Connection, job: str) -> list[JobEventRow]:
    """What happened to a job, the oldest first."""
    query = VIEW.where(EVENTS.c.job == job).order_by(EVENTS.c.position)
    return fetch(connection, query, JobEventRow)


def without_job(
    connection: Connection, station: str, *, before: int = 0, limit: int = 100
) -> list[JobEventRow]:
    """What a station told unasked, the newest first, of a position before `before` (0: any)."""
    query = VIEW.where(EVENTS.c.station == station, EVENTS.c.job == "")
    if before:
        query = query.where(EVENTS.c.position < before)
    return fetch(connection, query.order_by(EVENTS.c.position.desc()).limit(limit), JobEventRow)

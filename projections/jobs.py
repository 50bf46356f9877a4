"""The read model of firmware updates and uploads: what was asked, and how far it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, Index, select

from domain.model.aggregate import Fact
from domain.model.job_progress import OUTCOMES
from domain.model.maintenance import Maintenance
from projections.readmodel import Key, Keyed, Row
from projections.tables import among, fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class JobRow(Row):
    """A job, named like its call. `kind`: firmware, signed_firmware, diagnostics or log.

    `over` and `outcome` (succeeded, failed, "") follow from the state; a station that tries again
    after a failure takes its job up again.
    """

    id: str
    station: str = ""
    kind: str = ""
    state: str = ""
    over: bool = False
    outcome: str = ""
    requested_at: datetime | None = None
    requested_by: str = ""
    campaign: str = ""  # whose part it is
    location: str = ""  # credentials masked
    request_id: int | None = None  # what the station calls it by
    remark: str = ""  # what was found out about it before it was asked for
    file_name: str = ""  # that the station says it uploads
    reason: str = ""  # why it failed: the state or answer of its call; or why it was closed
    last_status: str = ""  # as the station put it
    last_status_at: datetime | None = None
    firmware_version: str = ""  # that it booted with since
    updated_at: datetime | None = None


JOBS = table(
    "jobs_v2",
    JobRow,
    Index("jobs_v2_station", "station", "first_position"),
    Index("jobs_v2_order", "first_position"),
    partial_index("jobs_v2_campaign", "campaign", where="campaign <> ''"),
    partial_index("jobs_v2_request", "request_id", where="request_id IS NOT NULL"),
    key=["id"],
)


@singledispatch
def _effect(fact: Fact, row: JobRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Maintenance.JobRequested, row: JobRow) -> None:
    row.station, row.kind = station_of(fact), fact.kind
    row.requested_at, row.requested_by = fact.timestamp, fact.by
    row.campaign, row.location = fact.campaign, fact.location
    row.request_id, row.remark = fact.number, fact.remark
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.JobSuperseded, row: JobRow) -> None:
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.JobResumed, row: JobRow) -> None:
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.JobSent, row: JobRow) -> None:
    row.reason = ""
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.JobAnswered, row: JobRow) -> None:
    row.file_name, row.reason = fact.file_name, ""
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.JobFailed, row: JobRow) -> None:
    row.reason = fact.reason
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.JobClosed, row: JobRow) -> None:
    row.reason = fact.reason
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.StatusReported, row: JobRow) -> None:
    row.last_status, row.last_status_at = fact.status, fact.timestamp
    _move(row, fact.state, fact.timestamp)


@_effect.register
def _(fact: Maintenance.BootSeen, row: JobRow) -> None:
    row.firmware_version = fact.firmware_version
    _move(row, fact.state, fact.timestamp)


def _move(row: JobRow, state: str, at: datetime) -> None:
    row.state, row.over = state, state in OUTCOMES
    row.outcome, row.updated_at = OUTCOMES.get(state, ""), at


def station_of(fact: Fact) -> str:
    """Whose maintenance it is."""
    return fact.originator_id.removeprefix("maintenance:")


def _key(fact: Fact) -> Key | None:
    job = getattr(fact, "job", "")
    return (job,) if job else None


MODEL = Keyed("jobs", JobRow, JOBS, key=_key, effect=_effect, version=2)
VIEW = select(JOBS)


def find(connection: Connection, job: str) -> JobRow | None:
    """A job."""
    return next(iter(fetch(connection, VIEW.where(JOBS.c.id == job), JobRow)), None)


def listed(
    connection: Connection,
    *,
    station: str = "",
    kind: str = "",
    state: str = "",
    campaign: str = "",
    over: bool | None = None,
    before: int = 0,
    limit: int = 100,
) -> list[JobRow]:
    """Jobs, the newest first, of a `first_position` before `before` (0: any)."""
    query = VIEW.order_by(JOBS.c.first_position.desc()).limit(limit)
    wanted = {"station": station, "kind": kind, "state": state, "campaign": campaign}
    for name, value in wanted.items():
        if value:
            query = query.where(JOBS.c[name] == value)
    if before:
        query = query.where(JOBS.c.first_position < before)
    if over is not None:
        query = query.where(JOBS.c.over.is_(over))
    return fetch(connection, query, JobRow)


def numbered(connection: Connection, request_id: int) -> bool:
    """Whether any job has such a requestId."""
    query = select(JOBS.c.id).where(JOBS.c.request_id == request_id).limit(1)
    return connection.scalar(query) is not None


def over(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these jobs are over, for now."""
    query = select(JOBS.c.id).where(among(connection, JOBS.c.id, ids), JOBS.c.over)
    return set(connection.scalars(query))

"""/api/v1/jobs: firmware updates and uploads, with all that happened."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from commands.api.access import Operator, viewing
from commands.api.job_shapes import Job, JobDetails, JobEvent, ReceivedFile
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import (
    Cursor,
    Filter,
    Limit,
    Page,
    Segment,
    StationId,
    Text,
    before,
    page_of,
)
from domain.model.job_progress import FIRMWARE
from domain.model.operations import CloseJob
from projections import calls, files, job_events, jobs
from projections.jobs import JobRow

router = APIRouter(prefix="/api/v1", tags=["jobs"], dependencies=[viewing])

Kind = Annotated[Literal["", "firmware", "signed_firmware", "diagnostics", "log"], Query()]

_UNKNOWN = frozenset({"NotImplemented", "NotSupported"})  # codes of a CALLERROR
_SIGNED_ONLY = (
    "the station does not know UpdateFirmware: it may want signed firmware, as stations with the"
    " security extension do"
)


class UnaskedStatus(JobEvent):
    """A status that belongs to no job."""

    kind: str = Field(description="as of a job")


class JobClosing(BaseModel, extra="forbid"):
    """Why a job is given up."""

    reason: Text = Field(min_length=1, max_length=255)


@router.get("/jobs")
def list_jobs(
    office: AnOffice,
    *,
    station: Filter = "",
    kind: Kind = "",
    state: Filter = "",
    campaign: Filter = "",
    over: Annotated[bool | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Job]:
    """The newest first."""
    rows = office.database.read(
        jobs.listed,
        station=station,
        kind=kind,
        state=state,
        campaign=campaign,
        over=over,
        before=before(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit, item=Job.model_validate, place=lambda row: row.first_position)


@router.get("/jobs/{job}")
def get_job(office: AnOffice, job: Segment) -> JobDetails:
    """A job with its timeline, and with the files that the station brought for it."""
    row = row_of(office, job)
    events = office.database.read(job_events.of_job, job)
    brought = office.database.read(files.of_job, job, campaign=row.campaign, station=row.station)
    return JobDetails(
        **Job.model_validate(row).model_dump(),
        hint=_hint(office, row),
        timeline=[JobEvent.model_validate(event) for event in events],
        files=[ReceivedFile.model_validate(file) for file in brought],
    )


@router.post("/jobs/{job}/close")
async def close_job(
    office: AnOffice, job: Segment, closing: JobClosing, by: Operator
) -> JobDetails:
    """Give up a job that its station will never end; what it tells later still counts."""
    row = await asyncio.to_thread(row_of, office, job)
    wish = CloseJob(station=row.station, job=job, reason=closing.reason)
    await office.desk.wish(wish, by=by.name)
    return await asyncio.to_thread(get_job, office, job)


@router.get("/stations/{station}/unasked-statuses")
def list_unasked_statuses(
    office: AnOffice, station: StationId, cursor: Cursor = "", limit: Limit = 100
) -> Page[UnaskedStatus]:
    """Statuses of firmware and uploads that no job was under way for, the newest first."""
    rows = office.database.read(
        job_events.without_job, station, before=before(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=UnaskedStatus.model_validate, place=lambda row: row.position)


def row_of(office: Office, job: str) -> JobRow:
    """A job; raises Problem when there is none."""
    row = office.database.read(jobs.find, job)
    if row is None:
        raise Problem(404, f"there is no job {job}", kind="not-found")
    return row


def _hint(office: Office, row: JobRow) -> str:
    """It is for a person to send it again: nobody knows what the station makes of the other way."""
    if row.kind != FIRMWARE or not row.over:
        return ""
    call = office.database.read(calls.find, row.id)
    return _SIGNED_ONLY if call and call.error_code in _UNKNOWN else ""

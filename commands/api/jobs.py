"""/api/v1/jobs: firmware updates and diagnostics, with all that happened."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from commands.api.access import viewing
from commands.api.job_shapes import Job, JobDetails, JobEvent, ReceivedFile
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import Cursor, Filter, Limit, Page, Segment, StationId, before, page_of
from projections import files, job_events, jobs
from projections.jobs import JobRow

router = APIRouter(prefix="/api/v1", tags=["jobs"], dependencies=[viewing])

Kind = Annotated[Literal["", "firmware", "diagnostics"], Query()]


class UnaskedStatus(JobEvent):
    """A status that belongs to no job."""

    kind: str = Field(description="firmware or diagnostics")


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
        timeline=[JobEvent.model_validate(event) for event in events],
        files=[ReceivedFile.model_validate(file) for file in brought],
    )


@router.get("/stations/{station}/unasked-statuses")
def list_unasked_statuses(
    office: AnOffice, station: StationId, cursor: Cursor = "", limit: Limit = 100
) -> Page[UnaskedStatus]:
    """Statuses of firmware and diagnostics that no job was under way for, the newest first."""
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

"""Events of jobs: firmware updates, diagnostics and logs."""

from typing import Annotated

from msgspec import Meta

from domain.model.maintenance import Maintenance
from projections.events.public import Data, of_station, public

_ABOUT = of_station("maintenance:")

Job = Annotated[str, Meta(description='id of the job, as in the API; "": of none that is known')]
Kind = Annotated[str, Meta(description="firmware, signed_firmware, diagnostics or logs")]
State = Annotated[str, Meta(description="of the job from now on, as in the API")]


class Requested(Data):
    """A station is asked to do a job."""

    job: Job
    kind: Kind
    campaign: Annotated[str, Meta(description='that it is part of; "" when of none')]
    state: State


class Moved(Data):
    """A job went on, ended, or was overtaken."""

    job: Job
    kind: Kind
    state: State


class StatusReported(Data):
    """A station told how far a job is."""

    job: Job
    kind: Kind
    status: Annotated[str, Meta(description="the station's word")]
    late: Annotated[bool, Meta(description="it tells of what is over, and changes nothing")]
    state: State


PUBLIC = (
    public("job.requested.v1", Maintenance.JobRequested, Requested, _ABOUT),
    *(
        public("job.moved.v1", fact, Moved, _ABOUT)
        for fact in (
            *(Maintenance.JobSent, Maintenance.JobAnswered, Maintenance.JobFailed),
            *(Maintenance.JobSuperseded, Maintenance.JobResumed, Maintenance.JobClosed),
        )
    ),
    public("job.status_reported.v1", Maintenance.StatusReported, StatusReported, _ABOUT),
)

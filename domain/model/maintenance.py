"""Firmware updates and diagnostics of one station: the jobs, and what it tells of them."""

from datetime import datetime
from typing import Self

from domain.model import job_progress
from domain.model.aggregate import Aggregate, Birth, Fact
from domain.model.job_progress import FAILED, FIRMWARE, OUTCOMES, REQUESTED, SUPERSEDED

_PERHAPS_TAKEN = "timed_out"  # the one failed call that the station may have got
_NONE = ("", "", "")


class Maintenance(Aggregate):
    """Of each kind one job is current: what the station tells belongs to it.

    requested → answered → downloading → downloaded → installing → installed | download_failed |
    installation_failed; requested → answered → uploading → uploaded | upload_failed. A job never
    goes back; after a failure the station may try again. `state` in a fact is the job's from then
    on, "" without a job.
    """

    TOPIC = "maintenance"
    SNAPSHOT_EVERY = 100

    class Begun(Birth):
        """The first job or status of a station."""

        TOPIC = "maintenance.begun"

    class JobRequested(Fact):
        """An operator or a campaign asked the station for it; a job's id is that of its call."""

        TOPIC = "maintenance.job_requested"
        job: str
        kind: str
        location: str  # credentials masked
        by: str
        campaign: str  # "" when it is nobody's part
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.before[self.kind] = maintenance.jobs.get(self.kind, list(_NONE))
            maintenance.jobs[self.kind] = [self.job, self.state, ""]

    class JobSuperseded(Fact):
        """Another request takes its place before it is over."""

        TOPIC = "maintenance.job_superseded"
        job: str
        kind: str
        by_job: str
        state: str

    class JobResumed(Fact):
        """The newer request never reached the station: this one goes on."""

        TOPIC = "maintenance.job_resumed"
        job: str
        kind: str
        state: str

    class JobAnswered(Fact):
        """The station took the request, maybe late."""

        TOPIC = "maintenance.job_answered"
        job: str
        kind: str
        file_name: str  # that it will upload, "" for none or unknown
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            if maintenance.untaken.get(self.kind) == self.job:
                del maintenance.untaken[self.kind]
                maintenance.jobs[self.kind] = [self.job, self.state, ""]
            maintenance.move(self.kind, self.job, self.state)

    class JobFailed(Fact):
        """The request was not sent, was refused, or nobody answered."""

        TOPIC = "maintenance.job_failed"
        job: str
        kind: str
        reason: str  # the state of its call
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.move(self.kind, self.job, self.state)
            if self.reason == _PERHAPS_TAKEN:
                return
            if self.state == FAILED:
                maintenance.untaken[self.kind] = self.job
                maintenance.jobs[self.kind] = maintenance.before.pop(self.kind, list(_NONE))
            elif maintenance.before.get(self.kind, _NONE)[0] == self.job:
                del maintenance.before[self.kind]

    class StatusReported(Fact):
        """The station told how far it is."""

        TOPIC = "maintenance.status_reported"
        job: str  # "" when it belongs to none
        kind: str
        status: str
        late: bool  # it tells of what is over already: it changes nothing
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.jobs[self.kind] = [self.job, self.state, self.status]

    class BootSeen(Fact):
        """The station booted while its firmware was being updated (rule F2)."""

        TOPIC = "maintenance.boot_seen"
        job: str
        kind: str
        firmware_version: str
        state: str

    def __init__(self) -> None:
        self.jobs: dict[str, list[str]] = {}  # by kind: the current job, its state, last status
        self.before: dict[str, list[str]] = {}  # by kind: likewise, what was current before it
        self.untaken: dict[str, str] = {}  # by kind: the last job that never reached the station

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's maintenance."""
        return f"maintenance:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """Nothing was ever asked or told."""
        return cls._create(cls.Begun, id=cls.id_of(station), timestamp=at)

    def move(self, kind: str, job: str, state: str) -> None:
        """An effect: the job has a state, when it is the current one."""
        if self._current(kind)[0] == job:
            self.jobs[kind][1] = state

    def request(
        self, job: str, kind: str, *, location: str, by: str, campaign: str, at: datetime
    ) -> None:
        """A new job; whatever the station tells from now on belongs to it."""
        if job == self._current(kind)[0]:
            return
        self._supersede(kind, job, at=at)
        self.trigger_event(
            self.JobRequested,
            job=job,
            kind=kind,
            location=location,
            by=by,
            campaign=campaign,
            state=REQUESTED,
            timestamp=at,
        )

    def answer(self, job: str, kind: str, *, file_name: str, at: datetime) -> None:
        """The station took it, perhaps after it was taken back or superseded."""
        current, state, _ = self._current(kind)
        if self.untaken.get(kind) == job:
            self._supersede(kind, job, at=at)
            current, state = job, REQUESTED
        after = job_progress.answered(kind, state, file_name) if job == current else SUPERSEDED
        self.trigger_event(
            self.JobAnswered, job=job, kind=kind, file_name=file_name, state=after, timestamp=at
        )

    def fail(self, job: str, kind: str, reason: str, *, at: datetime) -> None:
        """No answer came of it; a request that the station never got gives its place back."""
        current, state, _ = self._current(kind)
        after = SUPERSEDED if job != current else FAILED if state == REQUESTED else state
        self.trigger_event(
            self.JobFailed, job=job, kind=kind, reason=reason, state=after, timestamp=at
        )
        resumed, state, _ = self._current(kind)
        if job == current != resumed and _is_open(resumed, state):
            self.trigger_event(self.JobResumed, job=resumed, kind=kind, state=state, timestamp=at)

    def report(self, kind: str, status: str, *, at: datetime) -> None:
        """The station tells how far it is, asked or not; the same word twice is one."""
        job, state, last = self._current(kind)
        if status == last:
            return
        after, late = job_progress.reported(kind, state, status) if job else ("", False)
        self.trigger_event(
            self.StatusReported,
            job=job,
            kind=kind,
            status=status,
            late=late,
            state=after,
            timestamp=at,
        )

    def boot(self, firmware_version: str, *, at: datetime) -> None:
        """It booted: before or after it says that the firmware is installed (rule F3)."""
        job, state, _ = self._current(FIRMWARE)
        if _is_open(job, state) and state != REQUESTED:
            self.trigger_event(
                self.BootSeen,
                job=job,
                kind=FIRMWARE,
                firmware_version=firmware_version,
                state=state,
                timestamp=at,
            )

    def _supersede(self, kind: str, by_job: str, *, at: datetime) -> None:
        job, state, _ = self._current(kind)
        if _is_open(job, state):
            self.trigger_event(
                self.JobSuperseded,
                job=job,
                kind=kind,
                by_job=by_job,
                state=SUPERSEDED,
                timestamp=at,
            )

    def _current(self, kind: str) -> tuple[str, str, str]:
        job, state, status = self.jobs.get(kind, _NONE)
        return job, state, status


def _is_open(job: str, state: str) -> bool:
    return bool(job) and state not in OUTCOMES

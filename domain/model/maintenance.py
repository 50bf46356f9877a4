"""Firmware updates and diagnostics of one station: the jobs, and what it tells of them."""

from datetime import datetime
from typing import Self

from domain.model import job_progress
from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.job_progress import (
    CLOSED,
    FAILED,
    FIRMWARE,
    INSTALLED,
    OUTCOMES,
    REQUESTED,
    SUPERSEDED,
)

_NEVER_TAKEN = frozenset({"refused", "expired", "cancelled"})  # calls that nothing comes of
_REMEMBERED = 10  # jobs of a kind: those before the current one may be answered late, or resumed
_NOTHING = (("", "", ""),)


class Maintenance(Aggregate):
    """Of each kind the job that reached the station last is current: what it tells belongs to it.

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
        location: str  # secrets masked
        by: str
        campaign: str  # "" when it is nobody's part
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.waiting[self.job] = self.kind

    class JobSuperseded(Fact):
        """Another job reaches the station before this one is over."""

        TOPIC = "maintenance.job_superseded"
        job: str
        kind: str
        by_job: str
        state: str

    class JobSent(Fact):
        """The request reached the station, as far as we know: it is the current job now."""

        TOPIC = "maintenance.job_sent"
        job: str
        kind: str
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.waiting.pop(self.job, None)
            job = maintenance.job(self.kind, self.job) or [self.job, self.state, ""]
            jobs = maintenance.reached.get(self.kind, [])
            others = [each for each in jobs if each[0] not in {"", self.job}]
            maintenance.reached[self.kind] = [*others, job][-_REMEMBERED:]

    class JobResumed(Fact):
        """The newer request was not taken after all: this one goes on."""

        TOPIC = "maintenance.job_resumed"
        job: str
        kind: str
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.move(self.kind, self.job, self.state)

    class JobAnswered(Fact):
        """The station took the request, maybe late; a superseded job remembers it."""

        TOPIC = "maintenance.job_answered"
        job: str
        kind: str
        file_name: str  # that it will upload, "" for none or unknown
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            if job := maintenance.job(self.kind, self.job):
                job[1] = job_progress.answered(self.kind, job[1], self.file_name)

    class JobFailed(Fact):
        """The request was not sent, was refused, or nobody answered."""

        TOPIC = "maintenance.job_failed"
        job: str
        kind: str
        reason: str  # what came of its call
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.waiting.pop(self.job, None)
            job = maintenance.job(self.kind, self.job)
            if job and self.reason in _NEVER_TAKEN:
                maintenance.reached[self.kind].remove(job)
            elif job and job[1] == REQUESTED:
                job[1] = FAILED

    class JobClosed(Fact):
        """An operator gave it up; what the station tells later still counts."""

        TOPIC = "maintenance.job_closed"
        job: str
        kind: str
        reason: str
        by: str
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.move(self.kind, self.job, self.state)

    class StatusReported(Fact):
        """The station told how far it is."""

        TOPIC = "maintenance.status_reported"
        job: str  # "" when it belongs to none
        kind: str
        status: str
        late: bool  # it tells of what is over already: it changes nothing
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            jobs = maintenance.reached.setdefault(self.kind, [])
            jobs[-1:] = [[self.job, self.state, self.status]]

    class BootSeen(Fact):
        """The station booted during an update of its firmware, or first after it (rules F2, F3)."""

        TOPIC = "maintenance.boot_seen"
        job: str
        kind: str
        firmware_version: str
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.booted = [self.job, self.state, self.firmware_version]

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}  # jobs whose request has not gone out, and their kinds
        self.reached: dict[
            str, list[list[str]]
        ] = {}  # by kind: [job, state, last status], in order
        self.booted: list[str] = []  # when that was last seen: the job, its state, the version

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's maintenance."""
        return f"maintenance:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """Nothing was ever asked or told."""
        return cls._create(cls.Begun, id=cls.id_of(station), timestamp=at)

    def job(self, kind: str, job: str) -> list[str] | None:
        """A job that reached the station: its id, its state, the last status."""
        return next((each for each in self.reached.get(kind, ()) if each[0] == job), None)

    def move(self, kind: str, job: str, state: str) -> None:
        """An effect: the job has a state."""
        if found := self.job(kind, job):
            found[1] = state

    def request(
        self, job: str, kind: str, *, location: str, by: str, campaign: str, at: datetime
    ) -> None:
        """A new job; the current one goes on until the request goes out."""
        if job in self.waiting or self.job(kind, job):
            return
        more = {"location": location, "by": by, "campaign": campaign}
        self._tell(self.JobRequested, job, kind, REQUESTED, at=at, **more)

    def send(self, job: str, kind: str, *, at: datetime) -> None:
        """The request went out: whatever the station tells from now on belongs to it."""
        current, state, _ = self._current(kind)
        if job == current:
            return
        if _is_open(current, state):
            self._tell(self.JobSuperseded, current, kind, SUPERSEDED, by_job=job, at=at)
        known = self.job(kind, job)
        self._tell(self.JobSent, job, kind, known[1] if known else REQUESTED, at=at)

    def answer(self, job: str, kind: str, *, file_name: str, at: datetime) -> None:
        """The station took it, perhaps after it was taken back or superseded."""
        known = self._reach(job, kind, at=at)
        after = self._shown(kind, job, job_progress.answered(kind, known[1], file_name))
        self._tell(self.JobAnswered, job, kind, after, file_name=file_name, at=at)

    def fail(self, job: str, kind: str, reason: str, *, at: datetime) -> None:
        """No answer came of it; a request that the station did not take gives its place back."""
        if reason in _NEVER_TAKEN:
            self._drop(job, kind, reason, at=at)
            return
        known = self._reach(job, kind, at=at)
        after = self._shown(kind, job, FAILED if known[1] == REQUESTED else known[1])
        self._tell(self.JobFailed, job, kind, after, reason=reason, at=at)

    def close(self, job: str, *, reason: str, by: str, at: datetime) -> None:
        """Give up a job that its station will never end."""
        if job in self.waiting:
            raise Refused("the request of this job has not gone out: cancel its call")
        kind = next((kind for kind in self.reached if self._current(kind)[0] == job), "")
        state = self._current(kind)[1]
        if state == CLOSED:
            return
        if not _is_open(job if kind else "", state):
            raise Refused("this job is over")
        self._tell(self.JobClosed, job, kind, CLOSED, reason=reason, by=by, at=at)

    def report(self, kind: str, status: str, *, at: datetime) -> None:
        """The station tells how far it is, asked or not; the same word twice is one."""
        job, state, last = self._current(kind)
        if status == last:
            return
        after, late = job_progress.reported(kind, state, status) if job else ("", False)
        self._tell(self.StatusReported, job, kind, after, status=status, late=late, at=at)

    def boot(self, firmware_version: str, *, at: datetime) -> None:
        """It booted: before or after it says that the firmware is installed (rule F3)."""
        job, state, _ = self._current(FIRMWARE)
        seen = [job, state, firmware_version]
        if state == INSTALLED:
            is_news = self.booted[:2] != seen[:2]  # those after the first are no part of the job
        else:
            is_news = _is_open(job, state) and state != REQUESTED and self.booted != seen
        if is_news:
            self._tell(
                self.BootSeen, job, FIRMWARE, state, firmware_version=firmware_version, at=at
            )

    def _tell(
        self, fact: type[Fact], job: str, kind: str, state: str, *, at: datetime, **more: object
    ) -> None:
        self.trigger_event(fact, job=job, kind=kind, state=state, timestamp=at, **more)

    def _reach(self, job: str, kind: str, *, at: datetime) -> list[str]:
        """The job, which reached the station whether we were told of its sending or not."""
        if self.job(kind, job) is None:
            self.send(job, kind, at=at)
        return self.job(kind, job) or [job, REQUESTED, ""]

    def _drop(self, job: str, kind: str, reason: str, *, at: datetime) -> None:
        """What was told since it went out belongs to the job before."""
        current, _, told = self._current(kind)
        self._tell(self.JobFailed, job, kind, FAILED, reason=reason, at=at)
        resumed, state, _ = self._current(kind)
        if job != current or not resumed:
            return
        after = job_progress.reported(kind, state, told)[0]
        if after != state or _is_open(resumed, state):
            self._tell(self.JobResumed, resumed, kind, after, at=at)

    def _shown(self, kind: str, job: str, state: str) -> str:
        """Another job than the current one is superseded unless it is over by itself."""
        is_open = job != self._current(kind)[0] and state not in OUTCOMES
        return SUPERSEDED if is_open else state

    def _current(self, kind: str) -> tuple[str, str, str]:
        job, state, status = (self.reached.get(kind) or _NOTHING)[-1]
        return job, state, status


def _is_open(job: str, state: str) -> bool:
    return bool(job) and state not in OUTCOMES

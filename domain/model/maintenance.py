"""Firmware updates and uploads of one station: the jobs, and what it tells of them."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self

from domain.model import job_line, job_progress
from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.job_line import Line, Numbers
from domain.model.job_progress import (
    CLOSED,
    FAILED,
    FIRMWARE,
    INSTALLED,
    NEVER_TAKEN,
    REQUESTED,
    SIGNED_FIRMWARE,
    SUPERSEDED,
)


class Maintenance(Aggregate):
    """Of each kind the job that reached the station last is current: what it tells belongs to it.

    But where the station names the number of a request, it tells of that one. How a job goes on is
    in `job_progress`: never back, though after a failure the station may try again. `state` in a
    fact is the job's from then on, "" without a job.
    """

    TOPIC = "maintenance"
    SNAPSHOT_EVERY = 100
    ADDED: ClassVar[Mapping[str, object]] = MappingProxyType({"numbers": {}, "boots": {}})

    class Begun(Birth):
        """The first job or status of a station."""

        TOPIC = "maintenance.begun"

    class JobRequested(Fact):
        """An operator or a campaign asked the station for it; a job's id is that of its call."""

        TOPIC = "maintenance.job_requested"
        class_version = 2  # 2: number, remark
        job: str
        kind: str
        location: str  # secrets masked
        by: str
        campaign: str  # "" when it is nobody's part
        number: int | None  # requestId, where the request has one
        remark: str  # what whoever asked has found out about it, or has passed over
        state: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """No request had a number, and nothing was checked."""
            state["number"], state["remark"] = None, ""

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.waiting[self.job] = self.kind
            if self.number is not None:
                job_line.number(maintenance.numbers, self.job, self.number)

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
            job_line.enter(maintenance.reached.setdefault(self.kind, []), self.job, self.state)

    class JobResumed(Fact):
        """The newer request was not taken after all: this one goes on."""

        TOPIC = "maintenance.job_resumed"
        job: str
        kind: str
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            job_line.move(maintenance.line(self.kind), self.job, self.state)

    class JobAnswered(Fact):
        """The station took the request, maybe late; a superseded job remembers it."""

        TOPIC = "maintenance.job_answered"
        job: str
        kind: str
        file_name: str  # that it will upload, "" for none or unknown
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            if job := job_line.find(maintenance.line(self.kind), self.job):
                job[1] = job_progress.answered(self.kind, job[1], self.file_name)

    class JobFailed(Fact):
        """The request was not sent, was refused, or nobody answered."""

        TOPIC = "maintenance.job_failed"
        job: str
        kind: str
        reason: str  # what came of its call, or what the station has against it
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.waiting.pop(self.job, None)
            line = maintenance.line(self.kind)
            job = job_line.find(line, self.job)
            if self.reason in NEVER_TAKEN:
                job_line.leave(line, self.job)
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
            job_line.move(maintenance.line(self.kind), self.job, self.state)

    class StatusReported(Fact):
        """The station told how far it is."""

        TOPIC = "maintenance.status_reported"
        job: str  # "" when it belongs to none
        kind: str
        status: str
        late: bool  # it tells of what is over already: it changes nothing
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            line, state = maintenance.reached.setdefault(self.kind, []), self.state
            if state == SUPERSEDED:  # it remembers how far it is
                before = job_line.of(line, self.job)[1]
                state = job_progress.reported(self.kind, before, self.status)[0]
            job_line.hear(line, self.job, state, self.status)

    class BootSeen(Fact):
        """The station booted during an update of its firmware, or first after it (rules F2, F3)."""

        TOPIC = "maintenance.boot_seen"
        job: str
        kind: str
        firmware_version: str
        state: str

        def apply(self, maintenance: "Maintenance") -> None:
            maintenance.boots[self.kind] = [self.job, self.state, self.firmware_version]

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}  # jobs whose request has not gone out, and their kinds
        self.reached: dict[str, Line] = {}  # by kind
        self.numbers: Numbers = {}
        self.boots: dict[str, list[str]] = {}  # by kind, the last seen: job, its state, version

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's maintenance."""
        return f"maintenance:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """Nothing was ever asked or told."""
        return cls._create(cls.Begun, id=cls.id_of(station), timestamp=at)

    def line(self, kind: str) -> Line:
        """The jobs of a kind that reached the station."""
        return self.reached.get(kind, [])

    def request(
        self,
        job: str,
        kind: str,
        *,
        location: str,
        by: str,
        campaign: str = "",
        number: int | None = None,
        remark: str = "",
        at: datetime,
    ) -> None:
        """A new job; the current one goes on until the request goes out."""
        if job in self.waiting or job_line.find(self.line(kind), job):
            return
        more = {"location": location, "by": by, "campaign": campaign, "remark": remark}
        self._tell(self.JobRequested, job, kind, REQUESTED, at=at, number=number, **more)

    def send(self, job: str, kind: str, *, at: datetime) -> None:
        """The request went out: whatever the station tells from now on belongs to it."""
        current, state, _ = job_line.current(self.line(kind))
        if job == current:
            return
        if job_line.is_open(current, state):
            self._tell(self.JobSuperseded, current, kind, SUPERSEDED, by_job=job, at=at)
        self._tell(self.JobSent, job, kind, job_line.of(self.line(kind), job)[1], at=at)

    def answer(self, job: str, kind: str, *, file_name: str, at: datetime) -> None:
        """The station took it, perhaps after it was taken back or superseded."""
        state = self._reach(job, kind, at=at)
        after = self._shown(kind, job, job_progress.answered(kind, state, file_name))
        self._tell(self.JobAnswered, job, kind, after, file_name=file_name, at=at)

    def fail(self, job: str, kind: str, reason: str, *, at: datetime) -> None:
        """No answer came of it; a request that the station did not take gives its place back."""
        if reason in NEVER_TAKEN:
            self._drop(job, kind, reason, at=at)
            return
        state = self._reach(job, kind, at=at)
        after = self._shown(kind, job, FAILED if state == REQUESTED else state)
        self._tell(self.JobFailed, job, kind, after, reason=reason, at=at)

    def close(self, job: str, *, reason: str, by: str, at: datetime) -> None:
        """Give up a job that its station will never end."""
        if job in self.waiting:
            raise Refused("the request of this job has not gone out: cancel its call")
        lines = self.reached.items()
        kind = next((kind for kind, line in lines if job_line.current(line)[0] == job), "")
        state = job_line.current(self.line(kind))[1]
        if state == CLOSED:
            return
        if not job_line.is_open(job if kind else "", state):
            raise Refused("this job is over")
        self._tell(self.JobClosed, job, kind, CLOSED, reason=reason, by=by, at=at)

    def report(self, kind: str, status: str, *, number: int | None = None, at: datetime) -> None:
        """The station tells how far it is, asked or not; the same word twice is one."""
        job = job_line.current(self.line(kind))[0] if number is None else self._named(kind, number)
        if job in self.waiting:  # nobody told us of its sending
            self.send(job, kind, at=at)
        _, state, last = job_line.of(self.line(kind), job)
        if status == last:
            return
        after, late = job_progress.reported(kind, state, status) if job else ("", False)
        shown = self._shown(kind, job, after)
        self._tell(self.StatusReported, job, kind, shown, status=status, late=late, at=at)

    def boot(self, firmware_version: str, *, at: datetime) -> None:
        """It booted: before or after it says that the firmware is installed (rule F3)."""
        for kind in (FIRMWARE, SIGNED_FIRMWARE):
            job, state, _ = job_line.current(self.line(kind))
            seen = [job, state, firmware_version]
            before = self.boots.get(kind, [])
            if state == INSTALLED:
                is_news = before[:2] != seen[:2]  # those after the first are no part of the job
            else:
                is_news = job_line.is_open(job, state) and state != REQUESTED and before != seen
            if is_news:
                more = {"firmware_version": firmware_version}
                self._tell(self.BootSeen, job, kind, state, at=at, **more)

    def _tell(
        self, fact: type[Fact], job: str, kind: str, state: str, *, at: datetime, **more: object
    ) -> None:
        self.trigger_event(fact, job=job, kind=kind, state=state, timestamp=at, **more)

    def _reach(self, job: str, kind: str, *, at: datetime) -> str:
        """Its state; it reached the station, whether we were told of its sending or not."""
        if job_line.find(self.line(kind), job) is None:
            self.send(job, kind, at=at)
        return job_line.of(self.line(kind), job)[1]

    def _named(self, kind: str, number: int) -> str:
        waiting = [job for job, its in self.waiting.items() if its == kind]
        return job_line.named(self.numbers, number, self.line(kind), waiting)

    def _drop(self, job: str, kind: str, reason: str, *, at: datetime) -> None:
        """What was told since it went out belongs to the job before."""
        current, _, told = job_line.current(self.line(kind))
        self._tell(self.JobFailed, job, kind, FAILED, reason=reason, at=at)
        resumed, state, _ = job_line.current(self.line(kind))
        if job != current or not resumed:
            return
        after = job_progress.reported(kind, state, told)[0]
        if after != state or job_line.is_open(resumed, state):
            self._tell(self.JobResumed, resumed, kind, after, at=at)

    def _shown(self, kind: str, job: str, state: str) -> str:
        """Another job than the current one is superseded unless it is over by itself."""
        is_another = job != job_line.current(self.line(kind))[0]
        return SUPERSEDED if is_another and job_line.is_open(job, state) else state

"""A campaign: one operation for many stations, wave by wave; a bulk call has a single wave."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote
from uuid import UUID, uuid5

from domain.model.aggregate import Aggregate, Birth, Fact, Refused

SUCCEEDED, FAILED, CANCELLED = "succeeded", "failed", "cancelled"  # outcomes of a member
ANSWERED, COMPLETED = "answered", "completed"  # when a member is done: with its call, or its job
MOST = 50_000  # stations
_CALLS = UUID("0d3c3f0e-3a7f-5b8e-9a51-6a0a4c9be6c1")  # the name space of their ids
WITH_JOBS = frozenset(  # actions that begin a job, and have a URL in them
    {"UpdateFirmware", "SignedUpdateFirmware", "GetDiagnostics", "GetLog"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent to whom, and how carefully.

    `{station}` in the location of a payload stands for the station's id, percent-encoded.
    """

    action: str
    payload: str  # JSON as it goes on the wire
    stations: tuple[str, ...]  # in the order they are taken
    canary: int = 0  # stations of the first wave; 0: as many as of any
    wave_size: int = 0  # 0: all that are left
    max_failure_permille: int = 1000  # of a wave; more of them halt the campaign
    until: str = ANSWERED  # or COMPLETED
    ttl: int = 0  # s a call may wait for its station to connect
    timeout: int = 30  # s to wait for an answer
    deadline: int = 86_400  # s from the wish to call a station until it counts as failed
    remark: str = ""  # what was found out before, for the record of each job


class Campaign(Aggregate):
    """Releases a wave, hears of each member once, and then releases the next, halts or finishes.

    running ⇄ paused; running → halted → running; any of them → cancelled. It is over when no
    member is out or waiting.
    """

    TOPIC = "campaign"
    SNAPSHOT_EVERY = 500

    class Created(Birth):
        """An operator planned it. `stations` is a JSON array; the other fields as in `Plan`."""

        TOPIC = "campaign.created"
        class_version = 2  # 2: remark
        kind: str  # "campaign" or "bulk"
        name: str
        action: str
        payload: str
        stations: str
        canary: int
        wave_size: int
        max_failure_permille: int
        until: str
        ttl: int
        timeout: int
        deadline: int
        remark: str
        by: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Nothing was checked before."""
            state["remark"] = ""

    class Released(Fact):
        """The stations from the `first` (0 is the first of all) on are to be called now."""

        TOPIC = "campaign.released"
        wave: int  # 1 is the first
        first: int
        size: int

        def apply(self, campaign: "Campaign") -> None:
            campaign.wave, campaign.released = self.wave, self.first + self.size
            campaign.size, campaign.failures = self.size, 0
            campaign.open = dict.fromkeys(campaign.waiting[: self.size])
            campaign.waiting = campaign.waiting[self.size :]

    class Reported(Fact):
        """What came of one member."""

        TOPIC = "campaign.reported"
        station: str
        call: str
        outcome: str  # "succeeded", "failed", "cancelled"
        detail: str

        def apply(self, campaign: "Campaign") -> None:
            campaign.open.pop(self.station, None)
            campaign.failures += self.outcome == FAILED

    class Paused(Fact):
        """An operator wants nothing more to go out for now."""

        TOPIC = "campaign.paused"
        by: str

        def apply(self, campaign: "Campaign") -> None:
            campaign.state = "paused"

    class Halted(Fact):
        """Too many of a wave failed: nothing more goes out until an operator resumes."""

        TOPIC = "campaign.halted"
        reason: str

        def apply(self, campaign: "Campaign") -> None:
            campaign.state = "halted"

    class Resumed(Fact):
        """It goes on; after a halt, failures are counted anew."""

        TOPIC = "campaign.resumed"
        by: str

        def apply(self, campaign: "Campaign") -> None:
            campaign.failures = 0 if campaign.state == "halted" else campaign.failures
            campaign.state = "running"

    class Cancelled(Fact):
        """An operator ended it: who waits is not called, what has not gone out is taken back."""

        TOPIC = "campaign.cancelled"
        by: str

        def apply(self, campaign: "Campaign") -> None:
            campaign.state, campaign.waiting = "cancelled", []

    class Finished(Fact):
        """Every member has its outcome."""

        TOPIC = "campaign.finished"

        def apply(self, campaign: "Campaign") -> None:
            campaign.over = True

    def __init__(
        self, *, action: str, stations: str, canary: int, wave_size: int, max_failure_permille: int
    ) -> None:
        self.action = action
        self.canary, self.wave_size = canary, wave_size
        self.max_failure_permille = max_failure_permille
        self.state, self.over = "running", False
        self.waiting: list[str] = json.loads(stations)  # in no wave yet
        self.wave, self.released = 0, 0
        self.open: dict[str, None] = {}  # released, not reported: a set that can be kept
        self.size, self.failures = 0, 0  # of the wave; failures since its release or a halt

    @classmethod
    def id_of(cls, campaign: str) -> str:
        """The stream of a campaign."""
        return f"campaign:{campaign}"

    @classmethod
    def create(
        cls, campaign: str, plan: Plan, *, kind: str, name: str, by: str, at: datetime
    ) -> Self:
        """Plan it and release the first wave."""
        stations = list(dict.fromkeys(plan.stations))
        if not stations:
            raise Refused("there is no station to call", Refused.INVALID)
        if len(stations) > MOST:
            raise Refused(f"more than {MOST} stations are too many at once", Refused.INVALID)
        planned = asdict(plan) | {"stations": json.dumps(stations)}
        made = cls._create(
            cls.Created,
            id=cls.id_of(campaign),
            kind=kind,
            name=name,
            by=by,
            timestamp=at,
            **planned,
        )
        made._proceed(at)  # noqa: SLF001 - its own
        return made

    def report(self, station: str, outcome: str, detail: str, *, call: str, at: datetime) -> None:
        """Take in what came of a member; only the first outcome of who is out counts."""
        if station not in self.open:
            return
        self.trigger_event(
            self.Reported,
            station=station,
            call=call,
            outcome=outcome,
            detail=detail,
            timestamp=at,
        )
        self._proceed(at)

    def pause(self, *, by: str, at: datetime) -> None:
        """Release nothing more; what is out goes on."""
        self._must_go_on()
        if self.state == "halted":
            raise Refused("this campaign is halted: it can be resumed or cancelled")
        if self.state == "running":
            self.trigger_event(self.Paused, by=by, timestamp=at)

    def resume(self, *, by: str, at: datetime) -> None:
        """Go on after a pause or a halt."""
        self._must_go_on()
        if self.state != "running":
            self.trigger_event(self.Resumed, by=by, timestamp=at)
            self._proceed(at)

    def cancel(self, *, by: str, at: datetime) -> None:
        """End it; who is out already is heard to the end."""
        if self.state == "cancelled":
            return
        self._must_go_on()
        self.trigger_event(self.Cancelled, by=by, timestamp=at)
        self._proceed(at)

    def _must_go_on(self) -> None:
        """Raise Refused when there is nothing left to steer."""
        if self.over or self.state == "cancelled":
            raise Refused(f"this is {'finished' if self.over else 'cancelled'} already")

    def _proceed(self, at: datetime) -> None:
        """Release what is next, halt or finish, when it is time."""
        if not self.open and not self.waiting:
            self.trigger_event(self.Finished, timestamp=at)
        elif self.state == "running" and self._fails:
            reason = f"{self.failures} of the {self.size} stations of wave {self.wave} failed"
            self.trigger_event(self.Halted, reason=reason, timestamp=at)
        elif self.state == "running" and not self.open:
            self._release(at)

    @property
    def _fails(self) -> bool:
        """Whether more of the wave failed than may, however the rest of it goes."""
        return self.failures * 1000 > self.max_failure_permille * self.size

    def _release(self, at: datetime) -> None:
        size = self.canary if self.wave == 0 and self.canary else self.wave_size
        self.trigger_event(
            self.Released,
            wave=self.wave + 1,
            first=self.released,
            size=min(size or len(self.waiting), len(self.waiting)),
            timestamp=at,
        )


def call_of(campaign: str, station: str) -> str:
    """The id of a member's call: there is one, whoever asks and how often."""
    return str(uuid5(_CALLS, f"{campaign} {station}"))


def payload_for(action: str, payload: str, station: str) -> str:
    """A member's payload: the location may name its station."""
    if action not in WITH_JOBS:
        return payload
    return payload.replace("{station}", quote(station, safe=""))

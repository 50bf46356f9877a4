"""Whatever becomes of requests, what a station is at work on is shown as it tells it.

The station here is honest: it takes requests in order, drops its work for a newer one that it
takes, refuses the others, and tells only of its work, by its number where it knows one. Answers may
be lost, or late.
"""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import facts
from domain.model.aggregate import Refused
from domain.model.job_progress import FIRMWARE, NEVER_TAKEN, OUTCOMES, REFUSALS, SIGNED_FIRMWARE
from domain.model.maintenance import Maintenance
from domain.repository import freeze, thaw
from tests.model.story import NOON

WAY = {
    "Downloading": "downloading",
    "Downloaded": "downloaded",
    "Installing": "installing",
    "Installed": "installed",
}
SIGNED_WAY = {
    "DownloadScheduled": "download_scheduled",
    "Downloading": "downloading",
    "DownloadPaused": "download_paused",
    "Downloaded": "downloaded",
    "SignatureVerified": "signature_verified",
    "InstallScheduled": "install_scheduled",
    "Installing": "installing",
    "InstallRebooting": "install_rebooting",
    "Installed": "installed",
}
SOON = 5  # a late answer comes before so many more have gone out


@dataclass
class Request:
    """A job with its call, and what it should look like while the station is at work on it."""

    name: str
    call: str = "queued"
    told: int = 0  # of the way
    looks: str = ""


class Updating(RuleBasedStateMachine):
    """Requests of firmware, one on the wire at a time."""

    kind = FIRMWARE
    way = WAY
    refusals: tuple[str, ...] = ("refused",)
    has_numbers = False

    def __init__(self):
        super().__init__()
        self.maintenance = Maintenance.begin("CP1", at=NOON)
        self.replayed = None
        self.requests: list[Request] = []
        self.went_out: list[Request] = []
        self.at_work: Request | None = None
        self.shown: dict[str, str] = {}

    def _those(self, call):
        return [each for each in self.requests if each.call == call]

    def _late(self):
        return [each for each in self.went_out[-SOON:] if each.call == "timed_out"]

    @rule()
    def somebody_asks(self):
        request = Request(f"j-{len(self.requests)}")
        self.requests.append(request)
        number = self._number(request)
        self.maintenance.request(
            request.name, self.kind, location="x", by="o", number=number, at=NOON
        )

    @rule(is_taken=st.booleans())
    @precondition(lambda self: self._those("queued"))
    @precondition(lambda self: not self._those("taken") + self._those("not taken"))
    def the_next_goes_out(self, is_taken):
        request = self._those("queued")[0]
        request.call = "taken" if is_taken else "not taken"
        self.went_out.append(request)
        self.maintenance.send(request.name, self.kind, at=NOON)
        if is_taken:
            self.at_work = request
            request.looks = "requested"

    @rule()
    @precondition(lambda self: self._those("taken"))
    def the_station_answers(self):
        self._answer(self._those("taken")[0])

    @rule(pick=st.integers(0, 9))
    @precondition(lambda self: self._those("not taken"))
    def the_station_refuses(self, pick):
        reason = self.refusals[pick % len(self.refusals)]
        self._fail(self._those("not taken")[0], reason)

    @rule()
    @precondition(lambda self: self._those("taken"))
    def the_answer_is_lost(self):
        request = self._those("taken")[0]
        if request.looks == "requested":
            request.looks = "failed"
        self._fail(request, "timed_out")

    @rule(pick=st.integers(0, SOON))
    @precondition(lambda self: self._late())
    def the_answer_comes_late(self, pick):
        self._answer(self._late()[pick % len(self._late())])

    @rule(reason=st.sampled_from(["expired", "cancelled"]), pick=st.integers(0, 9))
    @precondition(lambda self: self._those("queued"))
    def one_does_not_go_out(self, reason, pick):
        waiting = self._those("queued")
        request = waiting[pick % len(waiting)]
        others = {name: state for name, state in self.shown.items() if name != request.name}
        self._fail(request, reason)
        self._read()
        assert self.shown == others | {request.name: "failed"}

    @rule(is_named=st.booleans(), is_said_twice=st.booleans())
    @precondition(lambda self: self.at_work and self.at_work.told < len(self.way))
    def the_station_gets_on(self, is_named, is_said_twice):
        at_work = self.at_work
        assert at_work
        status, at_work.looks = list(self.way.items())[at_work.told]
        at_work.told += 1
        number = self._number(at_work) if is_named else None
        for _ in range(1 + is_said_twice):
            self.maintenance.report(self.kind, status, number=number, at=NOON)

    @rule(status=st.sampled_from(sorted(SIGNED_WAY)))
    @precondition(lambda self: self.has_numbers)
    def it_tells_of_a_request_that_is_none_of_ours(self, status):
        before = dict(self.shown)
        self.maintenance.report(self.kind, status, number=-1, at=NOON)
        self._read()
        assert self.shown == before

    @rule(version=st.sampled_from(["1", "2"]))
    def the_station_boots(self, version):
        before = dict(self.shown)
        self.maintenance.boot(version, at=NOON)
        self._read()
        assert self.shown == before

    @rule()
    @precondition(lambda self: self.at_work and not self._those("not taken"))
    def an_operator_gives_it_up(self):
        at_work = self.at_work
        assert at_work
        with suppress(Refused):
            self.maintenance.close(at_work.name, reason="r", by="o", at=NOON)
            at_work.looks = "closed"

    def _number(self, request):
        return self.requests.index(request) if self.has_numbers else None

    def _answer(self, request):
        request.call = "answered"
        if request.looks in {"requested", "failed"}:
            request.looks = "answered"
        self.maintenance.answer(request.name, self.kind, file_name="", at=NOON)

    def _fail(self, request, reason):
        request.call = reason
        self.maintenance.fail(request.name, self.kind, reason, at=NOON)

    def _read(self):
        for fact in self.maintenance.take_facts():
            row = facts.encode(fact, "")
            stored = facts.decode(row.stream, row.version, row.topic, row.state)
            self.replayed = stored.mutate(self.replayed)
            if job := getattr(fact, "job", ""):
                self.shown[job] = vars(fact)["state"]

    @invariant()
    def what_the_station_is_at_work_on_is_shown_as_it_is(self):
        self._read()
        if self.at_work and not self._those("not taken"):
            assert self.shown[self.at_work.name] == self.at_work.looks

    @invariant()
    def of_those_that_went_out_at_most_the_last_is_open(self):
        self._read()
        out = [each.name for each in self.went_out]
        assert sum(self.shown[name] not in OUTCOMES for name in out) <= 1

    @invariant()
    def what_was_refused_or_never_went_out_has_failed(self):
        self._read()
        for reason in NEVER_TAKEN:
            assert {self.shown[each.name] for each in self._those(reason)} <= {"failed"}

    @invariant()
    def what_is_stored_is_what_is_decided_on(self):
        self._read()
        assert vars(self.replayed) == vars(self.maintenance)
        assert vars(thaw(freeze(self.maintenance))) == vars(self.maintenance)


class UpdatingSigned(Updating):
    """The same with signatures: the station may name the request, and says why it refuses."""

    kind = SIGNED_FIRMWARE
    way = SIGNED_WAY
    refusals = ("refused", *REFUSALS.values())
    has_numbers = True


TestUpdating = Updating.TestCase
TestUpdatingSigned = UpdatingSigned.TestCase

"""Whatever stations, operators, the authority and the network do: one certificate for a request.

It never goes out before the request is answered, and never again without somebody's asking.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.model import certificate_operations as op
from domain.model import operations
from domain.model.enrolment import Enrolment
from domain.model.signing_request import OFFERABLE, SIGNABLE, State
from domain.ports import Subject
from tests.domain.enrolling import EnrolHouse, call_of, new_csr

WHICH = st.integers(0, 2)


@cache
def csr(number: int) -> str:
    """One of the few that the station has keys for."""
    return new_csr(f"CP{number}")


class Enrolments(RuleBasedStateMachine):
    """Everybody may say anything at any time, and twice; processes die between any two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.house = EnrolHouse()
        self.messages = 0
        self.answered: set[str] = set()
        self.late: list[str] = []
        self.said: list[operations.Operation] = []

    # --- the station ---

    @rule(which=WHICH, asked=st.booleans())
    def ask(self, which: int, *, asked: bool) -> None:
        self.messages += 1
        if asked:
            call = f"t{self.messages}"
            payload = {"requestedMessage": "SignChargePointCertificate"}
            self.house.call("ExtendedTriggerMessage", payload, call)
            self.house.answer(call)
        may = 1 if State.UNDELIVERED in self.house.states else 0
        with self.new_calls(at_most=may):
            self.answered.add(f"m{self.messages}")
            assert self.house.ask_for(csr(which), f"m{self.messages}") == "Accepted"

    @precondition(lambda self: self.waiting())
    @rule(how=st.sampled_from(["Accepted", "Rejected", "error", "lose", "late", "take back"]))
    def handle(self, how: str) -> None:
        call = self.waiting()[0]
        with self.new_calls(at_most=0):
            if how == "take back":
                self.house.grant(operations.CancelCall(station="CP1", call=call))
                return
            self.house.process(self.house.sent(call))
            if how == "error":
                self.house.process(self.house.received([4, call, "InternalError", "", {}]))
            elif how in {"lose", "late"}:
                self.house.lose(call)
            else:
                self.house.answer(call, how)
        if how == "late":
            self.late.append(call)

    @precondition(lambda self: self.late)
    @rule(status=st.sampled_from(["Accepted", "Rejected"]))
    def answer_late(self, status: str) -> None:
        with self.new_calls(at_most=0):
            self.house.answer(self.late.pop(0), status)

    # --- operators, and the authority ---

    @precondition(lambda self: self.house.requests())
    @rule(data=st.data(), how=st.sampled_from(["approve", "decline", "fail"]))
    def decide(self, data: st.DataObject, how: str) -> None:
        request, state = self._some(data)
        wishes: dict[str, operations.Operation] = {
            "approve": op.ApproveRequest(station="CP1", request=request),
            "decline": op.DeclineRequest(station="CP1", request=request, reason="no"),
            "fail": op.FailRequest(station="CP1", request=request, reason="away"),
        }
        with self.new_calls(at_most=int(how == "approve" and state in OFFERABLE)):
            self.house.grant(wishes[how])

    @precondition(lambda self: self.house.requests())
    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        """What the desk says may be said again, or by another process with another certificate."""
        request, state = self._some(data)
        asked = next(r for r in self.house.requests() if r.request == request)
        chain = self.house.authority.sign(asked.csr, Subject("CP1", ""), days=30)
        wish = op.IssueCertificate(station="CP1", request=request, chain=chain)
        self.said.append(wish)
        with self.new_calls(at_most=int(state in SIGNABLE)):
            self.house.grant(wish)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def issue_again(self, data: st.DataObject) -> None:
        wish = data.draw(st.sampled_from(self.said))
        state = self._states().get(wish.request, "")  # type: ignore[union-attr]  # each has one
        with self.new_calls(at_most=int(state in SIGNABLE)):
            self.house.grant(wish)

    @rule(which=WHICH)
    def send_raw(self, which: int) -> None:
        self.messages += 1
        chain = self.house.authority.sign(csr(which), Subject("CP1", ""), days=30)
        with self.new_calls(at_most=1):
            wish = operations.RequestCall(
                station="CP1",
                call=f"raw{self.messages}",
                action="CertificateSigned",
                payload=orjson.dumps({"certificateChain": chain}).decode(),
                expires_at=self.house.now,
            )
            self.house.process(self.house.wish(wish))

    @rule()
    def restart(self) -> None:
        self.house.restart()

    # --- what is always so ---

    @contextmanager
    def new_calls(self, *, at_most: int) -> Iterator[None]:
        """No certificate goes out but when somebody asked for it just now."""
        before = len(self.house.calls())
        yield
        assert len(self.house.calls()) - before <= at_most

    @invariant()
    def a_request_has_one_certificate(self) -> None:
        signed: dict[str, set[str]] = {}
        for fact in self.house.told():
            if isinstance(fact, Enrolment.Signed | Enrolment.Offered | Enrolment.Delivered):
                signed.setdefault(fact.request, set()).add(fact.certificate)
        signed.pop("", None)
        assert all(len(certificates) == 1 for certificates in signed.values())

    @invariant()
    def what_arrived_has_arrived(self) -> None:
        arrived = set()
        for fact in self.house.told():
            if isinstance(fact, Enrolment.Offered | Enrolment.Refused | Enrolment.Undelivered):
                assert fact.certificate not in arrived
            elif isinstance(fact, Enrolment.Delivered):
                arrived.add(fact.certificate)

    @invariant()
    def one_request_is_open(self) -> None:
        assert sum(state in SIGNABLE for state in self.house.states) <= 1

    @invariant()
    def a_certificate_follows_the_answer_to_a_request(self) -> None:
        asked = bool(self.house.requests())
        for call in self.house.calls():
            is_raw = call_of(call).startswith("raw")
            assert call.after in self.answered or (is_raw and not call.after)
        assert asked or not [c for c in self.house.calls() if c.after]

    @invariant()
    def nothing_failed(self) -> None:
        assert self.house.counts.failed == 0

    def waiting(self) -> list[str]:
        """Certificates on their way, in order."""
        over = {"call.answered", "call.refused", "call.timed_out", "call.cancelled", "call.expired"}
        ended = {row.stream for row in self.house.log.since(0, limit=10_000) if row.topic in over}
        return [call_of(c) for c in self.house.calls() if c.originator_id not in ended]

    def _states(self) -> dict[str, str]:
        found = self.house.csms._repository.get(Enrolment, Enrolment.id_of("CP1"))
        return {id: r["state"] for id, r in found.requests.items()} if found else {}

    def _some(self, data: st.DataObject) -> tuple[str, str]:
        """Any request that was ever made, and its state."""
        ids = [each.request for each in self.house.requests()]
        request = data.draw(st.sampled_from(ids))
        return request, self._states().get(request, "")


TestEnrolments = Enrolments.TestCase
TestEnrolments.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)

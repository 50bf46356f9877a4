"""Whatever happens to new passwords and profiles on their way: no station is ever locked out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import msgspec
import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import wire
from domain.inbox import Outcome
from domain.model import operations as op
from domain.model.access import BASIC, Access
from domain.model.values import Profile
from domain.repository import Repository
from tests.domain.house import House, answers_of, heartbeat, reset

SAID = st.sampled_from(["Accepted", "Accepted", "Rejected", "NotSupported", "RebootRequired", "!"])
END = st.sampled_from(["answered", "lost", "open"])
TAKEN = {"Accepted", "RebootRequired"}


@dataclass
class Change:
    """A call under way; `said` is the station's answer, "" while it has not had the call."""

    call: str
    credential: str = ""
    profile: int = 0
    said: str = ""


class Changing(RuleBasedStateMachine):
    """A station, its operator and the line between them."""

    @initialize(profile=st.integers(0, 2))
    def register(self, profile):
        self.house, self.numbers = House(), count(1)
        self.profile, self.next, self.connection = profile, 0, 4
        self.held, self.after_boot = ("k0" if profile else ""), ""
        self.queued: list[Change] = []
        self.flying: list[Change] = []  # one at most
        self.lost: list[Change] = []  # nobody heard of an answer
        self.wish(self.registration(security_profile=profile, credential=self.held))
        self.reconnect()

    # --- the operator ---

    @rule()
    @precondition(lambda self: len(self.queued) < 3)
    def rotate(self):
        self.request("AuthorizationKey", "***", credential=f"k{next(self.numbers)}")

    @rule(profile=st.integers(0, 4))
    @precondition(lambda self: len(self.queued) < 3 and self.held and not self.is_upgrading())
    def upgrade(self, profile):
        """One at a time: of two the station may come with either, or go back."""
        self.request("SecurityProfile", str(profile), profile=profile)

    @rule()
    @precondition(lambda self: self.queued)
    def cancel(self):
        self.wish(op.CancelCall(station="CP1", call=self.queued.pop().call))

    @rule(profile=st.integers(1, 3))
    @precondition(lambda self: not self.flying)
    def set_by_hand(self, profile):
        """At the station and here, a lower profile too."""
        self.held, self.after_boot, self.lost = f"k{next(self.numbers)}", "", []
        self.profile, self.next = profile, 0
        given = self.registration(security_profile=profile, credential=self.held)
        self.wish(replace(given, keep_credential=False))
        self.reconnect()

    @rule()
    def change_the_note(self):
        before = self.access
        self.wish(replace(self.registration(note=f"{next(self.numbers)}"), keep_profile=True))
        after = self.access
        assert before == after

    # --- the line ---

    @rule(said=SAID, end=END)
    @precondition(lambda self: self.queued and not self.flying)
    def send(self, said, end):
        """The station gets it, acts and answers; the answer comes, or nobody hears of it (yet)."""
        self.fly()
        self.act(self.flying[0], said)
        if end == "answered":
            self.the_answer_comes()
        elif end == "lost" and self.may_be_lost():
            self.the_answer_is_lost()

    @rule()
    @precondition(lambda self: self.queued and not self.flying)
    def send_in_vain(self):
        """The station never gets it, or a good while later."""
        self.fly()
        self.the_answer_is_lost()

    @rule()
    @precondition(lambda self: self.flying)
    def the_answer_comes(self):
        change, before = self.flying.pop(), self.access
        self.answer(change)
        if before and change.call in before.offers and change.said == "Accepted":
            assert before.credential not in self.passwords  # from now on it is void
            assert change.credential in self.passwords

    @rule()
    @precondition(lambda self: self.flying and self.may_be_lost())
    def the_answer_is_lost(self):
        before = self.passwords
        self.time_out()
        assert self.passwords == before  # they fit, until one is used

    @rule()
    @precondition(lambda self: self.lost)
    def an_answer_comes_late(self):
        """Or the call itself does, but none overtakes another."""
        change = self.lost.pop(0)
        if not change.said and change.call == self.last_sent:
            self.act(change, "Accepted")
        if change.said:
            self.answer(change)

    @rule(boots=st.booleans(), use_next=st.booleans(), told_first=st.booleans())
    def reconnect(self, *, boots=False, use_next=True, told_first=True):
        """It is not turned away; what it uses settles what is in doubt."""
        in_flight = bool(self.flying) and self.may_be_lost()
        if in_flight and told_first:
            self.time_out()
        if boots and self.after_boot:
            self.held, self.after_boot = self.after_boot, ""
        if self.next and use_next:
            self.profile, self.next = self.next, 0
        self.open()
        self.check_what_was_used()
        if in_flight and not told_first:
            self.time_out()

    @rule()
    def restart(self):
        self.house.restart()

    # --- what always holds ---

    @invariant()
    def what_the_station_holds_fits(self):
        assert {each for each in (self.held, self.after_boot) if each} <= set(self.passwords)

    @invariant()
    def how_the_station_may_come_is_no_objection(self):
        if access := self.access:
            for profile in {self.profile, self.next or self.profile}:
                assert access.objection(profile, self.held if profile in BASIC else "") == ""

    @invariant()
    def no_lower_profile_is_let_in(self):
        if self.access:
            assert all(self.access.objection(lower, self.held) for lower in range(self.profile))

    @invariant()
    def whoever_has_a_password_comes_with_it_sooner_or_later(self):
        if self.access and self.access.credential:
            assert self.access.profile or self.access.expected

    # --- how ---

    @property
    def access(self) -> Access | None:
        """As another process would find it."""
        return Repository(self.house.log).get(Access, Access.id_of("CP1"))

    @property
    def passwords(self) -> tuple[str, ...]:
        return self.access.passwords if self.access else (self.held,)

    def is_upgrading(self) -> bool:
        known = (*self.queued, *self.flying, *self.lost)
        return bool(self.next) or any(each.profile for each in known)

    def may_be_lost(self) -> bool:
        """Of a lost RebootRequired nobody could know (ADR 20)."""
        return self.flying[0].said != "RebootRequired"

    def doubtful(self) -> Iterator[str]:
        return (each.credential for each in self.lost if each.credential not in {"", self.held})

    def check_what_was_used(self) -> None:
        if self.access:
            assert self.access.profile == self.profile
            if self.profile in BASIC:
                assert self.access.credential == self.held
                assert not set(self.doubtful()) & set(self.passwords)

    def registration(self, **profile: Any) -> op.RegisterStation:
        return op.RegisterStation(station="CP1", profile=Profile(**profile))

    def wish(self, operation: op.Operation) -> None:
        ((_, reply),) = self.process(self.house.wish(operation)).replies
        assert not reply.refused, reply.message

    def request(self, key: str, value: str, **what: Any) -> None:
        change = Change(f"c{next(self.numbers)}", **what)
        payload = orjson.dumps({"key": key, "value": value}).decode()
        changes = {"action": "ChangeConfiguration", "payload": payload}
        wished = reset(self.house, call=change.call, credential=change.credential, **changes)
        self.wish(wished)
        self.queued.append(change)

    def fly(self) -> None:
        self.flying.append(self.queued.pop(0))
        self.sent_on, self.last_sent = self.connection, self.flying[0].call
        self.process(wire.Sent(**self.out()))

    def act(self, change: Change, said: str) -> None:
        """What the station does when it gets a change; of two that wait the later one counts."""
        is_higher = self.profile < change.profile <= 3
        change.said = "Rejected" if change.profile and not is_higher else said
        if change.profile and change.said in TAKEN:
            self.next = change.profile
        elif change.credential and said == "Accepted":
            self.held, self.after_boot = change.credential, ""
        elif change.credential and said == "RebootRequired":
            self.after_boot = change.credential

    def answer(self, change: Change) -> None:
        error = [4, change.call, "InternalError", "", {}]
        frame = error if change.said == "!" else [3, change.call, {"status": change.said}]
        self.process(self.house.received(frame, connection=self.connection))

    def time_out(self) -> None:
        self.process(wire.TimedOut(**self.out(), reason="silence"))
        self.lost.append(self.flying.pop())

    def out(self) -> dict[str, Any]:
        at = {"connection": self.sent_on, "at": self.house.now}
        return {"station": "CP1", "call": self.flying[0].call, **at}

    def open(self) -> None:
        self.connection += 1
        opened = msgspec.structs.replace(
            self.house.opened(connection=self.connection),
            profile=self.profile,
            credential=self.held if self.profile in BASIC else "",
        )
        outcome = self.process(opened)
        closed = [r.reason for _, r in outcome.to_gateways if isinstance(r, wire.Disconnect)]
        assert closed in ([], ["a newer socket is open"])
        heard = self.house.received(heartbeat(), connection=self.connection)
        assert answers_of(self.process(heard))

    def process(self, *records: wire.Inbound) -> Outcome:
        outcome = self.house.process(*records)
        assert self.house.counts.failed == 0
        return outcome


TestChanging = Changing.TestCase
TestChanging.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)

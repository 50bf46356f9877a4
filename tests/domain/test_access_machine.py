"""Whatever happens to new passwords and profiles on their way: no station is ever locked out."""

from dataclasses import replace
from itertools import count
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import wire
from domain.model import operations as op
from domain.model.access import BASIC, Access
from domain.model.values import Profile
from domain.repository import Repository
from tests.domain.house import House, answers_of, heartbeat, reset

STATUSES = st.sampled_from(["Accepted", "Rejected", "NotSupported", "RebootRequired", "error"])


class Changing(RuleBasedStateMachine):
    """A station, its operator and the line between them; the gateway reads what is on record."""

    @initialize(profile=st.integers(0, 2))
    def register(self, profile):
        self.house, self.numbers = House(), count(1)
        self.profile, self.next = profile, 0
        self.held, self.after_boot = ("k0" if profile else ""), ""
        self.queued: list[tuple[str, str, int]] = []  # call, credential, profile
        self.flying: tuple[str, str, int] | None = None  # it is out
        self.said = ""  # what the station answered, and nobody has heard
        self.unheard: list[tuple[str, str, int, str]] = []  # timed out, but answered
        self.connection = 4
        self.wish(self.registration(security_profile=profile, credential=self.held))
        self.reconnect(use_next=False)

    # --- the operator ---

    @rule()
    @precondition(lambda self: len(self.queued) < 3)
    def rotate(self):
        name = f"k{next(self.numbers)}"
        self.request("AuthorizationKey", "***", name, 0)

    @rule(profile=st.integers(0, 4))
    @precondition(lambda self: len(self.queued) < 3 and self.held)
    def upgrade(self, profile):
        self.request("SecurityProfile", str(profile), "", profile)

    @rule()
    @precondition(lambda self: self.queued)
    def cancel(self):
        self.wish(op.CancelCall(station="CP1", call=self.queued.pop()[0]))

    @rule(profile=st.integers(1, 3))
    @precondition(lambda self: not self.flying and not self.queued)
    def set_by_hand(self, profile):
        """At the station, and here: a lower profile too."""
        self.held, self.after_boot, self.unheard = f"k{next(self.numbers)}", "", []
        self.profile, self.next = profile, 0
        given = self.registration(security_profile=profile, credential=self.held)
        self.wish(replace(given, keep_credential=False))
        self.reconnect(use_next=False)

    @rule()
    def change_the_note(self):
        before = self.access
        kept = self.registration(note=f"{next(self.numbers)}")
        self.wish(replace(kept, keep_profile=True))
        assert (self.access is None) == (before is None)
        if before and self.access:
            assert vars(self.access)["offers"] == before.offers
            assert self.access.expected == before.expected

    # --- the line ---

    @rule()
    @precondition(lambda self: self.queued and not self.flying)
    def send(self):
        self.flying, self.said = self.queued.pop(0), ""
        self.process(
            wire.Sent(station="CP1", connection=self.connection, call=self.call, at=self.house.now)
        )

    @rule(status=STATUSES)
    @precondition(lambda self: self.flying and not self.said)
    def the_station_takes_it(self, status):
        _, credential, profile = self.flying
        self.said = status
        if credential and status == "Accepted":
            self.held, self.after_boot = credential, ""
        elif credential and status == "RebootRequired":
            self.after_boot = credential
        elif profile and status in {"Accepted", "RebootRequired"}:
            is_higher = self.profile < profile <= 3
            self.next = profile if is_higher else self.next
            self.said = status if is_higher else "Rejected"

    @rule()
    @precondition(lambda self: self.flying and self.said)
    def the_answer_comes(self):
        call, credential, _ = self.flying
        before = self.access
        self.answer(call, self.said)
        taken = before is not None and call in before.offers
        if taken and self.said == "Accepted":
            assert before.credential not in self.access.passwords
            assert self.access.credential == credential
        self.flying = None

    @rule()
    @precondition(lambda self: self.flying and self.said != "RebootRequired")
    def the_answer_is_lost(self):
        call, credential, profile = self.flying
        before = self.passwords
        self.process(
            wire.TimedOut(
                station="CP1",
                connection=self.connection,
                call=call,
                reason="silence",
                at=self.house.now,
            )
        )
        assert self.passwords == before  # both, until one is used
        if self.said:
            self.unheard.append((call, credential, profile, self.said))
        self.flying = None

    @rule()
    @precondition(lambda self: self.unheard)
    def an_answer_comes_late(self):
        call, _, _, said = self.unheard.pop(0)
        self.answer(call, said)

    @rule(boots=st.booleans(), use_next=st.booleans())
    @precondition(lambda self: not self.flying)
    def reconnect(self, *, boots=False, use_next=True):
        """Never turned away; what is used settles what was in doubt."""
        if boots and self.after_boot:
            self.held, self.after_boot = self.after_boot, ""
        if self.next and use_next:
            self.profile, self.next = self.next, 0
        self.connection += 1
        credential = self.held if self.profile in BASIC else ""
        opened = replace_record(
            self.house.opened(connection=self.connection),
            profile=self.profile,
            credential=credential,
        )
        outcome = self.process(opened)
        turned = [r.reason for _, r in outcome.to_gateways if isinstance(r, wire.Disconnect)]
        assert turned in ([], ["a newer socket is open"])
        assert answers_of(self.process(self.house.received(heartbeat(), connection=self.connection)))

    @rule()
    def restart(self):
        self.house.restart()

    # --- what always holds ---

    @invariant()
    def what_the_station_holds_fits(self):
        held = {each for each in (self.held, self.after_boot) if each}
        assert held <= set(self.passwords)

    @invariant()
    def how_the_station_may_come_is_no_objection(self):
        if not self.access:
            return
        for profile in {self.profile, self.next or self.profile}:
            credential = self.held if profile in BASIC else ""
            assert self.access.objection(profile, credential) == ""

    @invariant()
    def no_other_profile_is_let_in(self):
        if self.access and self.profile:
            assert all(self.access.objection(lower, self.held) for lower in range(self.profile))

    # --- how ---

    @property
    def call(self) -> str:
        return self.flying[0] if self.flying else ""

    @property
    def access(self) -> Access | None:
        """As another process would find it."""
        return Repository(self.house.log).get(Access, Access.id_of("CP1"))

    @property
    def passwords(self) -> tuple[str, ...]:
        return self.access.passwords if self.access else (self.held,)

    def registration(self, **profile: Any) -> op.RegisterStation:
        return op.RegisterStation(station="CP1", profile=Profile(**profile))

    def wish(self, operation: op.Operation) -> None:
        ((_, reply),) = self.process(self.house.wish(operation)).replies
        assert not reply.refused, reply.message

    def request(self, key: str, value: str, credential: str, profile: int) -> None:
        call = f"c{next(self.numbers)}"
        payload = orjson.dumps({"key": key, "value": value}).decode()
        changes = {"action": "ChangeConfiguration", "payload": payload}
        self.wish(reset(self.house, call=call, credential=credential, **changes))
        self.queued.append((call, credential, profile))

    def answer(self, call: str, said: str) -> None:
        error = [4, call, "InternalError", "", {}]
        frame = error if said == "error" else [3, call, {"status": said}]
        self.process(self.house.received(frame, connection=self.connection))

    def process(self, *records: wire.Inbound):
        outcome = self.house.process(*records)
        assert self.house.counts.failed == 0
        return outcome


def replace_record(record: wire.Opened, **changes: Any) -> wire.Opened:
    """The record with other values."""
    import msgspec

    return msgspec.structs.replace(record, **changes)


TestChanging = Changing.TestCase
TestChanging.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

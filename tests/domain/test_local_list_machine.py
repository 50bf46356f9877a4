"""Whatever is sent, lost, late and refused: what we are sure of is what the station has."""

from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from domain.model import operations as op
from domain.model.call import Call
from domain.model.local_entries import Entry, difference, keyed
from domain.model.local_list import Trust
from domain.ocpp.v16.local_auth_list.payloads import UpdateType, parts
from domain.repository import Repository
from tests.domain.listing import ListHouse
from tests.ocpp.model_list import ModelList

TAGS = st.sampled_from(["A", "a", "B", "C", "D"])
STATUSES = st.sampled_from(["Accepted", "Blocked"])
NEVER = st.just("")
ENTRIES = st.lists(st.builds(Entry, TAGS, STATUSES, NEVER, NEVER), max_size=4)
CHANGES = st.lists(st.builds(Entry, TAGS, st.just("") | STATUSES, NEVER, NEVER), max_size=3)


class Lists(RuleBasedStateMachine):
    """A station takes one call after another; its answers come, or come late, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.house = ListHouse()
        self.station = ModelList()
        self.late: list[tuple[str, dict[str, Any]]] = []
        self.names = 0

    def _name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    @initialize(entries=ENTRIES)
    def have_a_list(self, entries: list[Entry]) -> None:
        self.house.update(*parts("Full", [*keyed(entries).values()], version=1), name="first")
        self._handle("answer")

    def _waiting(self) -> tuple[str, dict[str, Any]] | None:
        """The oldest call that is not over: the one the dispatcher sends."""
        repository = Repository(self.house.log)
        for call, payload in self.house.requested():
            found = repository.get(Call, Call.id_of(call))
            if found and not found.done:
                return call, payload
        return None

    @rule(wanted=ENTRIES, size=st.integers(0, 2), replace=st.booleans())
    def update(self, wanted: list[Entry], size: int, *, replace: bool) -> None:
        held, after = self.house.held, keyed(wanted)
        sure = held.trust == Trust.CONFIRMED and (held.list_version or 0) > 0
        kind: UpdateType = "Differential" if sure else "Full"
        changes = difference(held.entries, after) if sure else tuple(after.values())
        version = max(held.list_version or 0, 0) + 1
        payloads = parts(kind, changes, version=version, size=size)
        self.house.update(*payloads, name=self._name(), part_size=size, replace=replace)

    @rule(changes=CHANGES, version=st.integers(1, 40), full=st.booleans())
    def send_raw(self, changes: list[Entry], version: int, *, full: bool) -> None:
        entries = [*keyed(changes).values()]
        listed = [each for each in entries if each.status] if full else entries
        (payload,) = parts("Full" if full else "Differential", listed, version=version)
        self.house.raw(payload, self._name())

    @rule(what=st.sampled_from(["ask", "take back", "restart", "on", "off", "lose"]))
    def turn(self, what: str) -> None:
        """What else happens. `lose`: a call never reaches the station."""
        waiting = self._waiting()
        match what:
            case "ask":
                self.house.raw("{}", self._name(), "GetLocalListVersion")
            case "restart":
                self.house.restart()
            case "on" | "off":
                self.house.switch(on=what == "on")
            case "take back" if waiting:
                wish = op.CancelCall(station="CP1", call=waiting[0])
                self.house.process(self.house.wish(wish))
            case "lose" if waiting:
                self.house.lose(waiting[0])

    @precondition(lambda self: self._waiting())
    @rule(how=st.sampled_from(["answer", "answer", "delay", "fail", "error", "lose"]))
    def handle(self, how: str) -> None:
        """The station gets its call. `lose`: the answer; `delay`: it comes too late."""
        self._handle(how)

    def _handle(self, how: str) -> None:
        waiting = self._waiting()
        assert waiting
        call, payload = waiting
        if how == "error":
            self.house.process(self.house.received([4, call, "InternalError", "", {}]))
            return
        answer = self._taken(payload, fails=how == "fail")
        if how in {"answer", "fail"}:
            self.house.process(self.house.received([3, call, answer]))
            return
        self.house.lose(call)
        if how == "delay":
            self.late.append((call, answer))

    @precondition(lambda self: self.late)
    @rule()
    def answer_late(self) -> None:
        call, answer = self.late.pop(0)
        self.house.process(self.house.received([3, call, answer]))

    def _taken(self, payload: dict[str, Any], *, fails: bool) -> dict[str, Any]:
        if "updateType" not in payload:
            return {"listVersion": self.station.tell()}
        return {"status": "Failed" if fails else self.station.take(payload)}

    @invariant()
    def what_is_confirmed_is_so(self) -> None:
        held = self.house.held
        if held.trust == Trust.CONFIRMED:
            assert {tag: entry[1:] for tag, entry in held.entries.items()} == self.station.says()
            assert held.list_version in {0, self.station.version}

    @invariant()
    def an_update_under_way_waits_for_a_call(self) -> None:
        chain = self.house.chain
        if chain.under_way:
            call = Repository(self.house.log).get(Call, Call.id_of(chain.call))
            assert call is not None
            assert not call.done
            assert orjson.loads(call.payload) == orjson.loads(chain.payload)


TestLists = Lists.TestCase
TestLists.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)

"""Whatever operators and stations do: nobody is called past a halt, each is reported once."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.model.aggregate import Refused
from domain.model.campaign import Campaign, Plan
from tests.model.story import NOON

_AT: dict[str, Any] = {"by": "olga", "at": NOON}
_OUTCOMES = st.sampled_from(["succeeded", "failed", "cancelled"])


class Steering(RuleBasedStateMachine):
    """A campaign, and what a careful clerk writes down of it."""

    @initialize(
        count=st.integers(1, 12),
        canary=st.integers(0, 3),
        wave_size=st.integers(0, 4),
        permille=st.sampled_from([0, 250, 500, 1000]),
    )
    def plan(self, count, canary, wave_size, permille):
        self.stations = [f"S{n}" for n in range(count)]
        self.out: list[str] = []  # released, in order
        self.heard: dict[str, str] = {}
        self.wave: list[str] = []
        self.counted: list[str] = []  # outcomes since the release of the wave, or a resumed halt
        self.state, self.permille = "running", permille
        plan = Plan(
            action="Reset",
            payload="{}",
            stations=tuple(self.stations),
            canary=canary,
            wave_size=wave_size,
            max_failure_permille=permille,
        )
        self.campaign = Campaign.create("K", plan, kind="campaign", name="", **_AT)
        self._read()

    @rule(pick=st.integers(0, 11), outcome=_OUTCOMES)
    def somebody_reports(self, pick, outcome):
        station = self.stations[pick % len(self.stations)]
        self.campaign.report(station, outcome, "", call="c", at=NOON)
        self._read()

    @rule(outcome=_OUTCOMES)
    @precondition(lambda self: set(self.out) - self.heard.keys())
    def the_next_who_is_out_reports(self, outcome):
        station = next(each for each in self.out if each not in self.heard)
        self.campaign.report(station, outcome, "", call="c", at=NOON)
        self._read()
        assert self.heard[station] == outcome

    @rule(decision=st.sampled_from([Campaign.pause, Campaign.resume]))
    def an_operator_steers(self, decision):
        try:
            decision(self.campaign, **_AT)
        except Refused:
            assert self.campaign.over or self.state in {"cancelled", "halted"}
        self._read()

    @rule(sure=st.integers(0, 5))
    def an_operator_cancels(self, sure):
        if sure == 0 and not self.campaign.over:
            self.campaign.cancel(**_AT)
            self._read()

    def _read(self):
        for fact in self.campaign.collect_events():
            if note := getattr(self, type(fact).__name__.lower(), None):
                note(fact)

    def released(self, fact):
        assert self.state == "running"
        assert set(self.out) == self.heard.keys(), "the wave before is not done"
        assert fact.first == len(self.out)
        assert fact.size > 0
        assert not self._too_many()
        self.wave = self.stations[fact.first : fact.first + fact.size]
        self.out += self.wave
        self.counted = []

    def reported(self, fact):
        assert fact.station in self.out
        assert fact.station not in self.heard
        self.heard[fact.station] = fact.outcome
        self.counted.append(fact.outcome)

    def paused(self, fact):
        self.state = "paused"

    def halted(self, fact):
        assert self._too_many()
        self.state = "halted"

    def resumed(self, fact):
        self.counted = [] if self.state == "halted" else self.counted
        self.state = "running"

    def cancelled(self, fact):
        self.state = "cancelled"

    def _all_done(self):
        return len(self.heard) == len(self.out if self.state == "cancelled" else self.stations)

    def _too_many(self):
        return self.counted.count("failed") * 1000 > self.permille * len(self.wave)

    @invariant()
    def it_is_over_once_all_are_done(self):
        if hasattr(self, "campaign"):
            assert self.campaign.over == self._all_done()

    @invariant()
    def one_that_runs_has_somebody_out(self):
        if hasattr(self, "campaign") and self.state == "running" and not self.campaign.over:
            assert set(self.out) - self.heard.keys()


Steering.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestSteering = Steering.TestCase

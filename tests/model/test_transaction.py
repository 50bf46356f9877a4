"""Transaction: recorded whatever comes, the first stop stands, energy is never negative."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain import facts
from domain.model.aggregate import Refused
from domain.model.end import End
from domain.model.numbering import Numbering
from domain.model.transaction import Start, Stop, Transaction
from domain.model.values import Standing, Verdict
from tests.model.story import LATER, NOON, given

START = Start("CP1", 1, "ABC", 1000, NOON)
STOP = Stop(3500, LATER, "Remote", "ABC")


def started() -> Transaction:
    transaction = Transaction.start(7, START, at=NOON)
    transaction.judge(Verdict(Standing.ACCEPTED), at=NOON)
    return transaction


def test_a_start_is_recorded_whatever_the_verdict():
    (
        given(Transaction.start(7, START, at=NOON))
        .when(Transaction.judge, Verdict(Standing.INVALID), at=NOON)
        .then((Transaction.Judged, {"standing": "Invalid"}))
    )


def test_the_first_verdict_stands():
    story = given(started()).when(Transaction.judge, Verdict(Standing.BLOCKED), at=LATER).then()
    assert story.aggregate.verdict.standing is Standing.ACCEPTED


def test_a_stop_yields_the_energy():
    story = given(started()).when(Transaction.stop, STOP, at=LATER)
    story.then((Transaction.Stopped, {"energy_wh": 2500, "reason": "Remote"}))
    assert story.answer == ""


def test_a_repeated_stop_changes_nothing():
    transaction = started()
    transaction.stop(STOP, at=NOON)
    story = given(transaction).when(Transaction.stop, STOP, at=LATER).then()
    assert story.answer == ""


def test_a_second_stop_with_other_values_is_for_a_person():
    transaction = started()
    transaction.stop(STOP, at=NOON)
    story = given(transaction).when(Transaction.stop, Stop(9999, LATER), at=LATER).then()
    assert "second stop" in str(story.answer)


CORRECTION = End(state="stopped", meter_wh=4000, ended_at=LATER, energy_wh=3000, reason="Local")


def test_a_person_may_say_how_it_ended_and_take_it_back():
    transaction = started()
    transaction.stop(STOP, at=LATER)
    before = transaction.end
    transaction.correct(CORRECTION, case="case-1", by="olga", at=LATER)
    story = given(transaction)
    assert story.aggregate.end == CORRECTION
    story.when(Transaction.stop, STOP, at=LATER).then()
    story.when(Transaction.restore, case="case-1", by="olga", register_wh=None, at=LATER)
    story.then((Transaction.Corrected, {"restores": True, "meter_wh": 3500, "energy_wh": 2500}))
    assert story.aggregate.end == before


def test_only_the_last_correction_is_taken_back():
    transaction = started()
    for case in ("case-1", "case-2"):
        transaction.correct(CORRECTION, case=case, by="olga", at=LATER)
    with pytest.raises(Refused, match="another case"):
        transaction.restore(case="case-1", by="olga", register_wh=None, at=LATER)


def test_an_open_one_that_was_ended_by_mistake_is_closed_with_its_last_reading():
    transaction = started()
    transaction.correct(CORRECTION, case="case-1", by="olga", at=LATER)
    story = given(transaction)
    story.when(Transaction.restore, case="case-1", by="olga", register_wh=1700, at=LATER)
    story.then((Transaction.Corrected, {"state": "closed", "energy_wh": 700}))


def test_a_meter_that_went_backwards_yields_no_energy():
    story = given(started()).when(Transaction.stop, Stop(10, LATER), at=LATER)
    story.then((Transaction.Stopped, {"energy_wh": None}))
    assert "backwards" in str(story.answer)


def test_a_closed_transaction_takes_the_late_stop():
    transaction = started()
    transaction.close(reason="superseded", by="", meter_wh=1500, at=NOON)
    (
        given(transaction)
        .when(Transaction.stop, STOP, at=LATER)
        .then((Transaction.Stopped, {"energy_wh": 2500}))
    )


def test_closing_takes_the_last_reading():
    (
        given(started())
        .when(Transaction.close, reason="superseded", by="", meter_wh=1500, at=LATER)
        .then((Transaction.Closed, {"energy_wh": 500}))
    )


def test_only_an_open_transaction_can_be_closed():
    transaction = started()
    transaction.stop(STOP, at=NOON)
    with pytest.raises(Refused, match="not open"):
        transaction.close(reason="x", by="olga", meter_wh=None, at=LATER)


def test_a_repeated_start_has_the_same_key_and_another_start_has_another():
    again = Start("CP1", 1, "abc", 1000, NOON)
    other = Start("CP1", 1, "ABC", 1000, LATER)
    assert Numbering.id_of(START) == Numbering.id_of(again) != Numbering.id_of(other)


class TransactionMachine(RuleBasedStateMachine):
    """Stops and closings in any order, any number of times."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = Transaction.start(7, START, at=NOON)
        self.first_stop: Stop | None = None
        self.told = list(self.transaction.take_facts())

    @rule(meter=st.integers(-5, 5000), minute=st.integers(0, 9))
    def stop(self, meter: int, minute: int) -> None:
        stop = Stop(meter, NOON + timedelta(minutes=minute))
        self.transaction.stop(stop, at=LATER)
        self.first_stop = self.first_stop or stop

    @rule(meter=st.none() | st.integers(0, 5000))
    def close(self, meter: int | None) -> None:
        if self.transaction.open:
            self.transaction.close(reason="superseded", by="", meter_wh=meter, at=LATER)

    @rule(standing=st.sampled_from(Standing))
    def judge(self, standing: Standing) -> None:
        self.transaction.judge(Verdict(standing), at=LATER)

    @invariant()
    def the_first_stop_stands_and_energy_is_never_negative(self) -> None:
        self.told += self.transaction.take_facts()
        stops = [fact for fact in self.told if isinstance(fact, Transaction.Stopped)]
        assert len(stops) == (1 if self.first_stop else 0)
        for stop in stops:
            assert self.first_stop is not None
            assert stop.meter_stop_wh == self.first_stop.meter_wh
            assert stop.energy_wh is None or stop.energy_wh >= 0

    @invariant()
    def replayed_it_is_the_same(self) -> None:
        self.told += self.transaction.take_facts()
        replayed = None
        for fact in self.told:
            row = facts.encode(fact, "")
            replayed = facts.decode(row.stream, row.version, row.topic, row.state).mutate(replayed)
        assert vars(replayed) == vars(self.transaction)


TestTransactionMachine = TransactionMachine.TestCase

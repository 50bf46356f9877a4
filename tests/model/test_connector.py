"""Connector: its status as reported, without veto; and who uses it."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import facts
from domain.model.connector import Connector
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

NOTHING = ["", "", ""]
STATUSES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)


def available() -> Connector:
    connector = Connector.appear("CP1", 1, at=NOON)
    connector.report("Available", "NoError", NOTHING, reported_at=NOON, at=NOON)
    return connector


def test_a_new_status_is_told():
    (
        given(available())
        .when(Connector.report, "Charging", "NoError", NOTHING, reported_at=LATER, at=LATER)
        .then((Connector.StatusReported, {"status": "Charging", "current": True}))
    )


def test_the_same_status_again_changes_nothing():
    story = given(available())
    for moment in (NOON, None):
        story.when(Connector.report, "Available", "NoError", NOTHING, reported_at=moment, at=LATER)
    story.then()


def test_the_same_status_at_a_later_moment_makes_what_lies_between_the_past():
    connector = available()
    connector.report("Available", "NoError", NOTHING, reported_at=LATER, at=LATER)
    between = NOON + timedelta(minutes=1)
    story = given(connector).when(
        Connector.report, "Faulted", "GroundFailure", NOTHING, reported_at=between, at=LATER
    )
    story.then((Connector.StatusReported, {"status": "Faulted", "current": False}))


def test_a_status_of_the_past_is_kept_but_is_not_the_current_one():
    past = NOON - timedelta(hours=1)
    story = given(available()).when(
        Connector.report, "Faulted", "GroundFailure", NOTHING, reported_at=past, at=LATER
    )
    story.then((Connector.StatusReported, {"status": "Faulted", "current": False}))
    assert story.aggregate.status == "Available"


def test_without_a_timestamp_the_time_of_receipt_counts():
    (
        given(available())
        .when(Connector.report, "Finishing", "NoError", NOTHING, reported_at=None, at=LATER)
        .then((Connector.StatusReported, {"reported_at": LATER}))
    )


def test_only_the_transaction_that_is_here_frees_the_connector():
    connector = available()
    connector.take(7, at=NOON)
    (
        given(connector)
        .when(Connector.free, 6, at=LATER)
        .when(Connector.free, 7, at=LATER)
        .when(Connector.free, 7, at=LATER)
        .then((Connector.Freed, {"transaction": 7}))
    )


class ConnectorMachine(RuleBasedStateMachine):
    """Whatever is reported in whatever order: the newest report is the current one."""

    def __init__(self) -> None:
        super().__init__()
        self.connector = Connector.appear("CP1", 1, at=NOON)
        self.newest: tuple[int, str] | None = None
        self.taken: list[int] = []
        self.told = [self.connector.take_facts()[0]]

    @rule(status=st.sampled_from(STATUSES), minute=st.integers(0, 5))
    def report(self, status: str, minute: int) -> None:
        moment = NOON + timedelta(minutes=minute)
        self.connector.report(status, "NoError", NOTHING, reported_at=moment, at=LATER)
        if self.newest is None or minute >= self.newest[0]:
            self.newest = (minute, status)

    @rule(transaction=st.integers(1, 5))
    def take(self, transaction: int) -> None:
        self.connector.take(transaction, at=LATER)
        if transaction not in self.taken:
            self.taken.append(transaction)

    @rule(transaction=st.integers(1, 5))
    def free(self, transaction: int) -> None:
        self.connector.free(transaction, at=LATER)
        self.taken = [number for number in self.taken if number != transaction]

    @precondition(lambda self: self.newest is not None)
    @invariant()
    def the_newest_report_is_current(self) -> None:
        assert self.newest is not None
        assert self.connector.status == self.newest[1]

    @invariant()
    def who_took_it_has_it(self) -> None:
        assert self.connector.transactions == self.taken

    @invariant()
    def replayed_and_thawed_it_is_the_same(self) -> None:
        self.told += self.connector.take_facts()
        replayed = None
        for fact in self.told:
            row = facts.encode(fact, "")
            replayed = facts.decode(row.stream, row.version, row.topic, row.state).mutate(replayed)
        assert vars(replayed) == vars(self.connector)
        assert vars(thaw(freeze(self.connector))) == vars(self.connector)


TestConnectorMachine = ConnectorMachine.TestCase

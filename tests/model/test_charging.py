from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.model.charging import PATIENCE, Assignment, Charging, Criteria
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

DEFAULT = Assignment(
    profile=1,
    connector=1,
    purpose="TxDefaultProfile",
    stack_level=0,
    transaction=None,
    content="{}",
    call="c1",
)
OF_TRANSACTION = replace(DEFAULT, profile=7, purpose="TxProfile", transaction=5, call="c7")
INSTALLED, REMOVED = Charging.Installed, Charging.Removed
PROMISED, DROPPED = Charging.Promised, Charging.PromiseDropped


def holding(*assignments):
    charging = Charging.begin("CP1", at=NOON)
    for each in assignments:
        charging.install(each, at=NOON)
    return charging


def promising(**what):
    charging = Charging.begin("CP1", at=NOON)
    promise(charging, at=NOON, **what)
    return charging


def promise(charging, *, at, **what):
    usual = {"id_tag": "ABC", "connector": 1, "stack_level": 0, "content": "{}", "call": "r1"}
    charging.promise(what.pop("profile", 7), **usual | what, at=at)


def started(charging, transaction=5, *, id_tag="ABC", connector=1, at=LATER):
    charging.start(transaction, id_tag=id_tag, connector=connector, started_at=at, at=LATER)


def test_what_is_accepted_is_installed():
    given(holding()).when(Charging.install, DEFAULT, at=NOON).then(
        (
            INSTALLED,
            {"profile": 1, "connector": 1, "purpose": "TxDefaultProfile", "call": "c1"},
        )
    )


def test_the_same_call_told_twice_installs_once():
    given(holding(DEFAULT)).when(Charging.install, DEFAULT, at=LATER).then()


@pytest.mark.parametrize(
    "other",
    [
        {"profile": 1, "connector": 2, "purpose": "TxProfile", "stack_level": 9},  # its id
        {"profile": 2},  # its place
    ],
)
def test_the_same_id_or_the_same_place_is_replaced(other):
    new = replace(DEFAULT, call="c2", **other)
    given(holding(DEFAULT)).when(Charging.install, new, at=LATER).then(
        (REMOVED, {"profile": 1, "reason": "replaced", "call": "c2"}),
        (INSTALLED, {"profile": new.profile, "call": "c2"}),
    )


@pytest.mark.parametrize(
    "other", [{"connector": 0}, {"connector": 2}, {"purpose": "TxProfile"}, {"stack_level": 1}]
)
def test_another_place_is_another_profile(other):
    new = replace(DEFAULT, profile=2, call="c2", **other)
    given(holding(DEFAULT)).when(Charging.install, new, at=LATER).then((INSTALLED, {"profile": 2}))


def test_a_profile_of_a_transaction_gives_way_to_another_of_the_same():
    same = replace(OF_TRANSACTION, profile=8, call="c8")
    given(holding(OF_TRANSACTION)).when(Charging.install, same, at=LATER).then(
        (REMOVED, {"profile": 7, "reason": "replaced"}), (INSTALLED, {"profile": 8})
    )
    another = replace(same, transaction=6)
    given(holding(OF_TRANSACTION)).when(Charging.install, another, at=LATER).then(
        (INSTALLED, {"profile": 8})
    )


def test_an_id_clears_one_whatever_else_is_said():
    both = holding(DEFAULT, OF_TRANSACTION)
    criteria = Criteria(profile=1, connector=9, purpose="TxProfile", stack_level=9)
    given(both).when(Charging.clear, criteria, call="x", at=LATER).then(
        (REMOVED, {"profile": 1, "reason": "cleared", "call": "x"})
    )


@pytest.mark.parametrize(
    ("criteria", "gone"),
    [
        (Criteria(), [1, 7]),
        (Criteria(connector=1), [1, 7]),
        (Criteria(connector=0), []),
        (Criteria(purpose="TxProfile"), [7]),
        (Criteria(purpose="TxProfile", stack_level=1), []),
        (Criteria(profile=0), []),
    ],
)
def test_criteria_must_all_be_met(criteria, gone):
    both = given(holding(DEFAULT, OF_TRANSACTION))
    both.when(Charging.clear, criteria, call="x", at=LATER)
    both.then(*((REMOVED, {"profile": profile}) for profile in gone))


def test_the_end_of_a_transaction_ends_its_profiles_once():
    ended = given(holding(DEFAULT, OF_TRANSACTION)).when(Charging.end, 5, at=LATER)
    ended.when(Charging.end, 5, at=LATER)
    ended.then((REMOVED, {"profile": 7, "reason": "transaction ended", "call": ""}))


def test_the_end_of_another_transaction_ends_nothing():
    given(holding(OF_TRANSACTION)).when(Charging.end, 6, at=LATER).then()


@pytest.mark.parametrize("connector", [0, 1])
def test_a_promise_is_kept_when_its_transaction_starts(connector):
    story = given(promising(connector=connector)).when(started, id_tag="abc")
    story.when(started, 6)
    story.then(
        (
            INSTALLED,
            {
                "profile": 7,
                "connector": 1,
                "purpose": "TxProfile",
                "transaction": 5,
                "call": "r1",
            },
        )
    )


@pytest.mark.parametrize(
    "start",
    [{"id_tag": "XYZ"}, {"connector": 2}, {"at": NOON - PATIENCE - timedelta(seconds=1)}],
    ids=["another token", "another connector", "long before"],
)
def test_another_start_leaves_a_promise_alone(start):
    given(promising()).when(started, **start).then()


def test_a_promise_lapses():
    late = NOON + PATIENCE + timedelta(seconds=1)
    given(promising()).when(started, at=late).when(started, 6, at=late).then(
        (DROPPED, {"profile": 7, "call": "r1", "reason": "lapsed"})
    )


def test_the_newest_promise_stands():
    story = given(promising()).when(promise, call="r2", profile=8, at=LATER)
    story.when(promise, call="r2", profile=8, at=LATER)
    story.when(started)
    story.then(
        (DROPPED, {"profile": 7, "reason": "replaced"}),
        (PROMISED, {"profile": 8, "call": "r2"}),
        (INSTALLED, {"profile": 8, "transaction": 5}),
    )


def test_promises_of_other_connectors_stand_beside_each_other():
    story = given(promising()).when(promise, call="r2", profile=8, connector=2, at=LATER)
    story.when(started).when(started, 6, connector=2)
    story.then(
        (PROMISED, {"profile": 8}),
        (INSTALLED, {"profile": 7, "connector": 1, "transaction": 5}),
        (INSTALLED, {"profile": 8, "connector": 2, "transaction": 6}),
    )


def test_a_snapshot_holds_all_of_it():
    charging = holding(DEFAULT, OF_TRANSACTION)
    promise(charging, at=NOON, profile=9)
    charging.collect_events()
    thawed = thaw(freeze(charging))
    assert vars(thawed)["installed"] == charging.installed
    assert vars(thawed)["promises"] == charging.promises


# --- against the words of the specification -----------------------------------------------

PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
FEW = st.integers(0, 2)


def place_of(held):
    return held.connector, held.purpose, held.stack_level, held.transaction


def without_id(held, criteria):
    return all(
        wanted in {None, value}
        for wanted, value in (
            (criteria.connector, held.connector),
            (criteria.purpose, held.purpose),
            (criteria.stack_level, held.stack_level),
        )
    )


@st.composite
def assignments(draw):
    purpose = draw(st.sampled_from(PURPOSES))
    return Assignment(
        profile=draw(FEW),
        connector=draw(FEW),
        purpose=purpose,
        stack_level=draw(FEW),
        transaction=draw(FEW) if purpose == "TxProfile" else None,
        content="{}",
        call=draw(st.uuids().map(str)),
    )


CRITERIA = st.builds(
    Criteria,
    profile=st.none() | FEW,
    connector=st.none() | FEW,
    purpose=st.none() | st.sampled_from(PURPOSES),
    stack_level=st.none() | FEW,
)


@drawn(st.lists(assignments() | CRITERIA | FEW, max_size=40))
def test_what_is_held_is_what_the_specification_says(happenings):
    charging, plain = Charging.begin("CP1", at=NOON), list[Assignment]()
    for each in happenings:
        if isinstance(each, Assignment):
            charging.install(each, at=NOON)
            plain = [
                held
                for held in plain
                if held.profile != each.profile and place_of(held) != place_of(each)
            ]
            plain.append(each)
        elif isinstance(each, Criteria):
            charging.clear(each, call="x", at=NOON)
            if each.profile is not None:
                plain = [held for held in plain if held.profile != each.profile]
            else:
                plain = [held for held in plain if not without_id(held, each)]
        else:
            charging.end(each, at=NOON)
            plain = [held for held in plain if held.transaction != each]
    assert charging.installed == {
        held.profile: {
            "connector": held.connector,
            "purpose": held.purpose,
            "stack_level": held.stack_level,
            "transaction": held.transaction,
            "call": held.call,
        }
        for held in plain
    }
    given(charging)

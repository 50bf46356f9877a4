"""LocalList: what the station confirmed, and how well that is known."""

import pytest

from domain.model.local_entries import Entry
from domain.model.local_list import LocalList
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

ANN, BOB = Entry("ANN"), Entry("Bob", "Blocked", "2027-01-01T00:00:00.000Z", "FAMILY")


def unheard():
    return LocalList.begin("CP1", at=NOON)


def confirmed():
    local_list = unheard()
    local_list.replace("c1", 4, (ANN, BOB), late=False, at=NOON)
    return local_list


def lost():
    local_list = confirmed()
    local_list.fail("c2", "Differential", 5, "timed_out", at=NOON)
    return local_list


def amend(story, call="c2", *changes, version=5, late=False):
    return story.when(LocalList.amend, call, version, changes, late=late, at=LATER)


def fail(story, status, call="c2"):
    return story.when(LocalList.fail, call, "Differential", 5, status, at=LATER)


def tell(story, version, *, late=False):
    return story.when(LocalList.tell, "c9", version, late=late, at=LATER)


def test_a_full_is_the_list_from_now_on():
    story = given(confirmed()).when(LocalList.replace, "c2", 9, (BOB,), late=False, at=LATER)
    story.then((LocalList.Replaced, {"version": 9}))
    assert story.aggregate.entries == {"bob": BOB}
    assert story.aggregate.trust == "confirmed"


def test_a_differential_adds_changes_and_removes_in_any_case():
    story = amend(given(confirmed()), "c2", Entry("ann", ""), Entry("BOB"), Entry("Eve"))
    story.then((LocalList.Amended, {"version": 5, "size": 2, "trust": "confirmed"}))
    assert story.aggregate.entries == {"bob": Entry("BOB"), "eve": Entry("Eve")}


def test_what_is_added_to_a_list_nobody_knows_leaves_it_unknown():
    amend(given(unheard()), "c2", ANN).then((LocalList.Amended, {"trust": "unknown"}))


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch", "NotSupported", "refused"])
def test_a_no_changes_nothing(status):
    story = fail(given(confirmed()), status)
    story.then((LocalList.Failed, {"status": status, "version": 5, "trust": "confirmed"}))
    assert story.aggregate.list_version == 4
    assert len(story.aggregate.entries) == 2


def test_silence_leaves_it_uncertain():
    fail(given(confirmed()), "timed_out").then((LocalList.Failed, {"trust": "uncertain"}))


def test_an_answer_that_comes_late_after_all_makes_it_certain_again():
    amend(given(lost()), "c2", late=True).then((LocalList.Amended, {"trust": "confirmed"}))
    fail(given(lost()), "Failed").then((LocalList.Failed, {"trust": "confirmed"}))


def test_only_a_full_ends_the_doubt_about_a_lost_answer():
    story = amend(given(lost()), "c3", ANN)
    story.then((LocalList.Amended, {"trust": "uncertain"}))
    story.when(LocalList.replace, "c4", 6, (ANN,), late=False, at=LATER)
    assert story.aggregate.trust == "confirmed"


def test_what_is_accepted_after_something_newer_was_is_doubted_once():
    local_list = lost()
    local_list.replace("c3", 6, (ANN,), late=False, at=NOON)
    story = amend(given(local_list), "c2", BOB, late=True)
    amend(story, "c2", BOB, late=True).then((LocalList.Doubted, {"call": "c2"}))
    assert story.aggregate.trust == "uncertain"
    assert story.aggregate.entries == {"ann": ANN}


def test_of_two_lost_answers_the_second_alone_does_not_end_the_doubt():
    local_list = lost()
    local_list.fail("c3", "Differential", 6, "timed_out", at=NOON)
    amend(given(local_list), "c3", late=True).then((LocalList.Amended, {"trust": "uncertain"}))


@pytest.mark.parametrize(
    ("version", "trust"),
    [(4, "confirmed"), (7, "uncertain"), (0, "confirmed"), (-1, "unsupported")],
)
def test_the_version_told_shows_whether_the_list_is_known(version, trust):
    story = tell(given(confirmed()), version)
    story.then((LocalList.Told, {"version": version, "trust": trust}))
    assert story.aggregate.list_version == version
    assert len(story.aggregate.entries) == (2 if version > 0 else 0)


@pytest.mark.parametrize(("version", "trust"), [(3, "unknown"), (0, "confirmed")])
def test_of_a_list_nobody_knows_the_version_does_not_tell_what_is_on_it(version, trust):
    tell(given(unheard()), version).then((LocalList.Told, {"trust": trust}))


def test_a_version_told_late_is_of_the_past():
    tell(given(confirmed()), 3, late=True).then()


def test_a_conflict_is_noted():
    (
        given(confirmed())
        .when(LocalList.conflict, 2, at=LATER)
        .then((LocalList.Conflicted, {"connector": 2}))
    )


def test_the_fallback_is_switched_once():
    (
        given(unheard())
        .when(LocalList.switch_fallback, on=False, by="olga", at=LATER)
        .when(LocalList.switch_fallback, on=True, by="olga", at=LATER)
        .when(LocalList.switch_fallback, on=True, by="olga", at=LATER)
        .then((LocalList.FallbackSwitched, {"on": True, "by": "olga"}))
    )


def test_a_snapshot_holds_all_that_is_known():
    local_list = lost()
    local_list.take_facts()
    assert vars(thaw(freeze(local_list))) == vars(local_list)

"""Access: what lets a station in, while passwords and security profiles change."""

import pytest

from domain.model.access import Access
from tests.model.story import LATER, NOON, given

OLD, NEW, NEWER = "k0", "k1", "k2"


def access(profile: int = 2, credential: str = OLD) -> Access:
    return Access.begin("CP1", profile=profile, credential=credential, at=NOON)


def offered(*credentials: str, profile: int = 2, credential: str = OLD) -> Access:
    """By calls that are named like them."""
    made = access(profile, credential)
    for each in credentials:
        made.offer(f"call {each}", each, at=NOON)
    return made


def test_a_station_with_a_password_and_no_profile_needs_its_password():
    assert access(profile=0).profile == 1
    assert access(profile=0, credential="").profile == 0


def test_a_password_on_its_way_fits_beside_the_old_one():
    assert offered(NEW).passwords == (OLD, NEW)
    given(offered(NEW)).when(Access.offer, f"call {NEW}", NEW, at=LATER).then()


def test_an_accepted_password_is_the_only_one():
    story = given(offered(NEW)).when(Access.accept, f"call {NEW}", NEW, at=LATER)
    story.then((Access.Adopted, {"credential": NEW}))
    assert story.aggregate.passwords == (NEW,)
    story.when(Access.accept, f"call {NEW}", NEW, at=LATER).then((Access.Adopted, {}))


def test_a_rejected_password_comes_to_nothing():
    story = given(offered(NEW)).when(Access.drop, f"call {NEW}", "Rejected", at=LATER)
    story.then((Access.Dropped, {"credential": NEW, "reason": "Rejected"}))
    assert story.aggregate.passwords == (OLD,)


@pytest.mark.parametrize(("used", "fact"), [(OLD, Access.Dropped), (NEW, Access.Adopted)])
def test_without_an_answer_both_fit_until_one_is_used(used, fact):
    made = offered(NEW)
    made.doubt(f"call {NEW}", at=NOON)
    assert made.passwords == (OLD, NEW)
    story = given(made).when(Access.enter, 2, used, at=LATER).then((fact, {"credential": NEW}))
    assert story.aggregate.passwords == (used,)


def test_the_old_one_may_be_used_while_the_new_one_is_still_to_be_sent():
    given(offered(NEW)).when(Access.enter, 2, OLD, at=LATER).then()


def test_a_new_one_that_is_used_before_the_answer_needs_no_answer():
    story = given(offered(NEW)).when(Access.enter, 2, NEW, at=LATER)
    for decision in (Access.accept, Access.defer):
        story.when(decision, f"call {NEW}", NEW, at=LATER)
    story.when(Access.doubt, f"call {NEW}", at=LATER)
    story.then((Access.Adopted, {"credential": NEW}))


def test_one_that_waits_for_a_reboot_stands_beside_the_old_one_until_it_is_used():
    story = given(offered(NEW)).when(Access.defer, f"call {NEW}", NEW, at=LATER)
    story.when(Access.enter, 2, OLD, at=LATER).then((Access.Deferred, {}))
    assert story.aggregate.passwords == (OLD, NEW)
    story.when(Access.enter, 2, NEW, at=LATER)
    assert [*story.aggregate.passwords] == [NEW]


def test_of_two_the_accepted_one_leaves_what_came_after_it():
    story = given(offered(NEW, NEWER)).when(Access.accept, f"call {NEW}", NEW, at=LATER)
    assert story.aggregate.passwords == (NEW, NEWER)
    story.when(Access.accept, f"call {NEWER}", NEWER, at=LATER)
    assert [*story.aggregate.passwords] == [NEWER]


def test_of_two_the_later_one_replaces_the_earlier_one():
    story = given(offered(NEW, NEWER)).when(Access.accept, f"call {NEWER}", NEWER, at=LATER)
    story.then(
        (Access.Dropped, {"credential": NEW, "reason": "replaced by a later one"}),
        (Access.Adopted, {"credential": NEWER}),
    )


def test_one_that_was_given_up_and_is_accepted_late_is_open_again():
    made = offered(NEW)
    made.doubt(f"call {NEW}", at=NOON)
    made.enter(2, OLD, at=NOON)
    story = given(made).when(Access.accept, f"call {NEW}", NEW, at=LATER)
    story.then((Access.Offered, {"credential": NEW}), (Access.Doubted, {}))
    assert story.aggregate.passwords == (OLD, NEW)


def test_an_operator_who_sets_a_password_ends_what_is_in_doubt():
    made = offered(NEW, NEWER)
    made.doubt(f"call {NEW}", at=NOON)
    story = given(made).when(Access.set_password, "k9", by="olga", at=LATER)
    story.then((Access.Dropped, {"credential": NEW}), (Access.PasswordSet, {"credential": "k9"}))
    assert story.aggregate.passwords == ("k9", NEWER)
    story.when(Access.set_password, "k9", by="olga", at=LATER)
    assert len(story.aggregate.pending_events) == 2


@pytest.mark.parametrize(
    ("profile", "credential", "objection"),
    [
        (2, OLD, ""),
        (2, "k9", "not valid"),
        (2, "", "not valid"),
        (1, OLD, "security profile 1 is not the station's, which is 2"),
        (3, "", "security profile 3"),
        (0, "", "security profile 0"),
    ],
)
def test_a_station_comes_with_its_profile_and_its_password(profile, credential, objection):
    said = access().objection(profile, credential)
    assert objection in said
    assert bool(objection) == bool(said)


def test_a_higher_profile_is_as_good_until_it_is_used_then_the_only_one():
    story = given(access(1)).when(Access.expect, "c", 2, at=LATER)
    story.then((Access.UpgradeExpected, {"profile": 2, "call": "c"}))
    assert story.aggregate.objection(1, OLD) == story.aggregate.objection(2, OLD) == ""
    story.when(Access.enter, 1, OLD, at=LATER).when(Access.enter, 2, OLD, at=LATER)
    assert story.aggregate.objection(1, OLD)
    assert story.aggregate.objection(2, OLD) == ""


def test_a_higher_profile_still_needs_the_password():
    made = access(1)
    made.expect("c", 2, at=NOON)
    assert made.objection(2, "") != ""


@pytest.mark.parametrize("profile", [0, 1, 2, 4, -1])
def test_no_call_lowers_a_profile(profile):
    given(access(2)).when(Access.expect, "c", profile, at=LATER).then()


def test_an_upgrade_that_is_refused_is_over():
    made = access(1)
    made.expect("c", 2, at=NOON)
    story = given(made).when(Access.give_up, "another", "Rejected", at=LATER).then()
    story.when(Access.give_up, "c", "Rejected", at=LATER)
    story.then((Access.UpgradeDropped, {"profile": 2, "reason": "Rejected"}))


def test_an_operator_may_lower_a_profile():
    made = access(2)
    made.expect("c", 3, at=NOON)
    story = given(made).when(Access.set_profile, 1, by="olga", at=LATER)
    story.then((Access.ProfileSet, {"profile": 1, "by": "olga"}))
    assert story.aggregate.objection(3, "")
    story.when(Access.set_profile, 1, by="olga", at=LATER).then((Access.ProfileSet, {}))


def test_a_first_password_may_be_used_or_not_until_it_was_used_once():
    story = given(offered(NEW, profile=0, credential=""))
    story.when(Access.accept, f"call {NEW}", NEW, at=LATER)
    story.then((Access.Adopted, {}), (Access.UpgradeExpected, {"profile": 1}))
    assert story.aggregate.objection(0, "") == story.aggregate.objection(1, NEW) == ""
    story.when(Access.enter, 0, "", at=LATER).when(Access.enter, 1, NEW, at=LATER)
    assert story.aggregate.objection(0, "")


def test_a_first_password_may_still_be_used_when_a_higher_profile_came_to_nothing():
    made = offered(NEW, profile=0, credential="")
    made.accept(f"call {NEW}", NEW, at=NOON)
    made.expect("c", 2, at=NOON)
    story = given(made).when(Access.give_up, "c", "Rejected", at=LATER)
    story.then((Access.UpgradeDropped, {"profile": 2}), (Access.UpgradeExpected, {"profile": 1}))


def test_nothing_lets_a_removed_station_in():
    story = given(offered(NEW)).when(Access.empty, by="olga", at=LATER)
    assert story.aggregate.passwords == ()
    assert story.aggregate.objection(2, OLD)


def test_the_last_connections_that_were_turned_away_are_known():
    made = access()
    for number in range(20):
        made.turn_away(number, "why", at=NOON)
    assert given(made).aggregate.turned_away == [12, 13, 14, 15, 16, 17, 18, 19]

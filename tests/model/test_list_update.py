"""ListUpdate: parts go one by one, and only after the one before was accepted."""

import pytest

from domain.model.list_update import ListUpdate, part_id
from tests.model.story import LATER, NOON, given

FIRST, SECOND = part_id("u", 1), part_id("u", 2)


def planned(*payloads):
    update = ListUpdate.begin("CP1", at=NOON)
    if payloads:
        update.plan("u", payloads, part_size=2, ttl=60, timeout=30, by="olga", at=NOON)
    return update


def test_the_first_part_is_due_at_once():
    update = given(planned("one", "two")).aggregate
    assert (update.call, update.payload, update.rest) == (FIRST, "one", ["two"])


def test_the_next_part_follows_the_one_that_was_accepted():
    story = given(planned("one", "two")).when(ListUpdate.advance, FIRST, at=LATER)
    story.then((ListUpdate.Advanced, {"update": "u", "part": 2}))
    assert story.answer is True
    assert (story.aggregate.call, story.aggregate.payload) == (SECOND, "two")


def test_the_last_part_ends_it():
    story = given(planned("one")).when(ListUpdate.advance, FIRST, at=LATER)
    story.then((ListUpdate.Finished, {"update": "u"}))
    assert story.answer is False
    assert not story.aggregate.under_way


def test_a_part_that_failed_ends_it_and_says_why():
    (
        given(planned("one", "two"))
        .when(ListUpdate.fail, FIRST, "VersionMismatch", at=LATER)
        .when(ListUpdate.advance, FIRST, at=LATER)
        .then((ListUpdate.Abandoned, {"reason": "part 1 of 2: VersionMismatch"}))
    )


def test_a_list_from_elsewhere_ends_it():
    story = given(planned("one", "two")).when(ListUpdate.advance, "raw", at=LATER)
    story.then((ListUpdate.Abandoned, {"reason": "another list was accepted in between"}))
    assert story.answer is False


@pytest.mark.parametrize("update", [planned(), planned("one")])
def test_a_failure_of_something_else_is_nothing_to_it(update):
    given(update).when(ListUpdate.fail, "raw", "Failed", at=LATER).then()


def test_nothing_is_abandoned_when_nothing_is_under_way():
    given(planned()).when(ListUpdate.abandon, "why", at=LATER).then()


def test_calls_of_updates_are_never_the_same():
    assert len({FIRST, SECOND, part_id("v", 1), part_id("v", 2)}) == 4

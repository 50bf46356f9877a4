"""Acknowledging many deliveries with few frames, and never one too many."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.broker.subscription import Held


def held(tags: int) -> Held:
    line = Held(1)
    for tag in range(1, tags + 1):
        line.add(tag)
    return line


def test_the_oldest_are_acknowledged_together() -> None:
    line = held(5)
    line.done([3, 1, 2])
    assert line.take() == [(3, True)]


def test_one_that_overtook_others_is_acknowledged_alone() -> None:
    line = held(5)
    line.done([1, 3, 5])
    assert line.take() == [(1, True), (3, False), (5, False)]


def test_nothing_is_acknowledged_twice_and_nothing_unknown() -> None:
    line = held(2)
    line.done([1, 99])
    assert line.take() == [(1, True)]
    line.done([1])
    assert line.take() == []


@given(st.lists(st.sets(st.integers(1, 20))))
def test_the_broker_hears_of_what_is_done_and_of_nothing_else(rounds: list[set[int]]) -> None:
    line, open_tags, done = held(20), set(range(1, 21)), set[int]()
    for tags in rounds:
        line.done(tags)
        done |= tags
        for tag, multiple in line.take():
            open_tags -= {each for each in open_tags if each <= tag} if multiple else {tag}
        assert open_tags == set(range(1, 21)) - done

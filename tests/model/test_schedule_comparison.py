import pytest

from domain.model.schedule import Limit
from domain.model.schedule_comparison import Difference, differences, exceeds, limit_at

STEPS = (Limit(0, 16, 3), Limit(60, 8, 3), Limit(90, None))


@pytest.mark.parametrize(
    ("second", "limit"), [(0, 16), (59, 16), (60, 8), (90, None), (1000, None), (-1, 16)]
)
def test_a_limit_holds_until_the_next_one(second, limit):
    assert limit_at(STEPS, second) == limit


def test_equal_schedules_do_not_differ_however_their_periods_are_cut():
    other = (Limit(0, 16.04, 1), Limit(30, 16), Limit(60, 8), Limit(90, None), Limit(95, None))
    assert differences(STEPS, other, start=0, until=100) == []


def test_a_difference_lasts_while_its_values_do():
    other = (Limit(0, 10, 3), Limit(30, 10, 1), Limit(80, 8, 3))
    assert differences(STEPS, other, start=0, until=100) == [
        Difference(0, 60, 16, 10),
        Difference(60, 80, 8, 10),
        Difference(90, 100, None, 8),
    ]


def test_only_the_seconds_that_both_speak_of_are_compared():
    other = (Limit(0, 10, 3),)
    assert differences(STEPS, other, start=50, until=70) == [
        Difference(50, 60, 16, 10),
        Difference(60, 70, 8, 10),
    ]
    assert differences(STEPS, other, start=70, until=70) == []


def test_a_tenth_is_a_difference_and_less_is_none():
    assert differences((Limit(0, 10.1),), (Limit(0, 10),), start=0, until=5)
    assert not differences((Limit(0, 10.09),), (Limit(0, 10),), start=0, until=5)


@pytest.mark.parametrize(
    ("drawn", "limit", "over"),
    [(10.6, 10, False), (10.61, 10, True), (0.1, 0, False), (0.2, 0, True), (99, None, False)],
)
def test_more_than_the_tolerance_above_the_limit_exceeds_it(drawn, limit, over):
    assert exceeds(drawn, limit, percent=5) is over

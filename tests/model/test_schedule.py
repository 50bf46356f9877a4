"""What profiles together allow, by example."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.model.schedule import (
    Limit,
    Period,
    Plan,
    Session,
    Supply,
    TooMuch,
    composite,
    composite_of_station,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plan(*periods, **members):
    """A default of connector 1 from noon on, in amperes; periods as (start, limit)."""
    usual: dict[str, Any] = {
        "id": 1,
        "connector": 1,
        "purpose": "TxDefaultProfile",
        "stack_level": 0,
        "kind": "Absolute",
        "unit": "A",
        "start": NOON,
        "periods": tuple(Period(*each) for each in periods),
    }
    return Plan(**usual | members)


def limits(
    *plans, begin=NOON, duration=100, unit="A", supply=None, since=None, transaction=None, at=1
):
    found = composite(
        plans,
        connector=at,
        begin=begin,
        duration=duration,
        unit=unit,
        supply=supply or Supply(),
        charging_since=since,
        transaction=transaction,
    )
    return [(each.start, each.limit) for each in found]


def test_without_profiles_there_is_one_period_without_a_limit():
    assert limits() == [(0, None)]


def test_periods_follow_each_other_and_the_last_one_stays_open():
    assert limits(plan((0, 16), (40, 8))) == [(0, 16), (40, 8)]


def test_after_its_duration_a_profile_says_nothing():
    assert limits(plan((0, 16), duration=30)) == [(0, 16), (30, None)]


def test_before_its_start_a_profile_says_nothing():
    assert limits(plan((0, 16), start=NOON + timedelta(seconds=10))) == [(0, None), (10, 16)]


def test_a_window_may_begin_in_the_middle_of_a_schedule():
    asked = NOON + timedelta(seconds=30)
    assert limits(plan((0, 16), (40, 8), duration=60), begin=asked) == [
        (0, 16),
        (10, 8),
        (30, None),
    ]


def test_a_fraction_of_a_second_counts_from_the_next_whole_one():
    late = NOON + timedelta(milliseconds=1)
    assert limits(plan((0, 16), (40, 8), start=late)) == [(0, None), (1, 16), (41, 8)]


def test_the_higher_level_wins_and_the_lower_shows_through_where_it_is_over():
    low, high = plan((0, 10)), plan((0, 20), stack_level=1, duration=30, id=2)
    assert limits(low, high) == [(0, 20), (30, 10)]


def test_outside_its_validity_a_profile_does_not_count():
    high = plan(
        (0, 20),
        stack_level=1,
        valid_from=NOON + timedelta(seconds=10),
        valid_to=NOON + timedelta(seconds=20),
    )
    assert limits(plan((0, 10)), high) == [(0, 10), (10, 20), (20, 10)]


def test_the_default_of_a_connector_goes_before_that_of_the_station_whatever_its_level():
    of_all = plan((0, 6), connector=0, stack_level=9)
    own = plan((0, 20), duration=50)
    assert limits(of_all, own) == [(0, 20), (50, 6)]
    assert limits(of_all, own, at=2) == [(0, 6)]


def test_the_profile_of_the_transaction_goes_before_the_default():
    own = plan((0, 32), purpose="TxProfile", transaction=7, duration=50)
    default = plan((0, 10), stack_level=9)
    assert limits(own, default, transaction=7) == [(0, 32), (50, 10)]
    assert limits(own, default, transaction=8) == [(0, 10)]
    assert limits(own, default) == [(0, 10)]


def test_a_profile_that_names_no_transaction_is_of_the_one_that_runs():
    own = plan((0, 32), purpose="TxProfile")
    assert limits(own, transaction=7) == [(0, 32)]
    assert limits(own) == [(0, None)]


def test_the_maximum_of_the_station_caps_everything():
    most = plan((0, 16), (50, 40), purpose="ChargePointMaxProfile", connector=0)
    assert limits(plan((0, 20)), most) == [(0, 16), (50, 20)]
    assert limits(most) == [(0, 16), (50, 40)]


def test_a_relative_profile_begins_with_the_charging_and_before_that_at_once():
    relative = plan((0, 16), (60, 8), kind="Relative", start=None)
    assert limits(relative, since=NOON - timedelta(seconds=50)) == [(0, 16), (10, 8)]
    assert limits(relative) == [(0, 16), (60, 8)]


def test_a_schedule_without_a_start_counts_from_the_charging():
    assert limits(plan((0, 16), (60, 8), start=None), since=NOON - HOUR) == [(0, 8)]


def test_a_daily_schedule_begins_anew_every_24_hours():
    daily = plan(
        (0, 6), (8 * 3600, 16), kind="Recurring", recurrency="Daily", start=NOON - 100 * HOUR
    )
    assert limits(daily, duration=86_400) == [(0, 6), (4 * 3600, 16), (20 * 3600, 6)]


def test_a_weekly_schedule_rests_until_its_week_is_over():
    weekly = plan(
        (0, 6),
        kind="Recurring",
        recurrency="Weekly",
        duration=3600,
        start=NOON - 7 * 24 * HOUR - HOUR / 2,
    )
    assert limits(weekly, duration=8 * 86_400) == [
        (0, 6),
        (1800, None),
        (7 * 86_400 - 1800, 6),
        (7 * 86_400 + 1800, None),
    ]


def test_a_duration_longer_than_the_day_is_cut_where_it_recurs():
    daily = plan(
        (0, 6), (86_000, 9), (90_000, 1), kind="Recurring", recurrency="Daily", duration=100_000
    )
    assert limits(daily, duration=2 * 86_400) == [
        (0, 6),
        (86_000, 9),
        (86_400, 6),
        (86_400 + 86_000, 9),
    ]


@pytest.mark.parametrize("day", [datetime(2026, 3, 28), datetime(2026, 10, 24)])  # noqa: DTZ001
def test_where_clocks_change_a_day_still_has_24_hours(day):
    start = day.replace(hour=12, tzinfo=ZoneInfo("Europe/Berlin"))
    daily = plan((0, 6), (3600, 16), kind="Recurring", recurrency="Daily", start=start)
    asked = start.astimezone(UTC)
    in_utc = limits(daily, begin=asked, duration=2 * 86_400)
    assert in_utc == [(0, 6), (3600, 16), (86_400, 6), (90_000, 16)]
    assert limits(daily, begin=start, duration=2 * 86_400) == in_utc


def test_amperes_become_watts_of_their_phases_and_back():
    amperes = plan((0, 16, 1), (50, 16))
    assert limits(amperes, unit="W") == [(0, 16 * 230), (50, 16 * 690)]
    assert limits(plan((0, 6900), unit="W")) == [(0, 10)]
    assert limits(plan((0, 2300, 1), unit="W"), supply=Supply(115)) == [(0, 20)]
    assert limits(plan((0, 2300), unit="W"), supply=Supply(230, 1)) == [(0, 10)]


def both_units(*plans, **more):
    """Limit and phases of the only period, in amperes and in watts."""
    told = []
    for unit in "AW":
        [found] = composite(
            plans,
            connector=1,
            begin=NOON,
            duration=100,
            unit=unit,
            supply=Supply(),
            charging_since=None,
            transaction=None,
            **more,
        )
        told.append((found.limit, found.phases))
    return told


def test_the_fewest_phases_of_those_who_limit_count_for_all_of_them():
    most = plan((0, 11_000), purpose="ChargePointMaxProfile", connector=0, unit="W")
    assert both_units(plan((0, 16, 1)), most) == [(16, 1), (3680, 1)]
    most = plan((0, 10), purpose="ChargePointMaxProfile", connector=0)
    assert both_units(plan((0, 16, 1)), most) == [(10, 1), (2300, 1)]
    assert both_units(plan((0, 2070), unit="W"), most) == [(3, 3), (2070, 3)]


@pytest.mark.parametrize("absurd", [1e308, float("inf"), float("nan")])
def test_a_limit_that_is_no_number_limits_nothing_and_hides_what_it_outranks(absurd):
    assert both_units(plan((0, absurd)))[1] == (None, None)
    most = plan((0, 10), purpose="ChargePointMaxProfile", connector=0)
    own = plan((0, absurd, 1), stack_level=1, id=2)
    if absurd != 1e308:
        assert both_units(own, plan((0, 6)), most) == [(10, 3), (6900, 3)]


def test_what_is_too_much_to_compute_is_said_so():
    steps = [(second, second % 7) for second in range(5000)]
    daily = plan(*steps, kind="Recurring", recurrency="Daily")
    assert len(limits(daily, duration=86_400)) == 5000
    with pytest.raises(TooMuch, match="too much to compute"):
        limits(daily, duration=31 * 86_400)


def test_what_a_higher_level_hides_all_along_is_not_computed():
    steps = [(second, second % 7) for second in range(3000)]
    hidden = [plan(*steps, stack_level=level, id=level) for level in range(30)]
    assert limits(*hidden, plan((0, 16), stack_level=99)) == [(0, 16)]
    always = plan((0, 16), stack_level=99, kind="Recurring", recurrency="Daily")
    assert limits(*hidden, always, duration=31 * 86_400) == [(0, 16)]


def test_neighbours_that_say_the_same_are_one_and_name_all_who_say_so():
    first, then = plan((0, 16), (10, 16), stack_level=1, duration=20, id=5), plan((0, 16), id=4)
    found = composite(
        [first, then],
        connector=1,
        begin=NOON,
        duration=60,
        unit="A",
        supply=Supply(),
        charging_since=None,
        transaction=None,
    )
    assert found == (Limit(0, 16, 3),)
    assert found[0].plans == (5, 4)


@pytest.mark.parametrize(
    "strange",
    [
        plan(),
        plan((0, 16), duration=0),
        plan((0, 16), duration=-5),
        plan((0, 16), valid_to=NOON),
        plan((0, 16), valid_from=NOON + HOUR, valid_to=NOON - HOUR),
        plan((0, 16), purpose="ChargePointMaxProfile"),
        plan((0, 16), purpose="Nonsense"),
    ],
)
def test_what_can_never_count_limits_nothing(strange):
    assert limits(strange) == [(0, None)]


def test_raw_calls_may_mix_up_periods():
    assert limits(plan((40, 8), (0, 16))) == [(0, 16), (40, 8)]
    assert limits(plan((10, 16))) == [(0, None), (10, 16)]
    assert limits(plan((-10, 16, 0)), begin=NOON - timedelta(seconds=5)) == [(0, None), (5, 16)]


def of_station(*plans, sessions=(1, 2), unit="A"):
    found = composite_of_station(
        plans,
        sessions=[Session(connector=number) for number in sessions],
        begin=NOON,
        duration=100,
        unit=unit,
        supply=Supply(),
    )
    return [(each.start, each.limit) for each in found]


def test_the_station_may_draw_what_its_connectors_may_together():
    assert of_station(plan((0, 16)), plan((0, 10), (50, 6), connector=2)) == [(0, 26), (50, 22)]
    assert of_station(plan((0, 16), connector=0), sessions=(1, 2, 3)) == [(0, 48)]


def test_a_connector_without_a_limit_leaves_the_station_to_its_maximum():
    most = plan((0, 63), purpose="ChargePointMaxProfile", connector=0, duration=50)
    assert of_station(plan((0, 16))) == [(0, None)]
    assert of_station(plan((0, 16)), most) == [(0, 63), (50, None)]
    assert of_station(plan((0, 16), connector=0), plan((0, 63)), most) == [(0, 63), (50, 79)]
    assert of_station(most, sessions=()) == [(0, 63), (50, None)]

"""The composite schedule of whatever is installed, against a slow evaluator of its own."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.model.schedule import Period, Plan, Supply, composite
from tests.model import second_by_second

_WINDOW = 90  # s
_BEGIN = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
_NEAR = st.integers(-60, 60).map(lambda seconds: _BEGIN + timedelta(seconds=seconds))
_MOMENTS = st.tuples(_NEAR, st.sampled_from([0, 250, 999])).map(
    lambda pair: pair[0] + timedelta(milliseconds=pair[1])
)
_PERIODS = st.lists(
    st.tuples(
        st.integers(0, 80) | st.integers(86_340, 86_400),
        st.integers(0, 320).map(lambda tenths: tenths / 10),
        st.sampled_from([None, 1, 2, 3]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each[0],
).map(lambda found: tuple(Period(*each) for each in sorted(found)))


@st.composite
def installed(draw):
    kind = draw(st.sampled_from(["Absolute", "Recurring", "Relative"]))
    recurrency = draw(st.sampled_from(["Daily", "Weekly"])) if kind == "Recurring" else ""
    days = draw(st.sampled_from([0, 1, 6, 7, 14])) if recurrency else 0
    start = None if kind == "Relative" else draw(_MOMENTS) - timedelta(days=days)
    return Plan(
        id=0,
        connector=draw(st.sampled_from([0, 1])),
        purpose=draw(st.sampled_from(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"])),
        stack_level=0,
        kind=kind,
        recurrency=recurrency,
        unit=draw(st.sampled_from("AW")),
        start=start,
        duration=draw(st.none() | st.integers(0, 100) | st.integers(86_350, 90_000)),
        valid_from=draw(st.none() | st.none() | _MOMENTS),
        valid_to=draw(st.none() | st.none() | _MOMENTS),
        transaction=draw(st.sampled_from([7, 8])),
        periods=draw(_PERIODS),
    )


_INSTALLED = st.lists(installed(), min_size=2, max_size=8).map(
    lambda found: [
        Plan(**{name: getattr(each, name) for name in Plan.__slots__} | {"id": n, "stack_level": n})
        for n, each in enumerate(found)
    ]
)


_SUPPLIES = st.sampled_from([(230.0, 3), (230.0, 1), (120.0, 2)])


@given(
    _INSTALLED,
    st.sampled_from([1, 1, 2]),
    st.sampled_from("AW"),
    _SUPPLIES,
    st.none() | _MOMENTS,
    st.sampled_from([None, 7]),
)
@settings(max_examples=400)
def test_each_second_is_allowed_what_the_slow_way_finds(
    plans, connector, unit, supply, since, transaction
):
    found = composite(
        plans,
        connector=connector,
        begin=_BEGIN,
        duration=_WINDOW,
        unit=unit,
        supply=Supply(*supply),
        charging_since=since,
        transaction=transaction,
    )
    expected = [
        second_by_second.allowed(
            plans, connector, moment, since or _BEGIN, transaction, unit, *supply
        )
        for moment in second_by_second.each_second(_BEGIN, _WINDOW)
    ]
    _agree(_spread(found), expected)
    said = [(each.limit, each.phases) for each in found]
    assert all(one != other for one, other in pairwise(said))
    assert [each.start for each in found] == sorted({each.start for each in found})


@given(_INSTALLED, _SUPPLIES, st.none() | _MOMENTS, st.sampled_from([None, 7]))
def test_amperes_and_watts_are_the_same_power(plans, supply, since, transaction):
    amperes, watts = (
        _spread(
            composite(
                plans,
                connector=1,
                begin=_BEGIN,
                duration=_WINDOW,
                unit=unit,
                supply=Supply(*supply),
                charging_since=since,
                transaction=transaction,
            )
        )
        for unit in "AW"
    )
    power = [each and (each[0] * supply[0] * each[1], each[1]) for each in amperes]
    _agree(power, watts)


def _spread(found):
    """Limit and phases of every second."""
    ends = [each.start for each in found[1:]] + [_WINDOW]
    spread = []
    for each, end in zip(found, ends, strict=True):
        spread += [None if each.limit is None else (each.limit, each.phases)] * (end - each.start)
    return spread


def _agree(spread, expected):
    assert [each is None for each in spread] == [each is None for each in expected]
    for ours, theirs in zip(spread, expected, strict=True):
        if ours is not None:
            assert ours[0] == pytest.approx(theirs[0])
            assert ours[1] == theirs[1]

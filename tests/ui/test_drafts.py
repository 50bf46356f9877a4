"""A charging profile while it is written: what is said of it, and the line that is drawn."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commands.ui.pages.charging_profiles import draft as drafts

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def written(*periods, **more):
    draft: dict[str, Any] = drafts.blank()
    schedule = {name: more.pop(name) for name in ("start", "duration", "min_rate") if name in more}
    limits = [{"start": start, "limit": limit, "phases": None} for start, limit in periods]
    draft["schedule"] = {**draft["schedule"], "periods": limits, **schedule}
    return draft | more


def drawn(draft):
    return [
        (seconds(begin), seconds(end), limit) for begin, end, limit in drafts.spans(draft, NOON)
    ]


def seconds(at):
    return (datetime.fromisoformat(at) - NOON).total_seconds()


def test_nothing_is_wrong_with_what_a_new_one_begins_as():
    assert drafts.faults(drafts.blank()) == {}


@pytest.mark.parametrize(
    ("draft", "place"),
    [
        (written((60, 16.0)), "schedule.periods.0.start"),
        (written((0, 16.0), (0, 8.0)), "schedule.periods.1.start"),
        (written((0, 16.0), ("x", 8.0)), "schedule.periods.1.start"),
        (written((0, 8.55)), "schedule.periods.0.limit"),
        (written((0, -1)), "schedule.periods.0.limit"),
        (written((0, None)), "schedule.periods.0.limit"),
        (written((0, 16.0), (60, 8.0), duration=60), "schedule.duration"),
        (written((0, 16.0), min_rate=0.25), "schedule.min_rate"),
        (written((0, 16.0), stack_level=-1), "stack_level"),
        (written((0, 16.0), kind="Recurring", start="2026-05-01T00:00:00Z"), "recurrency"),
        (written((0, 16.0), kind="Recurring", recurrency="Daily"), "schedule.start"),
        (
            written((0, 1), valid_from="2026-05-02T00:00:00Z", valid_to="2026-05-01T00:00:00Z"),
            "valid_to",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(draft, place):
    assert list(drafts.faults(draft)) == [place]


def test_without_a_start_it_is_drawn_from_now_and_its_last_period_for_an_hour():
    assert drawn(written((0, 16.0), (600, 8.0))) == [(0, 600, 16), (600, 4200, 8)]


def test_with_a_duration_it_ends_then():
    assert drawn(written((0, 16.0), (600, 8.0), duration=900)) == [(0, 600, 16), (600, 900, 8)]


def test_one_that_recurs_is_drawn_twice_from_the_last_time_it_began():
    daily = written(
        (0, 16.0), kind="Recurring", recurrency="Daily", start="2026-04-20T10:00:00+00:00"
    )
    assert drawn(daily) == [(-7200, 79_200, 16), (79_200, 165_600, 16)]


def test_the_line_is_interrupted_where_it_is_not_valid():
    draft = written((0, 16.0), duration=600, valid_from="2026-05-01T12:01:00Z")
    assert drawn(draft | {"valid_to": "2026-05-01T12:05:00Z"}) == [
        (0, 60, None),
        (60, 300, 16),
        (300, 600, None),
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("90", 90), ("8:00", 28_800), ("0:01:30", 90), ("8h", "8h")]
)
def test_a_length_of_time_is_read_in_seconds_or_as_on_a_clock(text, value):
    assert drafts.seconds(text) == value


def test_a_length_of_time_is_shown_as_on_a_clock():
    assert [drafts.clock(each) for each in (28_800, 90, None, "x")] == [
        "8:00:00",
        "0:01:30",
        "",
        "x",
    ]

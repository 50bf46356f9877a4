"""Times of stations: any fraction, any offset, none at all; and our own."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ocpp import times

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "flaw"),
    [
        ("2026-05-01T12:00:00Z", NOON, ""),
        ("2026-05-01t12:00:00z", NOON, ""),
        ("2026-05-01T12:00:00.5Z", NOON.replace(microsecond=500_000), ""),
        ("2026-05-01T12:00:00.123456789Z", NOON.replace(microsecond=123_457), ""),
        ("2026-05-01T11:59:59.9999999Z", NOON, ""),
        ("2026-05-01T14:00:00+02:00", NOON, ""),
        ("2026-05-01T14:00:00+0200", NOON, ""),
        ("2026-05-01T14:00:00+02", NOON, ""),
        ("2026-05-01T06:30:00-05:30", NOON, ""),
        ("2026-05-01 12:00:00Z", NOON, ""),
        ("2026-05-01T12:00:00,5Z", NOON.replace(microsecond=500_000), ""),
        ("2026-05-01T12:00:00", NOON, "has no time zone"),
        ("2026-05-01T12:00Z", NOON, "has no seconds"),
        ("2026-05-01T12:00:60Z", NOON.replace(second=59), "has a second too many"),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC), ""),
        ("2022-02-29T12:00:00Z", None, "is no possible time"),
        ("2026-05-01T24:30:00Z", None, "is no possible time"),
        ("0001-01-01T00:00:00+14:00", None, "is no possible time"),
        ("2026-05-01T12:00:00+99:99", None, "is no possible time"),
        ("", None, "is no time"),
        ("yesterday", None, "is no time"),
        ("2026-05-01", None, "is no time"),
        ("1777636800", None, "is no time"),
        ("٢٠٢٦-05-01T12:00:00Z", None, "is no time"),  # digits, but not ours
    ],
)
def test_a_time_is_read_whatever_its_form(text: str, moment: datetime | None, flaw: str):
    assert times.read(text) == (moment, flaw)


@given(st.text())
def test_no_text_is_too_strange(text: str):
    times.read(text)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), st.text("0123456789", max_size=12))  # noqa: DTZ001 - it gets a zone
def test_times_are_read_as_the_fast_decoder_reads_them(moment: datetime, fraction: str):
    text = moment.replace(microsecond=0).isoformat() + (f".{fraction}" if fraction else "") + "Z"
    assert times.read(text) == (msgspec.convert(text, datetime), "")


def test_our_times_are_utc_with_milliseconds():
    moment = datetime(2025, 1, 31, 14, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    assert times.write(moment) == "2025-01-31T12:00:00.123Z"


def test_a_clock_that_was_never_set_or_runs_ahead_is_not_believed():
    early = NOON - timedelta(hours=3)
    assert times.credible(early, NOON) == early
    assert times.credible(NOON + timedelta(days=9000), NOON) == NOON
    assert times.credible(datetime(1970, 1, 1, tzinfo=UTC), NOON) == NOON

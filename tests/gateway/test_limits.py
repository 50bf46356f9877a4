"""Rates."""

from gateway.limits import Backoff, Buckets, OncePer, TokenBucket


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    assert bucket.take(0.0)
    assert [bucket.take(1e9) for _ in range(4)] == [True, True, True, False]


def test_a_name_passes_once_per_period() -> None:
    once = OncePer(seconds=60, most=10)
    assert [once.take("CP1", at) for at in (0.0, 59.9, 60.0)] == [True, False, True]
    assert once.take("CP2", 60.0)


def test_only_the_latest_names_are_remembered() -> None:
    once = OncePer(seconds=60, most=2)
    assert [once.take(name, 0.0) for name in ("CP1", "CP2", "CP3")] == [True, True, True]
    assert once.take("CP1", 1.0)
    assert not once.take("CP3", 1.0)


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(rate=1, burst=2, most=10)
    assert [buckets.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert buckets.take("b", 0.0)
    assert buckets.take("a", 1.0)


def test_whose_bucket_is_forgotten_begins_anew() -> None:
    buckets = Buckets(rate=1, burst=1, most=2)
    assert [buckets.take(name, 0.0) for name in ("a", "b", "a", "c", "b")] == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_who_keeps_failing_waits_twice_as_long_each_time() -> None:
    backoff = Backoff(free=2, first=1, longest=5, most=10)
    now, waits = 0.0, []
    for _ in range(6):
        backoff.fail("a", now)
        waits.append(backoff.wait("a", now))
        now += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 5]
    assert backoff.wait("a", now) == 0
    assert backoff.wait("b", now) == 0


def test_a_thousand_failures_wait_no_longer_than_the_longest() -> None:
    backoff = Backoff(free=0, first=1, longest=5, most=10)
    for _ in range(1000):
        backoff.fail("a", 0.0)
    assert backoff.wait("a", 0.0) == 5


def test_who_was_quiet_for_long_enough_begins_anew() -> None:
    backoff = Backoff(free=1, first=1, longest=5, most=10)
    backoff.fail("a", 0.0)
    backoff.fail("a", 0.0)
    backoff.fail("a", 6.1)
    assert backoff.wait("a", 6.1) == 0


def test_of_too_many_that_failed_the_oldest_is_forgotten() -> None:
    backoff = Backoff(free=0, first=1, longest=5, most=2)
    for name in ("a", "b", "c"):
        backoff.fail(name, 0.0)
    assert [backoff.wait(name, 0.0) for name in ("a", "b", "c")] == [0, 1, 1]

"""Rates."""

from gateway.limits import OncePer, TokenBucket


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

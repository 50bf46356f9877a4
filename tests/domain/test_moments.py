"""Instants in the log, on every database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.log import Log, StoredFact
from domain.moments import facts_between, moment_of, position_at, position_before
from domain.store.memory import MemoryLog
from domain.store.opening import migrate, open_log
from tests.store.aids import NOON

SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    if request.param == "memory":
        url = "memory://"
    elif request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'log.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    migrate(url)
    opened = open_log(url)
    yield opened
    opened.close()


def told(*moments: tuple[str, int]) -> list[StoredFact]:
    """Facts of stations, so many seconds after noon."""
    return [
        StoredFact(
            stream=f"station:{station}",
            version=version,
            topic="station.heard",
            state=orjson.dumps({"timestamp": NOON + seconds * SECOND}),
            cause=f"c.{version}",
            station=station,
        )
        for version, (station, seconds) in enumerate(moments, start=1)
    ]


def test_a_fact_knows_its_moment() -> None:
    assert moment_of(told(("CP-1", 5))[0].state) == NOON + 5 * SECOND


def test_the_position_of_an_instant_is_that_of_the_last_fact_until_then(log: Log) -> None:
    log.commit(told(("CP-1", 0), ("CP-2", 1), ("CP-1", 3), ("CP-1", 3), ("CP-2", 9)), ())
    first, second, _, fourth, last = [each.position for each in log.since(0, limit=9)]
    asked = {-1: 0, 0: first, 1: second, 2: second, 3: fourth, 8: fourth, 9: last, 99: last}
    assert {s: position_at(log, NOON + s * SECOND) for s in asked} == asked
    assert position_at(log, NOON + 2 * SECOND, "CP-1") == first
    assert position_at(log, NOON, "CP-2") == 0
    assert position_at(log, NOON, "nobody") == 0


def test_facts_between_positions_are_read_in_portions(log: Log) -> None:
    log.commit(told(*(("CP-1", n) for n in range(2500))), ())
    everything = list(facts_between(log, 0))
    assert [each.version for each in everything] == list(range(1, 2501))
    assert (
        list(facts_between(log, everything[9].position, everything[2400].position))
        == (everything[10:2401])
    )


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 60)), max_size=40))
def test_a_decision_that_waited_does_not_mislead(waits: list[tuple[str, int]]) -> None:
    """Records that come five seconds apart, and may wait up to a minute, in order per station."""
    log = MemoryLog()
    log.commit(told(*((s, 5 * n - wait) for n, (s, wait) in enumerate(waits))), ())
    known = [(each, moment_of(each.state)) for each in log.since(0, limit=99)]
    for seconds in range(-70, 270, 10):
        instant = NOON + seconds * SECOND
        until = [each.position for each, moment in known if moment <= instant]
        assert position_at(log, instant) == max(until, default=0)
        after = position_before(log, instant)
        assert all(moment < instant for each, moment in known if each.position <= after)

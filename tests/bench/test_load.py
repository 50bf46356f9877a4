"""The load of the benchmark, against a CSMS that answers everything with the same."""

import time
from collections.abc import Iterator

import pytest

from tests.bench.fleet import launched
from tests.bench.limits import bare_csms
from tests.bench.load import Job
from tests.bench.mix import READINGS
from tests.bench.station import Tally


@pytest.fixture(scope="module")
def csms() -> Iterator[str]:
    with bare_csms() as url:
        yield url


def answered(url: str, *, rate: float = 0) -> Tally:
    """What ten stations were answered in a moment."""
    stations = tuple(f"CP-{number}" for number in range(10))
    with launched(Job(url=url, stations=stations, rate=rate, warm_up=0)) as fleet:
        fleet.go()
        time.sleep(0.5)  # what is measured is a time
        (tally,) = fleet.stop()
    return tally


def test_a_closed_loop_goes_through_whole_sessions(csms: str) -> None:
    tally = answered(csms)
    counts = {action: len(latencies) for action, latencies in tally.latencies.items()}
    assert tally.errors == 0
    assert counts["MeterValues"] >= (READINGS - 1) * counts["StopTransaction"] > 0
    assert set(tally.stations) == set(range(10))


def test_an_open_loop_sends_no_more_than_falls_due(csms: str) -> None:
    tally = answered(csms, rate=100)
    assert tally.errors == 0
    assert 0 < len(tally.times) <= 100 * tally.seconds + 1


def test_a_server_that_refuses_stops_the_run(csms: str) -> None:
    with (
        pytest.raises(RuntimeError, match="load process"),
        launched(Job(url=csms.replace("/ocpp", "1/ocpp"), stations=("CP-1",))),
    ):
        pass

"""The siege of `make abuse` in short: the same attacks, a hundredth of the inputs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.abuse import siege, stage
from tests.abuse.outcome import Report
from tests.abuse.report import show
from tests.installation import Installation

HASTY = {"HANDSHAKE_TIMEOUT": "2"}  # s: silent sockets are waited for
NUMBER = 3_000


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with stage.embedded(folder, **HASTY) as running:
            yield running
    else:
        amqp = request.getfixturevalue("amqp_url")
        postgres = request.getfixturevalue("postgres_url")
        with stage.distributed(folder, amqp, postgres, **HASTY) as running:
            yield running


@pytest.fixture(scope="module")
def report(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Report:
    plan = siege.Plan(
        number=NUMBER,
        seed=1,
        folder=Path(tmp_path_factory.mktemp("failures")),
        seconds=30,
        contract=0,
        calm=0.5,
        cases=1,
    )
    with stage.staged(installation, rogues=12, innocents=4) as besieged:
        return siege.lay(besieged, plan)


def test_nothing_breaks_and_nothing_that_was_acknowledged_is_lost(report):
    assert report.problems == [], show("", report)


def test_everything_was_tried(report):
    assert report.total >= NUMBER
    assert all(report.inputs[each] for each in ("framing", "upgrade", "hoard", "tls", "web"))
    assert report.inputs["contract"] > 100
    assert report.inputs["retort"]


def test_the_innocent_charged_on(report):
    assert min(phase.answers for phase in report.phases if phase.seconds > 1) > 0
    assert report.acknowledged["stops"] >= 4
    assert report.acknowledged["readings"] >= 4 * report.acknowledged["stops"]


def test_the_guilty_were_refused(report):
    assert report.outcomes["closed with 1002"]
    assert report.outcomes["closed with 1007"]
    assert report.outcomes["upgrade: 401"]
    assert report.outcomes["tls: hung up"]
    assert report.outcomes["web: 401"]
    assert report.outcomes["web: 422"]

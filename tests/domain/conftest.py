"""What the tests of the domain share."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.store.postgres import PostgresLog
from domain.store.sqlite import SQLiteLog
from tests.domain.house import House
from tests.redeciding import redecided, told


@pytest.fixture
def house() -> House:
    house = House()
    house.settle()
    return house


@pytest.fixture(autouse=True)
def repeatable(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever was decided in memory is decided again after each test, from the record alone.

    `@pytest.mark.unrepeatable`: the test has its program fail, or other code decide.
    """
    houses: list[House] = []
    make = House.__init__

    def remembered(house: House, *given: Any, **named: Any) -> None:
        make(house, *given, **named)
        houses.append(house)

    monkeypatch.setattr(House, "__init__", remembered)
    yield
    if request.node.get_closest_marker("unrepeatable") is None:
        logs = {id(house.log): house.log for house in houses}.values()
        for log in (each for each in logs if not isinstance(each, (SQLiteLog, PostgresLog))):
            report = redecided(log)
            assert report.is_identical, told(report)

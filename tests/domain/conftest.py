"""What the tests of the domain share."""

import pytest

from tests.domain.house import House


@pytest.fixture
def house() -> House:
    house = House()
    house.settle()
    return house

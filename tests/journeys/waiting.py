"""Waiting for what follows, and the rule that nothing follows which nobody asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.journeys.charge_point import Station
from tests.journeys.conftest import Operator


@pytest.fixture(autouse=True)
async def nothing_unasked(station: Station) -> AsyncIterator[None]:
    """No CALL reaches the station that the test did not expect (rule 3 of the tool)."""
    yield
    assert station.unasked() == []


async def until(operator: Operator, path: str, shows: Callable[[dict[str, Any]], object]) -> Any:
    """The row, once the read model shows what is wanted."""
    async with asyncio.timeout(10):
        while True:
            answer = await operator.client.get(path)
            if answer.is_success and shows(answer.json()):
                return answer.json()
            await asyncio.sleep(0.02)


async def happens(look: Callable[[], Awaitable[object]]) -> None:
    """Return once it is so."""
    async with asyncio.timeout(10):
        while True:
            if await look():
                return
            await asyncio.sleep(0.1)


async def eventually(operator: Operator, path: str, field: str, wanted: object) -> Any:
    """The row, once a field of it is as wanted."""
    return await until(operator, path, lambda row: row[field] == wanted)

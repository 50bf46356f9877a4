"""Whole installations, one embedded and one of four processes, for journeys over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.databases import fresh_database
from tests.installation import Installation
from tests.journeys.charge_point import Station
from tests.queues import delete_queues

FOUR = ("domain", "projections", "gateway", "api")
_STRICT = {
    "UNKNOWN_STATIONS": "refuse",
    "CPO_NAME": "Ampledger",
    "CSR_SIGNING": "automatic",
}


@pytest.fixture(scope="session", params=["embedded", "distributed"])
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with embedded(folder) as running:
            yield running
    else:
        amqp = request.getfixturevalue("amqp_url")
        postgres = request.getfixturevalue("postgres_url")
        with distributed(folder, amqp, postgres) as running:
            yield running


@pytest.fixture(scope="module")
def installation(installed: Installation) -> Iterator[Installation]:
    """What the journeys of a module had it decide is decided again when the module ends."""
    begun = datetime.now(UTC)
    yield installed
    installed.decide_again(begun)


@contextmanager
def embedded(folder: Path, **settings: str) -> Iterator[Installation]:
    with Installation(folder, **_STRICT | settings) as installation:
        installation.secure()
        installation.start("run")
        yield installation
        installation.decide_again()


@contextmanager
def distributed(folder: Path, amqp: str, postgres: str, **settings: str) -> Iterator[Installation]:
    with (
        fresh_database(postgres) as database,
        Installation(
            folder,
            **_STRICT,
            BROKER_URL=amqp,
            DATABASE_URL=database,
            NAMESPACE=f"journey{uuid4().hex[:8]}",
            PARTITIONS="8",
            **settings,
        ) as installation,
    ):
        installation.secure()
        try:
            for role in FOUR:
                installation.start(role)
            yield installation
            installation.decide_again()
        finally:
            installation.stop()
            asyncio.run(delete_queues(amqp, installation.namespace))


class Operator:
    """Somebody at the HTTP API."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def put(self, path: str, **body: Any) -> httpx.Response:
        answer = await self.client.put(path, json=body)
        assert answer.is_success, answer.text
        return answer

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(path, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    async def post(self, path: str, *, body: Any = None, **query: Any) -> Any:
        answer = await self.client.post(path, json=body, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    async def register(self, station: str, **body: Any) -> None:
        await self.put(f"/api/v1/stations/{quote(station, safe='')}", **body)

    async def issue(self, tag: str, **body: Any) -> str:
        await self.put(f"/api/v1/tokens/{tag}", **body)
        return tag

    async def call(
        self, station: str, action: str, payload: dict[str, Any], **query: Any
    ) -> dict[str, Any]:
        """Send a CALL and wait for its outcome."""
        path = f"/api/v1/stations/{quote(station, safe='')}/calls/{action}"
        answer = await self.client.post(path, json=payload, params={"wait": 10} | query)
        assert answer.is_success, answer.text
        outcome: dict[str, Any] = answer.json()
        return outcome

    async def transactions(self, station: str) -> list[dict[str, Any]]:
        page = await self.get("/api/v1/transactions", station=station)
        items: list[dict[str, Any]] = page["items"]
        return items


@asynccontextmanager
async def operator_of(installation: Installation) -> AsyncIterator[Operator]:
    """Its administrator."""
    headers = {"Authorization": f"Bearer {installation.admin_token}"}
    async with httpx.AsyncClient(
        base_url=installation.api_url, headers=headers, timeout=30
    ) as client:
        yield Operator(client)


@pytest.fixture
async def operator(installation: Installation) -> AsyncIterator[Operator]:
    async with operator_of(installation) as operator:
        yield operator


@pytest.fixture
async def station(installation: Installation, operator: Operator) -> AsyncIterator[Station]:
    """A registered station with its socket open."""
    name = f"CP-{uuid4().hex[:8]}"
    await operator.register(name, heartbeat_interval=60)
    async with Station(installation.gateway_url, name) as station:
        yield station


@pytest.fixture
async def tag(operator: Operator) -> str:
    """A valid idTag."""
    return await operator.issue(f"T{uuid4().hex[:12]}")

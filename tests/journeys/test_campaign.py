"""A campaign over a thousand stations, and a domain process that is killed in the middle of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.databases import fresh_database
from tests.installation import Installation
from tests.journeys.conftest import Operator, operator_of
from tests.journeys.updating import Updating, connect_all, fleet_of
from tests.queues import delete_queues

_STATIONS = 1000
_PATIENCE = 120  # s
_ROLES = (("domain", 0), ("domain", 1), ("projections", 0), ("gateway", 0), ("api", 0))


@pytest.fixture
def installation(amqp_url: str, postgres_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Two domain processes; whoever connects is registered."""
    namespace = f"campaign{uuid4().hex[:8]}"
    with fresh_database(postgres_url) as database:
        installation = Installation(
            tmp_path,
            BROKER_URL=amqp_url,
            DATABASE_URL=database,
            NAMESPACE=namespace,
            PARTITIONS="8",
            DOMAIN_WORKERS="2",
        )
        try:
            for command, index in _ROLES:
                installation.start(command, index=index)
            yield installation
            installation.decide_again()
        finally:
            installation.stop()
            asyncio.run(delete_queues(amqp_url, namespace, 8))


@pytest.fixture
async def fleet(installation: Installation) -> AsyncIterator[list[Updating]]:
    stations = fleet_of(_STATIONS)
    await connect_all(stations, installation.gateway_url)
    yield stations
    for station in stations:
        station.leave()


async def until(
    operator: Operator, path: str, shows: Callable[[dict[str, Any]], object], **query: Any
) -> dict[str, Any]:
    async with asyncio.timeout(_PATIENCE):
        while not shows(found := await operator.get(path, **query)):  # noqa: ASYNC110 - it is read
            await asyncio.sleep(0.1)
    row: dict[str, Any] = found
    return row


async def test_every_station_has_its_outcome_though_a_domain_process_is_killed(
    installation, fleet, operator
):
    await until(
        operator,
        "/api/v1/stations",
        lambda page: len(page["items"]) == _STATIONS,
        online=True,
        limit=1000,
    )
    wish = {
        "firmware": {"location": "http://files/{station}/one.bin"},
        "all": True,
        "canary": {"share": 0.01},
        "wave_size": 200,
        "max_failure_rate": 0.5,
    }
    made = await operator.client.post("/api/v1/campaigns", json=wish)
    assert made.status_code == 202, made.text
    path = made.headers["Location"]

    await until(operator, path, lambda row: row["wave"] == 3)
    installation.kill("domain")
    row = await operator.get(path)
    assert row["state"] == "running"
    assert row["stations"]["waiting"] > 0
    await asyncio.to_thread(installation.start, "domain")
    row = await until(operator, path, lambda row: row["state"] != "running")

    did = Counter(station.did for station in fleet)
    assert row["state"] == "finished"
    assert row["wave"] == 6
    assert row["stations"] == {
        "total": _STATIONS,
        "waiting": 0,
        "under_way": 0,
        "succeeded": did["installed"],
        "failed": _STATIONS - did["installed"],
        "cancelled": 0,
    }
    members = (await operator.get(f"{path}/stations", limit=1000))["items"]
    told = {member["station"]: member["detail"] for member in members}
    assert told == {station.name: station.did for station in fleet}
    assert len(members) == _STATIONS
    assert all(member["state"] == "done" for member in members)
    for station in fleet:
        assert station.asked == [f"http://files/{station.name}/one.bin"]
        assert station.unexpected == []
    assert len(did) == 4, "each kind of end must have been seen"


@pytest.fixture
async def operator(installation: Installation) -> AsyncIterator[Operator]:
    async with operator_of(installation) as operator:
        yield operator

"""One embedded installation in this process, its API and its gateway over real sockets."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from commands import settings
from commands.ca.algorithm import Algorithm
from commands.ca.opening import built_in
from commands.run import running
from domain.ports import Subject
from tests.api.stage import ADMIN_TOKEN, Installation, Station


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    chosen = settings.read(
        data=tmp_path_factory.mktemp("data"),
        database_url="memory://",
        admin_token=ADMIN_TOKEN,
        gateway_host="127.0.0.1",
        gateway_port=0,
        api_port=0,
        ops_port=0,
        partitions=4,
        cpo_name="ACME",
        files_max_bytes=3 << 20,
        allow_security_profile_0=True,
        api_sign_in_failures=100_000,  # the tests of the doors fail on purpose
    )
    for algorithm in Algorithm:
        built_in(chosen).make(Subject("Tests", "ACME"), algorithm, intermediate=True)
    async with running("run", chosen) as ports:
        yield Installation(
            api=f"http://127.0.0.1:{ports['api']}", gateway=f"ws://127.0.0.1:{ports['gateway']}"
        )


@pytest_asyncio.fixture(loop_scope="session")
async def api(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    """The API as an administrator."""
    async with installation.client() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def name(api: httpx.AsyncClient) -> str:
    """A registered station."""
    name = f"CP-{uuid4().hex[:8]}"
    (await api.put(f"/api/v1/stations/{name}", json={})).raise_for_status()
    return name


@pytest_asyncio.fixture(loop_scope="session")
async def tag(api: httpx.AsyncClient) -> str:
    """A valid token."""
    tag = f"T{uuid4().hex[:12]}"
    (await api.put(f"/api/v1/tokens/{tag}", json={})).raise_for_status()
    return tag


@pytest_asyncio.fixture(loop_scope="session")
async def station(installation: Installation, name: str) -> AsyncIterator[Station]:
    """The registered station, booted."""
    async with Station.connected(installation, name) as station:
        yield station

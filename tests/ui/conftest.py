"""Real pages in a real Chromium, served by a real `ampledger run`."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.databases import fresh_database
from tests.installation import Installation
from tests.queues import delete_queues
from tests.ui.people import PATIENCE, Asked, People, eventually
from tests.ui.simulated import Simulated

ROLES = ("viewer", "operator", "admin")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("AMPLEDGER_TEST_BROWSER") or shutil.which("chromium")
    if not path:
        pytest.fail("there is no Chromium: `make test` installs one, or set AMPLEDGER_TEST_BROWSER")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session", params=["embedded", "distributed"])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """On either database and broker, with a user of each role."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with Installation(folder, UNKNOWN_STATIONS="refuse") as installation:
            installation.start("run")
            yield installation
        return
    amqp, server = (request.getfixturevalue(name) for name in ("amqp_url", "postgres_url"))
    with _distributed(folder, amqp, server) as installation:
        yield installation


@contextmanager
def _distributed(folder: Path, amqp: str, server: str) -> Iterator[Installation]:
    namespace = f"ui{uuid4().hex[:8]}"
    settings = {"BROKER_URL": amqp, "NAMESPACE": namespace, "UNKNOWN_STATIONS": "refuse"}
    with fresh_database(server) as url:
        try:
            with Installation(folder, DATABASE_URL=url, **settings) as installation:
                installation.start("run")
                yield installation
        finally:
            with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop runs in this thread
                elsewhere.submit(asyncio.run, delete_queues(amqp, namespace)).result()


@pytest.fixture(scope="session")
def residents(installation: Installation, browser: Browser) -> People:
    """`an-viewer`, `an-operator` and `an-admin` have passwords."""
    people = People(installation, browser)
    for role in ROLES:
        people.invite(f"an-{role}", role)
    return people


@pytest.fixture
def people(residents: People) -> Iterator[People]:
    yield residents
    residents.leave()


@pytest.fixture
def api(installation: Installation) -> Asked:
    return Asked(installation)


@pytest.fixture
def simulated(installation: Installation) -> Iterator[Simulated]:
    with Simulated(installation.gateway_url) as stations:
        yield stations


@pytest.fixture
def tag(api: Asked) -> str:
    """A token that is good."""
    tag = f"T{uuid4().hex[:10].upper()}"
    api.put(f"/api/v1/tokens/{tag}", {"note": "of a test"})
    return tag


@pytest.fixture
def station(api: Asked, simulated: Simulated) -> str:
    """A station that is on line, and has two connectors."""
    name = f"UI-{uuid4().hex[:8]}"
    api.put(f"/api/v1/stations/{name}", {"security_profile": 0})
    simulated.begin(name)
    connectors = f"/api/v1/connectors?station={name}"
    eventually(lambda: len(api.get(connectors)["items"]) == 2)
    return name

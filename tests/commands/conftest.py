"""A command line that finds an installation of its own, and a station that talks to it."""

import asyncio
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from commands.cli import application
from tests.installation import Installation
from tests.journeys.charge_point import Station


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    with Installation(tmp_path_factory.mktemp("cli"), UNKNOWN_STATIONS="refuse") as running:
        running.start("run")
        yield running


@pytest.fixture
def ampledger(installation, monkeypatch):
    """A command line that finds the installation."""
    monkeypatch.setenv("AMPLEDGER_API_URL", installation.api_url)
    monkeypatch.setenv("AMPLEDGER_TOKEN", installation.admin_token)
    monkeypatch.setenv("AMPLEDGER_DATA", str(installation._folder / "data"))

    def run(*words, given=None):
        return CliRunner().invoke(application(), [str(word) for word in words], input=given)

    return run


@pytest.fixture
def name(ampledger):
    """A registered station."""
    name = f"C-{uuid4().hex[:8]}"
    ampledger("stations", "add", name)
    return name


@pytest.fixture
async def station(installation, name):
    """The same, booted and listening."""
    async with Station(installation.gateway_url, name) as station:
        await station.boot()
        yield station


@pytest.fixture
def say(ampledger):
    """A command, while the station goes on listening."""

    async def run(*words):
        return await asyncio.to_thread(ampledger, *words)

    return run

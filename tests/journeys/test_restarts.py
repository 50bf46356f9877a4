"""Whatever is killed in the middle of sessions, all that was acknowledged is there exactly once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.broker.aids import Proxy
from tests.databases import fresh_database
from tests.installation import Installation
from tests.journeys.conftest import FOUR, Operator, embedded, operator_of
from tests.journeys.outages import Mortal, mortal_broker
from tests.journeys.stubborn import PATIENCE, Fleet, Session, Stubborn, charging

pytestmark = pytest.mark.asyncio(loop_scope="module")

T = TypeVar("T")

_STATIONS = 6
_COMPARED = ("status", "id_tag", "meter_start_wh", "meter_stop_wh", "energy_wh")
_GOING_AWAY = 1001  # RFC 6455 section 7.4.1


@dataclass(frozen=True, slots=True)
class Site:
    """Four processes, and the threads they hang by."""

    installation: Installation
    broker: Mortal
    database: Proxy

    async def start(self, role: str) -> None:
        """Start a role; the line to the database needs the event loop meanwhile."""
        await asyncio.to_thread(self.installation.start, role)

    async def recover(self) -> None:
        """Return when every process has what it needs again."""
        await asyncio.to_thread(self.installation.await_ready)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    amqp_url: str, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    folder, namespace = tmp_path_factory.mktemp("restarts"), f"restart{uuid4().hex[:8]}"
    with fresh_database(postgres_url) as url:
        async with mortal_broker(folder, amqp_url, namespace) as broker, Proxy(url) as database:
            installation = Installation(
                folder,
                BROKER_URL=broker.url,
                DATABASE_URL=database.url,
                NAMESPACE=namespace,
                PARTITIONS="8",
            )
            try:
                await asyncio.to_thread(installation.start, FOUR[0])  # it makes the tables
                await asyncio.gather(*(asyncio.to_thread(installation.start, r) for r in FOUR[1:]))
                yield Site(installation, broker, database)
                await asyncio.to_thread(installation.decide_again)
            finally:
                await asyncio.to_thread(installation.stop)


@pytest_asyncio.fixture(loop_scope="module")
async def operator(site: Site) -> AsyncIterator[Operator]:
    async with operator_of(site.installation) as operator:
        yield operator


@pytest_asyncio.fixture(loop_scope="module")
async def fleet(site: Site, operator: Operator) -> AsyncIterator[Fleet]:
    async with charging_at(site.installation, operator) as fleet:
        yield fleet


async def test_roles_are_killed_one_after_the_other(site, operator, fleet):
    first, second, *others = fleet.stations
    await fleet.charges()
    site.installation.kill("projections")
    await order(operator, first.name)  # nobody is there to send it
    await fleet.charges()
    await site.start("projections")
    site.installation.kill("domain")
    await fleet.retries()
    await site.start("domain")
    await fleet.charges()
    await is_answered_once(operator, first)
    site.installation.kill("gateway")
    await order(operator, second.name)  # nobody is there to take it
    await site.start("gateway")
    await fleet.charges()
    await fleet.finish()
    await all_is_on_record(operator, fleet)
    await is_answered_once(operator, second)
    assert len(first.calls) == 1
    assert not any(station.calls for station in others)


async def test_the_broker_is_killed(site, operator, fleet):
    await fleet.charges()
    await site.broker.kill()
    await fleet.retries()
    await site.broker.start()
    await site.recover()
    await fleet.charges()
    await fleet.finish()
    await all_is_on_record(operator, fleet)
    assert nobody_was_cut_off(fleet)


async def test_the_database_is_away(site, operator, fleet):
    await fleet.charges()
    await site.database.cut()
    await fleet.retries()
    site.database.mend()
    await site.recover()
    await fleet.charges()
    await fleet.finish()
    await all_is_on_record(operator, fleet)
    assert nobody_was_cut_off(fleet)


async def test_everything_in_one_process_is_killed_and_later_told_to_stop(tmp_path: Path):
    with embedded(tmp_path) as installation:
        async with (
            operator_of(installation) as operator,
            charging_at(installation, operator) as fleet,
        ):
            await fleet.charges()
            installation.kill("run")
            await asyncio.to_thread(installation.start, "run")
            await fleet.charges()
            stay_away = fleet.stations[::2]
            await fleet.finish(*stay_away)
            for station in stay_away:
                station.returns = False
            assert await asyncio.to_thread(installation.end, "run") == 0
            assert all(station.ends[-1] == _GOING_AWAY for station in fleet.stations)
            await asyncio.to_thread(installation.start, "run")
            await fleet.finish(*fleet.stations[1::2])
            await all_is_on_record(operator, fleet)
            for station in fleet.stations:
                row = await operator.get(f"/api/v1/stations/{station.name}")
                assert row["online"] is station.returns


# --- aids --------------------------------------------------------------------------------


@asynccontextmanager
async def charging_at(installation: Installation, operator: Operator) -> AsyncIterator[Fleet]:
    """Registered stations, one token each; half of them retry under the same message id."""
    stations = []
    for number in range(_STATIONS):
        name = f"CP-{uuid4().hex[:8]}"
        tag = await operator.issue(f"T{uuid4().hex[:12]}")
        await operator.register(name)
        stations.append(Stubborn(installation.gateway_url, name, tag, renames=bool(number % 2)))
    async with charging(stations) as fleet:
        yield fleet


async def order(operator: Operator, station: str) -> None:
    """Ask for a call that may wait a minute; that it is readable may take longer than asking."""
    path = f"/api/v1/stations/{station}/calls/ClearCache"
    answer = await operator.client.post(path, params={"ttl": 60})
    assert answer.is_success or answer.json()["type"].endswith("not-yet-readable"), answer.text


async def is_answered_once(operator: Operator, station: Stubborn) -> None:
    async def statuses() -> list[str]:
        page = await operator.get("/api/v1/calls", station=station.name)
        return [row["status"] for row in page["items"]]

    assert await awaited(statuses, ["answered"]) == ["answered"]
    assert len(station.calls) == 1


async def awaited(read: Callable[[], Awaitable[T]], wanted: T) -> T:
    """What is read once it is as wanted, or after a minute."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while True:
        found = await read()
        if found == wanted or loop.time() > deadline:
            return found
        await asyncio.sleep(0.1)


def nobody_was_cut_off(fleet: Fleet) -> bool:
    return all(station.ends == [] for station in fleet.stations)


async def all_is_on_record(operator: Operator, fleet: Fleet) -> None:
    """Every session once, as it was sent; every retry was answered as the first attempt was."""
    for station in fleet.stations:
        assert station.errors == []
        assert [s for s in station.sessions if not _is_told_the_same(s)] == []
        await _shows_sessions(operator, station)
        quarantined = await operator.get("/api/v1/quarantine", station=station.name)
        assert quarantined["items"] == []


def _is_told_the_same(session: Session) -> bool:
    starts, stops = session.start.answers, session.stop.answers
    accepted = starts[0]["idTagInfo"]["status"] == "Accepted"
    return accepted and all(a == starts[0] for a in starts) and all(a == stops[0] for a in stops)


async def _shows_sessions(operator: Operator, station: Stubborn) -> None:
    async def shown() -> dict[int, dict[str, Any]]:
        rows = await operator.transactions(station.name)
        return {row["id"]: {name: row[name] for name in _COMPARED} for row in rows}

    sent = {session.number: _sent(session, station) for session in station.sessions}
    assert await awaited(shown, sent) == sent
    assert len(sent) == len(station.sessions)
    for session in station.sessions:
        page = await operator.get(f"/api/v1/transactions/{session.number}/meter-values")
        assert [int(value["raw"]) for value in page["items"]] == list(session.readings)


def _sent(session: Session, station: Stubborn) -> dict[str, Any]:
    start, stop = session.start.payload["meterStart"], session.stop.payload["meterStop"]
    values = "stopped", station.tag, start, stop, stop - start
    return dict(zip(_COMPARED, values, strict=True))

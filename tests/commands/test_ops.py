import asyncio

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from commands.api.ops import Check, ops_server
from commands.measures.gateway import of_gateway
from commands.measures.projections import of_projections
from commands.metrics import Measure, Metrics, Source
from gateway.counts import GatewayCounts
from projections.progress import Lag


@pytest_asyncio.fixture
async def stage():
    checks: dict[str, Check] = {}
    sources: list[Source] = []
    async with (
        ops_server("127.0.0.1", 0, checks, Metrics(sources)) as server,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client,
    ):
        yield client, checks, sources


def says(text):
    async def check():
        return text

    return check


async def test_a_process_that_answers_lives(stage):
    client, *_ = stage
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_a_process_is_ready_when_all_it_needs_is_there(stage):
    client, checks, _ = stage
    checks.update(database=says(""), broker=says(""))
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "broker": "ok"}}


async def test_what_is_missing_is_named(stage):
    client, checks, _ = stage
    checks.update(database=says(""), broker=says("does not answer"))
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "broker": "does not answer"}


async def test_a_check_that_hangs_has_failed(stage, monkeypatch):
    monkeypatch.setattr("commands.api.ops._CHECK_WITHIN", 0.01)
    client, checks, _ = stage
    checks["database"] = asyncio.Event().wait
    assert (await client.get("/readyz")).json()["checks"] == {"database": "does not answer"}


async def test_counts_become_metrics(stage):
    client, _, sources = stage
    counts = GatewayCounts(connections=2, frames_in=5)
    counts.refused[401] += 3
    counts.handshakes_failed["cipher"] += 1
    counts.turned_away["total"] += 4
    sources.append(of_gateway(counts, lambda: {9443: 3600.0}))
    lines = (await client.get("/metrics")).text.splitlines()
    assert "ampledger_gateway_connections 2.0" in lines
    assert 'ampledger_gateway_frames_total{direction="in"} 5.0' in lines
    assert 'ampledger_gateway_refused_total{status="401"} 3.0' in lines
    assert 'ampledger_gateway_handshakes_failed_total{kind="cipher"} 1.0' in lines
    assert 'ampledger_gateway_turned_away_total{why="total"} 4.0' in lines
    assert 'ampledger_gateway_certificate_seconds_left{port="9443"} 3600.0' in lines


async def test_a_read_model_tells_how_far_it_is_behind_and_what_it_misses(stage):
    client, _, sources = stage
    lag = {"stations": Lag(3, 1.5), "calls": Lag(0, 0.0)}
    missed = {"stations": 2, "calls": 0}
    sources.append(of_projections(lambda: lag, lambda: missed, lambda: True))
    lines = (await client.get("/metrics")).text.splitlines()
    assert 'ampledger_projection_lag_seconds{model="stations"} 1.5' in lines
    assert 'ampledger_read_model_stumbles{model="stations"} 2.0' in lines
    assert 'ampledger_read_model_stumbles{model="calls"} 0.0' in lines


async def test_a_source_that_fails_does_not_hide_the_others(stage):
    def broken():
        raise ZeroDivisionError

    client, _, sources = stage
    sources += [broken, lambda: [Measure("fine", "It works", "gauge", 1)]]
    assert "ampledger_fine 1.0" in (await client.get("/metrics")).text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/healthz", 405), ("HEAD", "/healthz", 200)],
)
async def test_what_else_is_asked(stage, method, path, status):
    client, *_ = stage
    assert (await client.request(method, path)).status_code == status


async def test_rubbish_does_no_harm(stage):
    client, *_ = stage
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(b"x" * 20_000 + b"\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()
    assert (await client.get("/healthz")).status_code == 200


async def test_nobody_serves_a_websocket_there(stage):
    client, *_ = stage
    with pytest.raises(InvalidStatus, match="403"):
        await connect(f"ws://127.0.0.1:{client.base_url.port}/metrics")

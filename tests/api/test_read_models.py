"""How far the read models are, building them anew, and waiting for those of a new release."""

import asyncio

import httpx
import pytest
from sqlalchemy import Engine
from starlette.responses import PlainTextResponse

from commands.api.prepared import Prepared
from commands.readiness import Readiness
from domain.log import StoredFact
from domain.store.memory import MemoryLog
from projections import builds, positions, stations
from projections.builds import NEXT
from projections.database import Database
from projections.engines import engine, writing
from projections.migration import READ_MODELS

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/api/v1/read-models"


@pytest.mark.usefixtures("name")
async def test_all_read_models_are_listed_with_how_far_they_are(api):
    items = (await api.get(PATH)).json()["items"]
    assert {item["name"] for item in items} == {model.name for model in READ_MODELS}
    one = (await api.get(f"{PATH}/stations")).json()
    assert one["version"] == stations.MODEL.version
    assert (one["position"] > 0, one["missed"]) == (True, 0)


async def test_a_read_model_is_built_anew_while_it_is_read(api, name):
    answer = await api.post(f"{PATH}/stations/rebuild")
    assert answer.status_code == 202
    assert answer.json()["build"]["state"] in {"asked", "building", "following", "finished"}
    async with asyncio.timeout(30):
        while True:
            assert (await api.get(f"/api/v1/stations/{name}")).status_code == 200
            build = (await api.get(f"{PATH}/stations")).json()["build"]
            if build["state"] == "finished":
                break
    assert (build["percent"], build["asked_by"], build["problem"]) == (100, "admin", "")
    async with asyncio.timeout(30):
        while not (await api.get("/api/v1/audit?operation=RebuildReadModel")).json()["items"]:
            pass


async def test_what_is_no_read_model_is_not_found(api):
    assert (await api.get(f"{PATH}/nothing")).status_code == 404
    assert (await api.post(f"{PATH}/nothing/rebuild")).status_code == 404


# --- a release whose rows are not there yet ---


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog()
    log.commit([StoredFact(f"station:{n}", 1, "station.x", b"{}", "c") for n in range(5000)], [])
    return log


@pytest.fixture
def rows():
    made = engine("sqlite://")
    Database(made).migrate(has_facts=True)
    yield made
    made.dispose()


def reach(rows: Engine, name: str, position: int) -> None:
    with writing(rows) as connection:
        positions.put(connection, name, position)


async def test_the_api_says_how_far_it_is_and_answers_once_it_is_built(rows, log):
    app = Prepared(PlainTextResponse("here"), Database(rows), log)
    keys = [positions.key_of(model) for model in READ_MODELS]
    for key in keys[1:]:
        reach(rows, key, 5000)
    reach(rows, f"{keys[0]}{NEXT}", 2100)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://here"
    ) as client:
        answer = await client.get("/api/v1/stations")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["type"] == "urn:ampledger:problem:read-models-being-built"
        assert "stations 42 %" in answer.json()["detail"]
        assert (await client.get(PATH)).text == "here"
        assert (await client.get("/docs")).text == "here"
        reach(rows, keys[0], 5000)
        assert (await client.get("/api/v1/stations")).text == "here"


async def test_a_process_that_builds_is_ready_when_it_has_caught_up_and_one_that_reads_later(
    rows, log
):
    readiness = Readiness(Database(rows), log)
    key, *others = [positions.key_of(model) for model in READ_MODELS]
    for each in others:
        reach(rows, each, 5000)
    assert await readiness.of_builds() == "stations is being built: 0 %"
    reach(rows, f"{key}{NEXT}", 4990)
    assert await readiness.of_builds() == ""
    assert await readiness.of_rows() == "stations is being built: 99 %"
    waiting = asyncio.ensure_future(readiness.wait_for([stations.MODEL]))
    reach(rows, key, 4990)
    async with asyncio.timeout(30):
        await waiting
    assert await readiness.of_rows() == ""


async def test_what_the_release_needs_is_asked_for_when_it_starts(rows):
    asked = Database(rows).read(builds.unfinished)
    assert {row.asked_by for row in asked.values()} == {""}
    assert asked.keys() == {positions.key_of(model) for model in READ_MODELS}

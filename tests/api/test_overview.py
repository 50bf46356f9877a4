"""The overview: asked over the API, of an installation in which other tests leave their traces."""

from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import quote

import pytest

from commands.api.moments import Moments
from tests.api.stage import Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def overview(api, **query):
    answer = await api.get("/api/v1/overview", params=query)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture
def becomes(api):
    """Wait until the overview is such; it may be a moment old."""

    async def wait(check):
        async def look():
            told = await overview(api)
            return told if check(told) else None

        return await eventually(look)

    return wait


async def test_a_session_is_seen_with_its_power_and_its_energy(api, station, tag, becomes):
    before = await overview(api)
    now = datetime.now(UTC).isoformat()
    started = await station.ask(
        "StartTransaction", connectorId=1, idTag=tag, meterStart=100, timestamp=now
    )
    number = started["transactionId"]
    values = [{"value": "7400", "measurand": "Power.Active.Import"}, {"value": "400"}]
    meter = [{"timestamp": datetime.now(UTC).isoformat(), "sampledValue": values}]
    await station.ask("MeterValues", connectorId=1, transactionId=number, meterValue=meter)
    told = await becomes(lambda told: told["energy_wh"] >= before["energy_wh"] + 300)

    assert told["transactions_running"] == before["transactions_running"] + 1
    assert told["power"]["watts"] == before["power"]["watts"] + 7400
    assert told["power"]["telling"] == before["power"]["telling"] + 1
    assert (
        told["stations"]["online"] + told["stations"]["offline"] == (told["stations"]["registered"])
    )
    assert len(told["hours"]) == 24
    assert sum(hour["transactions_started"] for hour in told["hours"]) >= 1

    await station.ask("StopTransaction", transactionId=number, meterStop=900, timestamp=now)
    told = await becomes(lambda told: told["energy_wh"] >= before["energy_wh"] + 800)
    assert told["transactions_running"] == before["transactions_running"]


async def test_energy_counts_from_when_it_is_asked_for(api):
    ahead = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    assert (await overview(api, since=ahead))["energy_wh"] == 0
    assert (await api.get("/api/v1/overview", params={"since": "yesterday"})).status_code == 422


async def test_a_fault_is_a_problem_that_leads_to_its_station(api, installation, becomes):
    name = "O/1 ü"
    place = quote(name, safe="")
    (await api.put(f"/api/v1/stations/{place}", json={})).raise_for_status()
    async with Station.connected(installation, name) as station:
        status = {"connectorId": 2, "errorCode": "GroundFailure", "status": "Faulted"}
        await station.ask("StatusNotification", **status)

        def of_it(told):
            return [each for each in told["problems"] if each["station"] == name]

        told = await becomes(of_it)
    assert told["stations"]["faulted"] >= 1
    assert told["connectors"]["Faulted"] >= 1
    (problem,) = of_it(told)
    assert (problem["kind"], problem["connector"]) == ("fault", 2)
    assert (problem["text"], problem["path"]) == ("GroundFailure", f"/stations/{place}")


async def test_a_call_that_is_refused_and_a_stop_of_nothing_are_problems(
    api, station, name, becomes
):
    asked = await api.post(f"/api/v1/stations/{name}/calls/ClearCache", json={})
    message, _ = await station.asked()
    await station.refuse(message, "NotSupported", "no cache")
    now = datetime.now(UTC).isoformat()
    await station.ask("StopTransaction", transactionId=77_777_777, meterStop=1, timestamp=now)

    def of_it(told):
        return {each["kind"]: each for each in told["problems"] if each["station"] == name}

    found = of_it(await becomes(lambda told: len(of_it(told)) == 2))
    assert found["call-failed"]["path"] == f"/calls/{asked.json()['id']}"
    assert found["call-failed"]["text"] == "ClearCache: NotSupported no cache"
    number = found["quarantine"]["path"].removeprefix("/quarantine/")
    assert (await api.get(f"/api/v1/quarantine/{number}")).json()["station"] == name


async def test_a_moment_lasts_as_long_as_it_says_and_each_question_has_its_own():
    now, looks = 10.0, count(1)
    moments = Moments(0.5, timer=lambda: now)

    def ask(question):
        return moments.ask(question, lambda: next(looks))

    assert [ask("a"), ask("a"), ask("b")] == [1, 1, 2]
    now = 10.5
    assert [ask("a"), ask("a")] == [3, 3]


async def test_a_question_whose_answer_failed_is_asked_again():
    moments = Moments(60)
    with pytest.raises(ZeroDivisionError):
        moments.ask("a", lambda: 1 // 0)
    assert moments.ask("a", lambda: 7) == 7

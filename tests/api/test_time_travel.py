"""`?at=`, the state and its changes: what was known is what is told of then."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.ocpp import times
from tests.api.stage import Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON, LATER = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"
MILLISECOND = timedelta(milliseconds=1)


async def passed(instant):
    return datetime.now(UTC) > instant


@pytest.fixture
def moment(api, name):
    """This instant: later than all that the station said, and earlier than what it says next."""

    async def now():
        journal = await api.get(
            f"/api/v1/stations/{name}/journal", params={"newest_first": True, "limit": 1}
        )
        last = datetime.fromisoformat(journal.json()["items"][0]["received_at"])
        await eventually(lambda: passed(last + 2 * MILLISECOND))
        return times.write(last + MILLISECOND)

    return now


@pytest.fixture
def told(api):
    """What a path answers; its headers."""

    async def ask(path, **query):
        answer = await api.get(f"/api/v1/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json(), answer.headers

    return ask


@pytest.fixture
def missing(api):
    async def ask(path, **query):
        return (await api.get(f"/api/v1/{path}", params=query)).status_code

    return ask


async def started(station, tag, meter=0):
    answer = await station.ask(
        "StartTransaction", connectorId=1, idTag=tag, meterStart=meter, timestamp=NOON
    )
    return answer["transactionId"]


async def stop(station, number, meter=2500):
    await station.ask("StopTransaction", transactionId=number, meterStop=meter, timestamp=LATER)


async def report(station, status):
    await station.ask("StatusNotification", connectorId=1, errorCode="NoError", status=status)


async def test_a_station_is_told_as_it_was(api, installation, name, moment, told, missing):
    registered = await moment()
    async with Station.connected(installation, name):
        online = await moment()
    await api.put(f"/api/v1/stations/{name}", json={"note": "moved"})

    then, _ = await told(f"stations/{name}", at=registered)
    assert (then["online"], then["boot"], then["note"]) == (False, None, "")
    then, headers = await told(f"stations/{name}", at=online)
    assert (then["online"], then["boot"]["vendor"], then["note"]) == (True, "V", "")
    assert headers["As-Of"] == online
    assert int(headers["As-Of-Position"]) > 0
    assert "As-Of" not in (await told(f"stations/{name}"))[1]
    assert await missing(f"stations/{name}", at="2026-01-01T00:00:00Z") == 404


async def test_connectors_and_transactions_are_told_as_they_were(
    station, name, tag, moment, told, missing
):
    await report(station, "Preparing")
    before = await moment()
    number = await started(station, tag, meter=500)
    await report(station, "Charging")
    during = await moment()
    await stop(station, number)
    await report(station, "Available")
    after = await moment()

    async def seen(at):
        connectors, _ = await told("connectors", station=name, at=at)
        listed, _ = await told("transactions", station=name, at=at)
        only = connectors["items"][0]
        return only["status"], only["transaction"], [each["status"] for each in listed["items"]]

    assert await seen(before) == ("Preparing", None, [])
    assert await seen(during) == ("Charging", number, ["open"])
    assert await seen(after) == ("Available", None, ["stopped"])
    assert await missing(f"transactions/{number}", at=before) == 404
    assert (await told(f"transactions/{number}", at=during))[0]["energy_wh"] is None
    assert (await told(f"transactions/{number}", at=after))[0]["energy_wh"] == 2000


async def test_meter_values_are_told_as_far_as_they_had_come(station, tag, moment, told):
    number = await started(station, tag)
    for reading in ("100", "200"):
        value = {"timestamp": NOON, "sampledValue": [{"value": reading}]}
        await station.ask("MeterValues", connectorId=1, transactionId=number, meterValue=[value])
        if reading == "100":
            between = await moment()
    after = await moment()
    path = f"transactions/{number}/meter-values"
    values = {at: (await told(path, at=at))[0]["items"] for at in (between, after)}
    assert [[each["raw"] for each in found] for found in values.values()] == [
        ["100"],
        ["100", "200"],
    ]


async def test_a_token_is_told_as_it_was_thought_of(api, tag, told, missing):
    async def just_after():
        """The millisecond after the last change, once it is over."""
        changed = datetime.fromisoformat((await told(f"tokens/{tag}"))[0]["changed_at"])
        await eventually(lambda: passed(changed + 2 * MILLISECOND))
        return times.write(changed + MILLISECOND)

    issued = await just_after()
    await api.put(f"/api/v1/tokens/{tag}", json={"status": "Blocked"})
    blocked = await just_after()
    await api.delete(f"/api/v1/tokens/{tag}")

    assert await missing(f"tokens/{tag}") == 404
    assert (await told(f"tokens/{tag}", at=issued))[0]["status"] == "Accepted"
    assert (await told(f"tokens/{tag}", at=blocked))[0]["status"] == "Blocked"
    assert await missing(f"tokens/{tag}", at=NOON) == 404


async def test_configuration_and_lists_are_told_as_they_were(api, name, moment, told):
    before = await moment()
    await api.put(
        f"/api/v1/stations/{name}/configuration/HeartbeatInterval/desired", json={"value": "60"}
    )
    await api.put(f"/api/v1/stations/{name}/automation", json={"automatic": True})
    after = await moment()

    async def seen(at):
        configuration, _ = await told(f"stations/{name}/configuration", at=at)
        keys = [(each["key"], each["desired"]) for each in configuration["items"]]
        return keys, (await told(f"stations/{name}/automation", at=at))[0]["automatic"]

    assert await seen(before) == ([], False)
    assert await seen(after) == ([("HeartbeatInterval", "60")], True)
    for path in ("local-list", "local-list/entries", "charging-profiles"):
        _, headers = await told(f"stations/{name}/{path}", at=after)
        assert headers["As-Of"] == after
    listed, _ = await told("reservations", station=name, at=after)
    assert listed["items"] == []


async def test_what_is_not_past_or_of_no_station_is_not_told(missing, name):
    assert await missing(f"stations/{name}", at="2099-01-01T00:00:00Z") == 422
    assert await missing("connectors", at=NOON) == 422
    assert await missing(f"stations/{name}", at="yesterday") == 422
    assert await missing("transactions/999999", at=NOON) == 404
    assert await missing("stations/nobody-at-all/state") == 404


async def test_the_state_of_now_is_what_the_resources_tell(station, name, tag, told):
    number = await started(station, tag)
    await report(station, "Charging")

    async def caught_up():
        found, _ = await told("connectors", station=name)
        return found["items"] if found["items"][0]["status"] == "Charging" else None

    connectors = await eventually(caught_up)
    state, _ = await told(f"stations/{name}/state")
    shown, _ = await told(f"stations/{name}")
    assert state["station"] | {"last_frame_at": None} == shown | {"last_frame_at": None}
    assert state["connectors"] == connectors
    assert [each["id"] for each in state["transactions"]] == [number]
    assert state["position"] > 0


async def test_two_instants_differ_member_by_member(api, station, name, tag, moment, told):
    await report(station, "Preparing")
    begin = await moment()
    number = await started(station, tag)
    await report(station, "Charging")
    await stop(station, number)
    end = await moment()

    found, _ = await told(f"stations/{name}/changes", **{"from": begin, "to": end})
    differences = {
        (each["aspect"], each["key"], each["member"]): (each["before"], each["after"])
        for each in found["differences"]
    }
    assert differences["connectors", "1", "status"] == ("Preparing", "Charging")
    before, after = differences["transactions", str(number), ""]
    assert (before, after["energy_wh"]) == (None, 2500)
    assert "station" not in {aspect for aspect, *_ in differences}
    topics = [each["topic"] for each in found["facts"]]
    assert topics[-1] == "transaction.stopped" or "transaction.stopped" in topics
    assert not found["more_facts"]

    few, _ = await told(f"stations/{name}/changes", **{"from": begin, "to": end, "limit": 1})
    assert (few["facts"], few["more_facts"]) == (found["facts"][:1], True)
    none, _ = await told(f"stations/{name}/changes", **{"from": end, "to": end})
    assert (none["differences"], none["facts"]) == ([], [])
    backwards = await api.get(f"/api/v1/stations/{name}/changes", params={"from": end, "to": begin})
    assert backwards.status_code == 422

"""The timeline of a station and of a transaction: what happened, who wished it, what it led to."""

import asyncio
from functools import partial

import pytest

from tests.api.stage import eventually
from tests.api.test_access import token_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON, LATER = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"


@pytest.fixture
def timeline(api):
    """The events of a path below the API; a list of pages when a limit is given."""

    async def ask(path, **query):
        items, cursor = [], ""
        while cursor is not None:
            answer = await api.get(f"/api/v1/{path}/timeline", params={**query, "cursor": cursor})
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            cursor = answer.json()["next"]
        return items

    return ask


async def charge(api, station, name, tag):
    """A transaction that an operator stops from afar, closed by hand before its stop comes."""
    started = await station.ask(
        "StartTransaction", connectorId=1, idTag=tag, meterStart=0, timestamp=NOON
    )
    number = started["transactionId"]
    stopping = asyncio.create_task(
        api.post(
            f"/api/v1/stations/{name}/calls/RemoteStopTransaction",
            json={"transactionId": number},
            params={"wait": 5},
        )
    )
    message_id, _ = await station.asked()
    await station.reply(message_id, {"status": "Accepted"})
    assert (await stopping).status_code < 300
    value = {"timestamp": NOON, "sampledValue": [{"value": "7"}]}
    await station.ask("MeterValues", connectorId=1, transactionId=number, meterValue=[value])
    await station.ask("Heartbeat")
    await station.ask("StopTransaction", transactionId=number, meterStop=9, timestamp=LATER)

    async def over():
        answer = await api.get(f"/api/v1/transactions/{number}")
        return answer.status_code == 200 and answer.json()["status"] == "stopped"

    await eventually(over)
    return number


async def test_each_fact_stands_under_what_caused_it(api, station, name, tag, timeline):
    number = await charge(api, station, name, tag)
    events = await timeline(f"stations/{name}")

    assert [(each["kind"], each["action"]) for each in events] == [
        ("wish", "RegisterStation"),
        ("opened", ""),
        ("frame", "BootNotification"),
        ("frame", "StartTransaction"),
        ("wish", "RequestCall"),
        ("call", "RemoteStopTransaction"),
        ("frame", "RemoteStopTransaction"),
        ("frame", "MeterValues"),
        ("frame", "Heartbeat"),
        ("frame", "StopTransaction"),
    ]
    register, _, boot, start, wish, sent, answer, meter, beat, stop = events
    assert (register["by"], wish["by"], boot["by"]) == ("admin", "admin", "")
    assert "station.booted" in topics(boot)
    assert {"transaction.started", "connector.taken"} <= set(topics(start))
    assert (topics(wish), topics(answer)) == (["call.requested"], ["call.answered"])
    assert topics(sent) == ["call.sent"]
    assert (topics(meter), topics(beat)) == (["meter.read"], [])
    assert stop["answer"].startswith("[3,")
    told = next(each for each in stop["facts"] if each["topic"] == "transaction.stopped")
    assert (told["stream"], told["data"]["meter_stop_wh"]) == (f"transaction:{number}", 9)
    assert {fact["cause"] for each in events for fact in each["facts"]} <= {
        each["key"] for each in events
    }


def topics(event):
    return [each["topic"] for each in event["facts"]]


async def test_the_audit_trail_is_not_told_to_everybody(station, name, timeline):
    await station.ask("Heartbeat")
    events = await timeline(f"stations/{name}")
    assert "audit.acted" not in {topic for each in events for topic in topics(each)}


async def test_a_transaction_has_its_own_with_the_calls_that_name_it(
    api, station, name, tag, timeline
):
    number = await charge(api, station, name, tag)
    events = await timeline(f"transactions/{number}")
    assert [(each["kind"], each["action"]) for each in events] == [
        ("frame", "StartTransaction"),
        ("wish", "RequestCall"),
        ("call", "RemoteStopTransaction"),
        ("frame", "RemoteStopTransaction"),
        ("frame", "MeterValues"),
        ("frame", "StopTransaction"),
    ]
    assert await timeline(f"transactions/{number}", newest_first=True, limit=2) == events[::-1]
    assert await timeline(f"transactions/{number}", limit=4) == events
    assert await timeline(f"transactions/{number}", kind="wish") == [events[1]]


async def test_it_is_paged_both_ways_and_chosen_from(api, station, name, tag, timeline):
    await charge(api, station, name, tag)
    path = f"stations/{name}"
    events = await timeline(path)
    assert await timeline(path, limit=3) == events
    assert await timeline(path, limit=3, newest_first=True) == events[::-1]
    chosen = await timeline(path, kind=["wish", "call"], limit=2)
    assert chosen == [each for each in events if each["kind"] in {"wish", "call"}]
    assert await timeline(path, kind="call") == [each for each in events if each["kind"] == "call"]
    since = events[4]["at"]
    assert await timeline(path, **{"from": since}) == [e for e in events if e["at"] >= since]
    assert await timeline(path, to=since) == [e for e in events if e["at"] < since]


async def test_what_is_no_cursor_and_no_transaction_is_said(api, name):
    for cursor in ("x", "ajE=", "ag=="):
        answer = await api.get(f"/api/v1/stations/{name}/timeline", params={"cursor": cursor})
        assert answer.status_code == (200 if cursor == "ajE=" else 422)
    assert (await api.get("/api/v1/transactions/999999/timeline")).status_code == 404
    assert (await api.get("/api/v1/stations/nobody-there/timeline")).json()["items"] == []


async def test_the_audit_trail_is_not_read_by_way_of_the_journal(api, installation):
    async with installation.client(await token_of(api, "viewer")) as viewer:

        async def seen(client, path):
            answer = await client.get(f"/api/v1/stations/user%3Amatrix-viewer/{path}")
            return answer.text if "RecordAction" in answer.text else ""

        for path in ("journal", "timeline"):
            assert "AddUser" in await eventually(partial(seen, api, path))
            told = await seen(viewer, path)
            assert "AddUser" not in told
            assert '"by":"admin"' not in told

"""Events over HTTP: in pages, as they come, and never with a tag."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from tests.api.stage import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENTS, STREAM = "/api/v1/events", "/api/v1/events/stream"
LIVE = {"Accept": "text/event-stream"}


async def told(api, **query):
    answer = await api.get(EVENTS, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def types(events):
    return [each["type"].removeprefix("ampledger.").removesuffix(".v1") for each in events]


@asynccontextmanager
async def following(api, after=None, last=None, **query):
    """The events of a stream, and all its lines."""
    headers = LIVE | ({"Last-Event-ID": str(last)} if last is not None else {})
    params = query | ({} if after is None else {"after": after})
    async with api.stream("GET", STREAM, params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.aiter_lines()


async def events_of(lines, count):
    found: list[dict[str, object]] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            line = await anext(lines)
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
    return found


async def charge(station, tag):
    started = await station.ask(
        "StartTransaction",
        connectorId=1,
        idTag=tag,
        meterStart=100,
        timestamp="2026-01-01T12:00:00Z",
    )
    number = started["transactionId"]
    await station.ask(
        "StopTransaction",
        transactionId=number,
        meterStop=350,
        timestamp="2026-01-01T13:00:00Z",
        idTag=tag,
    )
    return number


async def test_what_a_station_did_is_told_in_order_without_its_drivers_tag(api, station, name, tag):
    number = await charge(station, tag)
    page = await told(api, station=name)
    assert types(page["items"]) == [
        "station.registered",
        "station.configured",
        "station.connected",
        "station.booted",
        "transaction.started",
        "transaction.judged",
        "connector.appeared",
        "transaction.stopped",
    ]
    positions = [int(each["position"]) for each in page["items"]]
    assert positions == sorted(positions)
    assert page["next"] is None
    assert page["position"] >= positions[-1]
    started, stopped = page["items"][4], page["items"][-1]
    assert started["subject"] == stopped["subject"] == f"transaction/{number}"
    assert stopped["data"]["energy_wh"] == 250
    assert started["data"]["token"] == stopped["data"]["token"] != ""
    assert tag.casefold() not in json.dumps(page).casefold()


async def test_a_token_bears_its_pseudonym_in_all_its_events(api, station, name, tag):
    await charge(station, tag)
    started = await told(api, station=name, type="ampledger.transaction.started.v1")
    pseudonym = started["items"][0]["data"]["token"]
    everything = (await told(api, type="ampledger.token.*", limit=1000))["items"]
    (permitted,) = [each for each in everything if each["data"]["token"] == pseudonym]
    assert permitted["subject"] == f"token/{pseudonym}"
    assert "station" not in permitted


async def test_pages_follow_on_each_other_and_say_where_to_go_on(api, station, name):
    whole = (await told(api, station=name))["items"]
    first = await told(api, station=name, limit=2)
    second = await told(api, station=name, limit=1000, cursor=first["next"])
    assert first["items"] + second["items"] == whole
    await station.ask("BootNotification", chargePointVendor="W", chargePointModel="M")
    later = await told(api, station=name, after=second["position"])
    assert types(later["items"]) == ["station.booted"]


async def test_events_are_chosen_by_type_and_by_time(api, station, name):
    await station.ask("Heartbeat")
    chosen = await told(
        api, station=name, type=["ampledger.station.boo*", "ampledger.call.sent.v1"]
    )
    assert types(chosen["items"]) == ["station.booted"]
    moment = datetime.fromisoformat(chosen["items"][0]["time"])
    day = timedelta(days=1)
    assert types((await told(api, station=name, since=moment.isoformat()))["items"]) == [
        "station.booted"
    ]
    until = await told(api, station=name, until=moment.isoformat())
    assert types(until["items"])[-1] == "station.connected"
    assert (await told(api, station=name, since=(moment + day).isoformat()))["items"] == []
    assert (await told(api, station=name, until=(moment - day).isoformat()))["items"] == []


async def test_what_cannot_be_meant_is_a_problem(api):
    strange = await api.get(EVENTS, params={"type": "ampledger.moon.risen.v1"})
    assert (strange.status_code, "moon.risen" in strange.json()["detail"]) == (422, True)
    assert (await api.get(EVENTS, params={"cursor": "nonsense"})).status_code == 422
    lost = await api.get(STREAM, headers=LIVE | {"Last-Event-ID": "x"})
    assert lost.status_code == 422
    assert (await api.get(STREAM)).status_code == 406


async def test_a_stream_tells_what_comes_after_it_began(api, station, name):
    async with following(api, station=name) as lines:
        assert await anext(lines) == "retry: 1000"
        await station.ask("BootNotification", chargePointVendor="LIVE", chargePointModel="M")
        (booted,) = await events_of(lines, 1)
    assert booted["data"]["vendor"] == "LIVE"


async def test_a_stream_goes_on_after_the_last_event_that_was_seen(api, station, name):
    whole = (await told(api, station=name))["items"]
    async with following(api, station=name, after=0) as lines:
        first = await events_of(lines, 2)
    async with following(api, station=name, after=0, last=first[-1]["id"]) as lines:
        await station.ask("BootNotification", chargePointVendor="W", chargePointModel="M")
        rest = await events_of(lines, len(whole) - 1)
    assert first + rest[:-1] == whole
    assert rest[-1]["data"]["vendor"] == "W"


async def test_many_follow_at_once_and_each_hears_what_it_chose(api, station, name):
    async with asyncio.timeout(2 * PATIENCE):
        for vendor in ("A", "B", "C"):
            await station.ask("BootNotification", chargePointVendor=vendor, chargePointModel="M")

        async def follow(number):
            kind = "ampledger.station.booted.v1" if number % 2 else "ampledger.station.*"
            async with following(api, station=name, after=0, type=kind) as lines:
                return types(await events_of(lines, 4 if number % 2 else 7))

        heard = await asyncio.gather(*(follow(number) for number in range(20)))
    assert heard[1::2] == [["station.booted"] * 4] * 10
    before = ["station.registered", "station.configured", "station.connected"]
    assert heard[::2] == [before + ["station.booted"] * 4] * 10


async def test_schemas_are_served_together_and_one_by_one(api):
    schemas = (await api.get(f"{EVENTS}/schemas")).json()
    one = await api.get(f"{EVENTS}/schemas/ampledger.transaction.stopped.v1")
    assert one.json() == schemas["ampledger.transaction.stopped.v1"]
    assert (await api.get(f"{EVENTS}/schemas/ampledger.moon.risen.v1")).status_code == 404

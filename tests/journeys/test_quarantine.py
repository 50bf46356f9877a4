"""What was put aside is found, decided and followed, over real sockets."""

import aio_pika
import pytest
from ocpp.v16 import call

from domain import topics, wire
from tests.journeys.charge_point import now
from tests.journeys.waiting import eventually, nothing_unasked, until

__all__ = ["nothing_unasked"]
ROOT = "/api/v1/quarantine"
STRANGE = 77_000_001  # a transaction id nobody gave


async def case_of(operator, station, kind):
    page = f"{ROOT}?station={station.name}&kind={kind}&state=open"
    found = await until(operator, page, lambda page: page["items"])
    return await operator.get(f"{ROOT}/{found['items'][0]['number']}")


async def resolve(operator, case, ruling, **more):
    path = f"{ROOT}/{case['number']}/resolve"
    return await operator.post(path, body={"ruling": ruling, "note": "seen on site", **more})


async def test_an_orphan_stop_is_assigned_to_the_transaction_it_is_about(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    samples = [{"timestamp": now(), "sampledValue": [{"value": "500"}]}]
    await station.ask(call.MeterValues(connector_id=1, meter_value=samples, transaction_id=STRANGE))
    await station.stop(STRANGE, id_tag=tag)
    case = await case_of(operator, station, "orphan-stop")
    assert case["candidates"][0]["transaction"]["id"] == number
    assert (await operator.transactions(station.name))[0]["status"] == "open"

    resolved = await resolve(operator, case, "assign", transaction=number)
    assert (resolved["state"], resolved["resolved_transaction"]) == ("resolved", number)
    row = await eventually(operator, f"/api/v1/transactions/{number}", "status", "stopped")
    assert (row["energy_wh"], row["meter_stop_wh"], row["stop_id_tag"]) == (800, 900, tag)
    values = await operator.get(f"/api/v1/transactions/{number}/meter-values")
    assert [each["value"] for each in values["items"]] == [500]
    connectors = await operator.get("/api/v1/connectors", station=station.name)
    assert {each["transaction"] for each in connectors["items"]} == {None}

    repeated = await station.stop(number, id_tag=tag)
    assert repeated.id_tag_info["status"] == "Accepted"
    assert (await station.start(tag, meter=900)).id_tag_info["status"] == "Accepted"
    open_ones = await operator.get(ROOT, station=station.name, state="open")
    assert open_ones["items"] == []


async def test_a_second_stop_is_accepted_by_a_person(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    await station.stop(number, meter=900)
    await station.stop(number, meter=1200)
    case = await case_of(operator, station, "second-stop")
    await resolve(operator, case, "accept")
    row = await eventually(operator, f"/api/v1/transactions/{number}", "energy_wh", 1100)
    assert row["status"] == "stopped"


@pytest.mark.parametrize("installed", ["distributed"], indirect=True)
async def test_poison_of_the_broker_becomes_a_case(installation, operator, amqp_url):
    queue = topics.qualified(installation.namespace, topics.inbound(0))
    rubbish = b"rubbish of a journey"
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for body in (b"no bundle at all", wire.bundle([rubbish])):
            await channel.default_exchange.publish(aio_pika.Message(body), queue)
    page = f"{ROOT}?kind=poison&state=open"
    found = await until(operator, page, lambda page: len(page["items"]) == 2)
    shown = [await operator.get(f"{ROOT}/{each['number']}") for each in found["items"]]
    assert {each["record"] for each in shown} == {"no bundle at all", rubbish.decode()}
    for case in shown:
        assert (await resolve(operator, case, "dismiss"))["state"] == "resolved"

import asyncio
import json

import pytest

from commands.simulate.counts import FleetCounts
from commands.simulate.equipment import Equipment
from commands.simulate.features import Features
from commands.simulate.station import Station
from tests.commands.bench_of_stations import Bench, Socket, living


@pytest.mark.parametrize("moment", range(12))
async def test_a_station_that_is_stopped_stops_even_as_an_answer_comes(moment):
    socket = Socket()
    station = Station("S", socket, Features(Equipment("S")), FleetCounts())
    reading = asyncio.ensure_future(station.start())
    beating = asyncio.ensure_future(station.beat())
    message_id = json.loads(await socket.sent.get())[1]
    socket.received.put_nowait(json.dumps([3, message_id, {"currentTime": "2026-01-01T00:00:00Z"}]))
    for _ in range(moment):
        await asyncio.sleep(0)
    cancelled = beating.cancel()
    await asyncio.wait([beating])
    assert beating.cancelled() == cancelled
    reading.cancel()


async def test_all_six_profiles_are_told_with_their_limits():
    answer = await Bench().ask("GetConfiguration", key=["supportedfeatureprofiles", "Nonsense"])
    assert answer["unknownKey"] == ["Nonsense"]
    assert len(answer["configurationKey"][0]["value"].split(",")) == 6


async def test_all_keys_are_told_when_none_is_asked_for():
    told = {each["key"] for each in (await Bench().ask("GetConfiguration"))["configurationKey"]}
    assert {"LocalAuthListMaxLength", "ChargeProfileMaxStackLevel", "HeartbeatInterval"} <= told


async def test_more_keys_than_the_station_can_tell_are_refused():
    bench = Bench(GetConfigurationMaxKeys="2")
    assert (
        await bench.ask("GetConfiguration", key=["A", "B", "C"]) == "OccurenceConstraintViolation"
    )


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "60", "Accepted"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("LocalAuthListEnabled", "perhaps", "Rejected"),
        ("NumberOfConnectors", "9", "Rejected"),
        ("WebSocketPingInterval", "30", "RebootRequired"),
        ("Nonsense", "1", "NotSupported"),
    ],
)
async def test_a_key_is_changed_only_to_what_it_can_be(key, value, status):
    assert await Bench().status("ChangeConfiguration", key=key, value=value) == status


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("BootNotification", 1),
        ("DiagnosticsStatusNotification", 1),
        ("FirmwareStatusNotification", 1),
        ("Heartbeat", 1),
        ("MeterValues", 2),
        ("StatusNotification", 2),
    ],
)
async def test_a_triggered_message_follows_the_answer_for_every_connector(message, count):
    bench = Bench()
    assert await bench.status("TriggerMessage", requestedMessage=message) == "Accepted"
    assert [(await bench.said())[0] for _ in range(count)] == [message] * count


async def test_a_triggered_reading_says_that_it_was_triggered():
    bench = Bench()
    await bench.ask("TriggerMessage", requestedMessage="MeterValues", connectorId=2)
    _, payload = await bench.said()
    assert payload["connectorId"] == 2
    assert {s["context"] for s in payload["meterValue"][0]["sampledValue"]} == {"Trigger"}


async def test_a_trigger_for_a_connector_that_is_not_there_is_rejected():
    asked = {"requestedMessage": "MeterValues", "connectorId": 3}
    assert await Bench().status("TriggerMessage", **asked) == "Rejected"


async def test_a_fault_can_be_made_and_repaired_by_data_transfer():
    bench = Bench()
    transfer = {"vendorId": "Ampledger", "data": "1"}
    assert await bench.status("DataTransfer", messageId="Fault", **transfer) == "Accepted"
    _, broken = await bench.said()
    assert (broken["status"], broken["errorCode"]) == ("Faulted", "OtherError")
    assert await bench.status("DataTransfer", messageId="Repair", **transfer) == "Accepted"
    _, mended = await bench.said()
    assert (mended["status"], mended["errorCode"]) == ("Available", "NoError")
    assert await bench.status("DataTransfer", vendorId="Somebody") == "UnknownVendorId"


async def test_a_saying_that_fails_comes_again_and_then_gives_way():
    bench, tried = Bench(), []

    async def failing(_):
        tried.append("failing")
        raise TimeoutError

    async def working(_):
        tried.append("working")

    bench.equipment.sayings.add(failing)
    bench.equipment.sayings.add(working)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await bench.equipment.sayings.say_next(bench._station)
    await bench.equipment.sayings.say_next(bench._station)
    assert tried == ["failing"] * 3 + ["working"]


async def test_a_session_is_started_measured_and_stopped_from_afar():
    async with living() as central:
        await central.hears("StatusNotification", status="Available", connectorId=1)
        answer = await central.ask("RemoteStartTransaction", idTag="ANN", connectorId=1)
        assert answer == {"status": "Accepted"}
        assert "reservationId" not in await central.hears("StartTransaction", idTag="ANN")
        reading = await central.hears("MeterValues", transactionId=7)
        told = {
            each["measurand"]: each["value"] for each in reading["meterValue"][0]["sampledValue"]
        }
        assert told["Power.Active.Import"] == "11040"
        assert told["Current.Import"] == "16.0"
        await central.ask("RemoteStopTransaction", transactionId=7)
        await central.hears("StopTransaction", reason="Remote")
        await central.hears_in_turn("StatusNotification", "Finishing", "Available")


async def test_a_station_comes_back_after_a_reset():
    async with living() as central:
        await central.ask("Reset", type="Soft")
        await central.hears("BootNotification")

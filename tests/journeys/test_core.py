"""The certification cases of the Core profile for a central system, by their numbers (OCTT).

In each: the station is registered, connected, idle. Nothing is sent to it that nobody asked for.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import websockets
from ocpp.v16 import call
from websockets.typing import Subprotocol

from tests.journeys.charge_point import Station
from tests.journeys.conftest import Operator
from tests.journeys.waiting import eventually, nothing_unasked, until

__all__ = ["nothing_unasked"]
OLD, OURS = Subprotocol("ocpp0.1"), Subprotocol("ocpp1.6")
PAST = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S.123Z")


async def test_tc_001_cold_boot(station, operator):
    boot = await station.boot((0, "Available"), (1, "Available"), (2, "Available"))
    assert (boot.status, boot.interval) == ("Accepted", 60)
    told = datetime.fromisoformat(boot.current_time)
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    assert boot.current_time.endswith("Z")
    assert len(boot.current_time) == len("2026-01-01T00:00:00.000Z")
    beat = await station.ask(call.Heartbeat())
    assert beat.current_time.endswith("Z")
    path = f"/api/v1/stations/{station.name}"
    row = await until(operator, path, lambda row: row["online"] and row["boot"])
    assert row["boot"]["vendor"] == "ACME"


async def test_tc_003_regular_session_plug_in_first(station, tag, operator):
    await station.boot()
    await station.status("Preparing")
    assert (await station.authorize(tag))["status"] == "Accepted"
    started = await station.start(tag)
    assert started.id_tag_info["status"] == "Accepted"
    assert started.transaction_id > 0
    await station.status("Charging")
    path = f"/api/v1/transactions/{started.transaction_id}"
    row = await eventually(operator, path, "status", "open")
    assert (row["station"], row["id_tag"]) == (station.name, tag)


async def test_tc_004_1_regular_session_identification_first(station, tag):
    await station.boot()
    assert await station.charge(tag) > 0


async def test_tc_004_2_connection_timeout(station, tag, operator):
    await station.boot()
    assert (await station.authorize(tag))["status"] == "Accepted"
    await station.status("Preparing")
    await station.status("Available")
    assert await operator.transactions(station.name) == []


async def test_tc_005_1_ev_side_disconnect(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    await station.status("SuspendedEV")
    stopped = await station.stop(number, reason="EVDisconnected")
    assert stopped.id_tag_info is None
    await station.status("Finishing")
    await station.status("Available")
    row = await eventually(operator, f"/api/v1/transactions/{number}", "status", "stopped")
    assert (row["stop_reason"], row["energy_wh"]) == ("EVDisconnected", 800)


async def test_tc_007_start_with_cached_id(station, tag):
    await station.boot()
    await station.status("Preparing")
    assert (await station.start(tag)).id_tag_info["status"] == "Accepted"
    await station.status("Charging")


async def test_tc_061_clear_authorization_cache(station, operator):
    await station.boot()
    station.answers["ClearCache"] = {"status": "Accepted"}
    outcome = await operator.call(station.name, "ClearCache", {})
    assert await station.asked("ClearCache") == {}
    assert (outcome["status"], outcome["response"]) == ("answered", {"status": "Accepted"})


async def test_tc_010_remote_start_cable_first(station, tag, operator):
    await station.boot()
    await station.status("Preparing")
    await _remote_start(station, operator, tag, "Accepted")
    assert (await station.authorize(tag))["status"] == "Accepted"
    assert (await station.start(tag)).id_tag_info["status"] == "Accepted"
    await station.status("Charging")


async def test_tc_011_1_remote_start_remote_first(station, tag, operator):
    await station.boot()
    await _remote_start(station, operator, tag, "Accepted")
    assert (await station.authorize(tag))["status"] == "Accepted"
    await station.status("Preparing")
    assert (await station.start(tag)).id_tag_info["status"] == "Accepted"
    await station.status("Charging")


async def test_tc_011_2_remote_start_timeout(station, tag, operator):
    await station.boot()
    await _remote_start(station, operator, tag, "Accepted")
    assert (await station.authorize(tag))["status"] == "Accepted"
    await station.status("Preparing")
    await station.status("Available")
    assert await operator.transactions(station.name) == []


async def test_tc_012_remote_stop(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    station.answers["RemoteStopTransaction"] = {"status": "Accepted"}
    await operator.call(station.name, "RemoteStopTransaction", {"transactionId": number})
    assert await station.asked("RemoteStopTransaction") == {"transactionId": number}
    await station.stop(number, reason="Remote")
    await station.status("Finishing")
    await station.status("Available")
    row = await eventually(operator, f"/api/v1/transactions/{number}", "status", "stopped")
    assert row["stop_reason"] == "Remote"


@pytest.mark.parametrize("kind", ["Hard", "Soft"], ids=["tc_013_hard", "tc_014_soft"])
async def test_tc_013_and_014_reset(station, operator, kind):
    await station.boot()
    station.answers["Reset"] = {"status": "Accepted"}
    await operator.call(station.name, "Reset", {"type": kind})
    assert await station.asked("Reset") == {"type": kind}
    await station.leave()
    await station.connect()
    assert (await station.boot()).status == "Accepted"


@pytest.mark.parametrize(
    ("connector", "status"),
    [(1, "Unlocked"), (1, "NotSupported"), (1, "UnlockFailed"), (99, "NotSupported")],
    ids=["tc_017_1", "tc_017_2", "tc_030", "tc_031"],
)
async def test_tc_017_030_031_unlock(station, operator, connector, status):
    await station.boot()
    station.answers["UnlockConnector"] = {"status": status}
    outcome = await operator.call(station.name, "UnlockConnector", {"connectorId": connector})
    assert await station.asked("UnlockConnector") == {"connectorId": connector}
    assert (outcome["status"], outcome["response"]) == ("answered", {"status": status})


async def test_tc_018_1_unlock_during_transaction(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    station.answers["UnlockConnector"] = {"status": "Unlocked"}
    await operator.call(station.name, "UnlockConnector", {"connectorId": 1})
    await station.asked("UnlockConnector")
    await station.status("Finishing")
    await station.stop(number, reason="UnlockCommand")
    await station.status("Available")
    row = await eventually(operator, f"/api/v1/transactions/{number}", "status", "stopped")
    assert row["stop_reason"] == "UnlockCommand"


async def test_tc_019_1_all_configuration_keys(station, operator):
    await station.boot()
    keys = [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}]
    station.answers["GetConfiguration"] = {"configuration_key": keys, "unknown_key": []}
    outcome = await operator.call(station.name, "GetConfiguration", {})
    assert await station.asked("GetConfiguration") == {}
    assert outcome["response"]["configurationKey"] == keys


async def test_tc_019_2_one_configuration_key(station, operator):
    await station.boot()
    key = "SupportedFeatureProfiles"
    station.answers["GetConfiguration"] = {
        "configuration_key": [{"key": key, "readonly": True, "value": "Core"}]
    }
    await operator.call(station.name, "GetConfiguration", {"key": [key]})
    assert await station.asked("GetConfiguration") == {"key": [key]}


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("MeterValueSampleInterval", "60", "Accepted"),
        ("NobodyKnowsThis", "x", "NotSupported"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
    ],
    ids=["tc_021", "tc_040_1", "tc_040_2"],
)
async def test_tc_021_and_040_change_configuration(station, operator, key, value, status):
    await station.boot()
    station.answers["ChangeConfiguration"] = {"status": status}
    payload = {"key": key, "value": value}
    outcome = await operator.call(station.name, "ChangeConfiguration", payload)
    assert await station.asked("ChangeConfiguration") == payload
    assert outcome["response"] == {"status": status}


@pytest.mark.parametrize(
    ("permit", "status"),
    [
        (None, "Invalid"),
        ({"expiry_date": "2020-01-01T00:00:00Z"}, "Expired"),
        ({"status": "Blocked"}, "Blocked"),
    ],
    ids=["tc_023_1", "tc_023_2", "tc_023_3"],
)
async def test_tc_023_authorize(station, operator, permit, status, tag):
    await station.boot()
    name = f"X{tag}"
    if permit is not None:
        await operator.issue(name, **permit)
    assert (await station.authorize(name))["status"] == status


async def test_tc_024_lock_failure(station, tag, operator):
    await station.boot()
    assert (await station.authorize(tag))["status"] == "Accepted"
    await station.status("Preparing")
    await station.status("Faulted", error="ConnectorLockFailure")
    async with asyncio.timeout(10):
        while True:
            page = await operator.get("/api/v1/connectors", station=station.name)
            shown = {c["connector"]: c["error_code"] for c in page["items"]}
            if shown.get(1) == "ConnectorLockFailure":
                return
            await asyncio.sleep(0.02)


async def test_tc_026_remote_start_rejected(station, tag, operator):
    await station.boot()
    await _remote_start(station, operator, tag, "Rejected")
    assert await operator.transactions(station.name) == []


async def test_tc_028_remote_stop_rejected(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    station.answers["RemoteStopTransaction"] = {"status": "Rejected"}
    payload = {"transactionId": number + 1_000_000}
    outcome = await operator.call(station.name, "RemoteStopTransaction", payload)
    assert await station.asked("RemoteStopTransaction") == payload
    assert outcome["response"] == {"status": "Rejected"}


async def test_tc_032_1_power_failure(station, tag, operator):
    await station.boot()
    number = await station.charge(tag)
    await station.leave()
    await station.connect()
    boot = await station.boot((1, "Finishing"), (0, "Available"))
    assert boot.status == "Accepted"
    await eventually(operator, f"/api/v1/transactions/{number}", "status", "open")
    await station.stop(number, reason="PowerLoss")
    row = await eventually(operator, f"/api/v1/transactions/{number}", "status", "stopped")
    assert row["stop_reason"] == "PowerLoss"


async def test_tc_037_1_offline_start_valid_tag(station, tag):
    await station.boot()
    await station.leave()
    await station.connect()
    started = await station.start(tag, at=PAST)
    assert started.id_tag_info["status"] == "Accepted"
    assert started.transaction_id > 0
    await station.status("Charging")


async def test_tc_037_3_offline_start_invalid_tag(station, operator):
    await station.boot()
    await station.leave()
    await station.connect()
    started = await station.start("NobodyKnowsThis", at=PAST)
    assert started.id_tag_info["status"] == "Invalid"
    assert started.transaction_id > 0
    await station.status("Charging")
    await station.stop(started.transaction_id, reason="DeAuthorized")
    await station.status("Finishing")
    path = f"/api/v1/transactions/{started.transaction_id}"
    assert (await eventually(operator, path, "status", "stopped"))["id_tag_status"] == "Invalid"


async def test_tc_039_offline_transaction(station, tag, operator):
    await station.boot()
    await station.leave()
    await station.connect()
    started = await station.start(tag, at=PAST)
    await station.stop(started.transaction_id, reason="Local")
    assert started.id_tag_info["status"] == "Accepted"
    path = f"/api/v1/transactions/{started.transaction_id}"
    await eventually(operator, path, "status", "stopped")


async def test_tc_064_data_transfer_to_the_central_system(station):
    await station.boot()
    answer = await station.ask(call.DataTransfer(vendor_id="nobody.example", data="x"))
    assert answer.status == "UnknownVendorId"
    assert answer.data is None


async def test_tc_088_subprotocol_negotiation(station):
    await station.leave()
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(station.url, subprotocols=[OLD])
    assert 400 <= refused.value.response.status_code < 500
    async with websockets.connect(station.url, subprotocols=[OLD, OURS]) as socket:
        assert socket.response is not None
        assert socket.response.headers.get_all("Sec-WebSocket-Protocol") == ["ocpp1.6"]


async def test_data_transfer_to_the_station(station, operator):
    """No case of the tool, but required by the Core profile."""
    await station.boot()
    station.answers["DataTransfer"] = {"status": "Accepted", "data": "pong"}
    payload = {"vendorId": "org.example", "messageId": "ping", "data": "x"}
    outcome = await operator.call(station.name, "DataTransfer", payload)
    assert await station.asked("DataTransfer") == payload
    assert outcome["response"] == {"status": "Accepted", "data": "pong"}


async def test_change_availability(station, operator):
    """Used by later cases; connector 0 is the whole station."""
    await station.boot()
    station.answers["ChangeAvailability"] = {"status": "Scheduled"}
    payload = {"connectorId": 0, "type": "Inoperative"}
    outcome = await operator.call(station.name, "ChangeAvailability", payload)
    assert await station.asked("ChangeAvailability") == payload
    assert outcome["response"] == {"status": "Scheduled"}


async def _remote_start(station: Station, operator: Operator, tag: str, status: str) -> None:
    station.answers["RemoteStartTransaction"] = {"status": status}
    payload = {"idTag": tag, "connectorId": 1}
    outcome = await operator.call(station.name, "RemoteStartTransaction", payload)
    assert await station.asked("RemoteStartTransaction") == payload
    assert outcome["response"] == {"status": status}

"""The certification cases of the Remote Trigger profile, by their numbers (OCTT)."""

from typing import Any

import pytest
from ocpp.v16 import call

from tests.journeys.charge_point import now
from tests.journeys.waiting import nothing_unasked, until

__all__ = ["nothing_unasked"]
METER = call.MeterValues(
    connector_id=1,
    meter_value=[{"timestamp": now(), "sampled_value": [{"value": "10", "context": "Trigger"}]}],
)
IDLE_DIAGNOSTICS = call.DiagnosticsStatusNotification(status="Idle")
IDLE_FIRMWARE = call.FirmwareStatusNotification(status="Idle")
AVAILABLE = call.StatusNotification(connector_id=1, error_code="NoError", status="Available")


async def trigger(station, operator, status="Accepted", **payload):
    """Ask for a message as an operator does, raw; the call's id."""
    station.answers["TriggerMessage"] = {"status": status}
    outcome = await operator.call(station.name, "TriggerMessage", payload)
    assert await station.asked("TriggerMessage") == payload
    assert outcome["response"] == {"status": status}
    return outcome["id"]


async def linked(operator, id, action):
    """The call, once the message is linked to it."""
    row = await until(operator, f"/api/v1/calls/{id}", lambda row: row["triggered"])
    assert [message["action"] for message in row["triggered"]] == [action]


@pytest.mark.parametrize("last", ["Accepted", "NotImplemented"])
async def test_tc_054_trigger_message(station, operator, last):
    await station.boot()
    asked: list[tuple[dict[str, Any], object]] = [
        ({"requestedMessage": "MeterValues", "connectorId": 1}, METER),
        ({"requestedMessage": "Heartbeat"}, call.Heartbeat()),
        ({"requestedMessage": "StatusNotification", "connectorId": 1}, AVAILABLE),
        ({"requestedMessage": "DiagnosticsStatusNotification"}, IDLE_DIAGNOSTICS),
    ]
    if last == "Accepted":
        asked.append(({"requestedMessage": "FirmwareStatusNotification"}, IDLE_FIRMWARE))
    for payload, message in asked:
        id = await trigger(station, operator, **payload)
        await station.ask(message)
        await linked(operator, id, payload["requestedMessage"])
    if last != "Accepted":
        await trigger(station, operator, last, requestedMessage="FirmwareStatusNotification")


@pytest.mark.parametrize("connector", [{}, {"connectorId": 2}], ids=["octt_25", "octt_24"])
async def test_tc_055_trigger_rejected(station, operator, connector):
    await station.boot()
    id = await trigger(station, operator, "Rejected", requestedMessage="MeterValues", **connector)
    await station.ask(METER)
    row = await until(operator, f"/api/v1/calls/{id}", lambda row: row["status"] == "answered")
    assert row["triggered"] == []


async def test_a_friendly_trigger_without_a_connector_brings_all_of_them(station, operator):
    await station.boot()
    station.answers["TriggerMessage"] = {"status": "Accepted"}
    path = f"/api/v1/stations/{station.name}/trigger"
    answer = await operator.client.post(
        path, json={"message": "StatusNotification"}, params={"wait": 10}
    )
    assert await station.asked("TriggerMessage") == {"requestedMessage": "StatusNotification"}
    for connector in (0, 1):
        await station.status("Available", connector=connector)
    path = f"/api/v1/calls/{answer.json()['id']}"
    row = await until(operator, path, lambda row: len(row["triggered"]) == 2)
    assert [message["connector"] for message in row["triggered"]] == [0, 1]


async def test_a_pending_station_sends_what_it_was_asked_for(station, operator):
    """Boot rule 3: meanwhile the system may trigger messages, and hears them (errata 3.10)."""
    await operator.register(station.name, registration="Pending")
    pending = call.BootNotification(charge_point_vendor="ACME", charge_point_model="One")
    assert (await station.ask(pending)).status == "Pending"
    await trigger(station, operator, requestedMessage="StatusNotification", connectorId=1)
    await station.ask(AVAILABLE)
    await trigger(station, operator, requestedMessage="BootNotification")
    await operator.register(station.name, registration="Accepted")
    assert (await station.ask(pending)).status == "Accepted"

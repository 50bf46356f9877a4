"""Certification case TC_066, and a composite schedule all the way: installed, asked for, drawn."""

import asyncio

import pytest
from ocpp.v16 import call

from tests.journeys.charge_point import now
from tests.journeys.waiting import nothing_unasked, until

__all__ = ["nothing_unasked"]


def path_of(station, connector=1):
    return f"/api/v1/stations/{station.name}/connectors/{connector}/schedule"


def reporting(limit, *, start, unit="A"):
    """The answer of a station whose limit is the same all the time."""
    return {
        "status": "Accepted",
        "connector_id": 1,
        "schedule_start": start,
        "charging_schedule": {
            "duration": 300,
            "charging_rate_unit": unit,
            "charging_schedule_period": [{"start_period": 0, "limit": limit, "number_phases": 3}],
        },
    }


async def ask(operator, station, **query):
    """Have the station report, and wait for what it says; the call, and what it was sent."""
    asking = operator.client.post(f"{path_of(station)}/ask", params={"wait": 10} | query)
    answer, sent = await asyncio.gather(asking, station.asked("GetCompositeSchedule"))
    assert answer.status_code == 201, answer.text
    return answer.json(), sent


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_tc_066_get_composite_schedule(station, operator, unit):
    await station.boot()
    station.answers["GetCompositeSchedule"] = reporting(6.0, start=now(), unit=unit)
    outcome, sent = await ask(operator, station, duration=300, unit=unit)
    assert sent == {"connectorId": 1, "duration": 300, "chargingRateUnit": unit}
    assert (outcome["status"], outcome["response"]["status"]) == ("answered", "Accepted")

    row = await until(operator, path_of(station), lambda row: row["reported"])
    assert row["reported"]["status"] == "Accepted"
    assert len(row["reported"]["periods"]) == 1


async def test_tc_066_the_raw_call_is_as_good(station, operator):
    await station.boot()
    station.answers["GetCompositeSchedule"] = {"status": "Rejected"}
    request = {"connectorId": 0, "duration": 60, "chargingRateUnit": "W"}
    outcome = await operator.call(station.name, "GetCompositeSchedule", request)
    assert await station.asked("GetCompositeSchedule") == request
    assert outcome["response"] == {"status": "Rejected"}
    row = await until(operator, path_of(station, 0), lambda row: row["reported"])
    assert row["reported"]["periods"] == []


async def test_a_station_that_cannot_is_an_ordinary_negative_outcome(station, operator):
    await station.boot()
    station.answers["GetCompositeSchedule"] = {"status": "Nonsense"}  # the library: CALLERROR
    outcome, _ = await ask(operator, station)
    assert outcome["status"] == "refused"
    assert (await operator.get(path_of(station)))["reported"] is None


async def test_what_is_installed_reported_and_drawn_agrees(station, operator, tag):
    await station.boot()
    number = await station.charge(tag)
    station.answers["SetChargingProfile"] = {"status": "Accepted"}
    begun = now()
    profile = {
        "chargingProfileId": 1,
        "transactionId": number,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": begun,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}],
        },
    }
    request = {"connectorId": 1, "csChargingProfiles": profile}
    await operator.call(station.name, "SetChargingProfile", request)
    assert await station.asked("SetChargingProfile") == request
    station.answers["GetCompositeSchedule"] = reporting(16 * 690.0, start=begun, unit="W")
    await ask(operator, station, duration=300)
    sampled = [{"value": "20", "measurand": "Current.Import", "unit": "A"}]
    moment = {"timestamp": now(), "sampled_value": sampled}
    await station.ask(call.MeterValues(connector_id=1, transaction_id=number, meter_value=[moment]))

    window = f"{path_of(station)}?from={begun}&duration=300"
    row = await until(operator, window, lambda row: row["metered"] and row["profiles"])
    assert row["profiles"] == [1]
    assert [step["limit"] for step in row["computed"]] == [16.0]
    assert row["reported"]["differences"] == []
    assert [reading["exceeded"] for reading in row["metered"]] == [True]
    picture = await operator.client.get(window, headers={"Accept": "image/svg+xml"})
    assert picture.text.startswith("<svg ")

    await station.stop(number)
    row = await until(operator, window, lambda row: row["profiles"] == [])
    assert [step["limit"] for step in row["computed"]] == [None]

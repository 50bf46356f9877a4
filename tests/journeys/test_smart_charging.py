"""The certification cases of Smart Charging by their numbers (OCTT); TC_066 has its own file."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.waiting import nothing_unasked, until

__all__ = ["nothing_unasked"]
LEVEL = 1


@pytest.fixture(autouse=True)
def accepting(station):
    for action in ("SetChargingProfile", "ClearChargingProfile", "RemoteStartTransaction"):
        station.answers[action] = {"status": "Accepted"}


def times():
    """Of an absolute profile that is valid now."""
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    end = begin + timedelta(days=1)
    schedule = {"start": begin.isoformat(), "duration": 300}
    return {"valid_from": begin.isoformat(), "valid_to": end.isoformat(), "schedule": schedule}


async def keep(operator, purpose, *, kind="Relative", unit="A", limit=6.0, level=LEVEL, **more):
    """Put a profile into the library; its id."""
    schedule = {"unit": unit, "periods": [{"start": 0, "limit": limit, "phases": 3}]}
    schedule |= more.pop("schedule", {})
    wish = {"purpose": purpose, "kind": kind, "stack_level": level, "schedule": schedule} | more
    answer = await operator.client.post("/api/v1/charging-profiles", json=wish)
    assert answer.is_success, answer.text
    return answer.json()["id"]


async def sent(station, action, asking):
    """What the station was sent, once it has answered."""
    answer, payload = await asyncio.gather(asking, station.asked(action))
    assert answer.status_code == 201, answer.text
    assert answer.json()["response"] == {"status": "Accepted"}
    return payload


async def assign(operator, station, connector, number):
    path = f"/api/v1/stations/{station.name}/connectors/{connector}/charging-profiles"
    asking = operator.client.post(path, json={"profile_id": number}, params={"wait": 10})
    return await sent(station, "SetChargingProfile", asking)


async def clear(operator, station, **criteria):
    path = f"/api/v1/stations/{station.name}/charging-profiles"
    asking = operator.client.delete(path, params=criteria | {"wait": 10})
    return await sent(station, "ClearChargingProfile", asking)


async def installed(operator, station, *numbers):
    """Wait until the station holds exactly these; what is shown of them."""
    path = f"/api/v1/stations/{station.name}/charging-profiles"
    wanted = sorted(numbers)
    row = await until(
        operator, path, lambda page: sorted(each["profile_id"] for each in page["items"]) == wanted
    )
    return row["items"]


async def charging(operator, station, tag):
    """The reusable state Charging; the transaction, once it can be read."""
    number = await station.charge(tag)
    await until(operator, f"/api/v1/transactions/{number}", lambda row: row["status"] == "open")
    return number


@pytest.mark.parametrize(("unit", "limit"), [("A", 6.0), ("W", 6000.0)])
async def test_tc_056_tx_default_profile(station, operator, unit, limit):
    await station.boot()
    number = await keep(
        operator, "TxDefaultProfile", kind="Absolute", unit=unit, limit=limit, **times()
    )
    payload = await assign(operator, station, 1, number)
    profile = payload["csChargingProfiles"]
    schedule = profile["chargingSchedule"]
    assert payload["connectorId"] == 1
    assert (profile["chargingProfileId"], profile["stackLevel"]) == (number, LEVEL)
    assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
    assert profile["chargingProfileKind"] == "Absolute"
    assert {"validFrom", "validTo"} <= profile.keys()
    assert not {"transactionId", "recurrencyKind"} & profile.keys()
    assert (schedule["chargingRateUnit"], schedule["duration"]) == (unit, 300)
    assert "startSchedule" in schedule
    assert schedule["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": limit, "numberPhases": 3}
    ]
    await installed(operator, station, number)


@pytest.mark.parametrize("kind", ["Absolute", "Relative"])
async def test_tc_057_tx_profile_on_a_running_transaction(station, operator, tag, kind):
    await station.boot()
    transaction = await charging(operator, station, tag)
    more = times() if kind == "Absolute" else {"schedule": {"duration": 300}}
    number = await keep(operator, "TxProfile", kind=kind, **more)
    payload = await assign(operator, station, 1, number)
    profile = payload["csChargingProfiles"]
    schedule = profile["chargingSchedule"]
    assert payload["connectorId"] == 1
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert profile["transactionId"] == transaction
    assert "recurrencyKind" not in profile
    if kind == "Absolute":
        assert {"validFrom", "validTo"} <= profile.keys()
        assert {"startSchedule", "duration"} <= schedule.keys()
    else:
        assert "startSchedule" not in schedule
    (row,) = await installed(operator, station, number)
    assert row["transaction_id"] == transaction

    await station.stop(transaction)
    await installed(operator, station)


async def test_tc_059_remote_start_with_a_profile(station, operator, tag):
    await station.boot()
    number = await keep(operator, "TxProfile")
    path = f"/api/v1/stations/{station.name}/remote-start"
    body = {"id_tag": tag, "connector_id": 1, "profile_id": number}
    asking = operator.client.post(path, json=body, params={"wait": 10})
    payload = await sent(station, "RemoteStartTransaction", asking)
    profile = payload["chargingProfile"]
    assert (payload["idTag"], payload["connectorId"]) == (tag, 1)
    assert (profile["chargingProfilePurpose"], profile["chargingProfileKind"]) == (
        "TxProfile",
        "Relative",
    )
    assert not {"transactionId", "recurrencyKind"} & profile.keys()
    assert "startSchedule" not in profile["chargingSchedule"]
    assert profile["chargingSchedule"]["chargingSchedulePeriod"][0]["startPeriod"] == 0

    transaction = await station.charge(tag)
    (row,) = await installed(operator, station, number)
    assert (row["transaction_id"], row["connector_id"]) == (transaction, 1)


async def test_tc_067_clear_charging_profiles_of_rising_levels(station, operator):
    """As the tool of 2024 has it."""
    await station.boot()
    numbers = [
        await keep(operator, "TxDefaultProfile", kind="Absolute", level=LEVEL + n, **times())
        for n in range(3)
    ]
    for level, number in enumerate(numbers, LEVEL):
        profile = (await assign(operator, station, 1, number))["csChargingProfiles"]
        assert (profile["chargingProfileId"], profile["stackLevel"]) == (number, level)
    await installed(operator, station, *numbers)
    await _clear_all_ways(operator, station, numbers, level=LEVEL + 1)


async def test_tc_067_clear_charging_profiles_of_every_purpose(station, operator, tag):
    """As the tool of 2025 has it, while a transaction runs."""
    await station.boot()
    transaction = await charging(operator, station, tag)
    purposes = {"ChargePointMaxProfile": 0, "TxDefaultProfile": 1, "TxProfile": 1}
    numbers = []
    for purpose, connector in purposes.items():
        number = await keep(operator, purpose, kind="Absolute", **times())
        payload = await assign(operator, station, connector, number)
        profile = payload["csChargingProfiles"]
        assert (payload["connectorId"], profile["stackLevel"]) == (connector, LEVEL)
        assert profile.get("transactionId") == (transaction if purpose == "TxProfile" else None)
        numbers.append(number)
    assert len(set(numbers)) == 3
    await installed(operator, station, *numbers)
    await _clear_all_ways(operator, station, numbers, level=LEVEL)


async def _clear_all_ways(operator, station, numbers, *, level):
    """By id, by criteria, all."""
    assert await clear(operator, station, profile_id=numbers[0]) == {"id": numbers[0]}
    await installed(operator, station, *numbers[1:])
    criteria = {"connector": 1, "purpose": "TxDefaultProfile", "stack_level": level}
    assert await clear(operator, station, **criteria) == {
        "connectorId": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "stackLevel": level,
    }
    await installed(operator, station, numbers[2])
    assert await clear(operator, station) == {}
    await installed(operator, station)


async def test_a_station_that_does_not_know_smart_charging_is_no_trouble(station, operator):
    await station.boot()
    station.answers["SetChargingProfile"] = {"status": "NotSupported"}
    number = await keep(operator, "TxDefaultProfile")
    path = f"/api/v1/stations/{station.name}/connectors/1/charging-profiles"
    asking = operator.client.post(path, json={"profile_id": number}, params={"wait": 10})
    answer, _ = await asyncio.gather(asking, station.asked("SetChargingProfile"))
    assert answer.json()["response"] == {"status": "NotSupported"}
    await installed(operator, station)

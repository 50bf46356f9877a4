"""The configuration of a station: kept, compared with what is desired, put right when asked."""

import asyncio

from ocpp.v16 import call

from tests.journeys.waiting import nothing_unasked, until

__all__ = ["nothing_unasked"]
INTERVAL = "MeterValueSampleInterval"


def path_of(station, *parts):
    return "/".join(("/api/v1/stations", station.name, "configuration", *parts))


def told(value):
    known = {"key": INTERVAL, "readonly": False, "value": value}
    return {"configuration_key": [known], "unknown_key": []}


async def key_of(operator, station, shows):
    """The key, once it shows what is wanted."""

    def found(page):
        return any(key["key"] == INTERVAL and shows(key) for key in page["items"])

    page = await until(operator, path_of(station), found)
    return next(key for key in page["items"] if key["key"] == INTERVAL)


async def desire(operator, station, value):
    await operator.put(path_of(station, INTERVAL, "desired"), value=value)


async def test_what_a_raw_call_brought_is_kept(station, operator):
    await station.boot()
    station.answers["GetConfiguration"] = told("30")
    await operator.call(station.name, "GetConfiguration", {})
    await station.asked("GetConfiguration")
    key = await key_of(operator, station, lambda key: key["value"] == "30")
    assert key["reported_at"].endswith("Z")

    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    payload = {"key": INTERVAL, "value": "60"}
    await operator.call(station.name, "ChangeConfiguration", payload)
    await station.asked("ChangeConfiguration")
    assert await key_of(operator, station, lambda key: key["value"] == "60")


async def test_drift_is_shown_and_nothing_is_sent_until_somebody_applies(station, operator):
    await station.boot()
    await desire(operator, station, "60")
    await station.leave()
    await station.connect()
    await station.boot()
    assert (await key_of(operator, station, lambda key: key["drift"]))["desired"] == "60"
    assert station.unasked() == []

    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    applied = await operator.client.post(path_of(station, "apply"))
    assert len(applied.json()["calls"]) == 1
    assert await station.asked("ChangeConfiguration") == {"key": INTERVAL, "value": "60"}
    await key_of(operator, station, lambda key: not key["drift"])


async def test_a_change_that_needs_a_boot_is_done_with_the_boot(station, operator):
    await station.boot()
    station.answers["ChangeConfiguration"] = {"status": "RebootRequired"}
    payload = {"key": INTERVAL, "value": "60"}
    await operator.call(station.name, "ChangeConfiguration", payload)
    await station.asked("ChangeConfiguration")
    await key_of(operator, station, lambda key: key["pending_reboot"])
    await station.leave()
    await station.connect()
    await station.boot()
    key = await key_of(operator, station, lambda key: not key["pending_reboot"])
    assert key["value"] == "60"


async def test_the_automation_asks_after_a_boot_and_changes_what_drifted_once(station, operator):
    station.answers["GetConfiguration"] = told("30")
    station.answers["ChangeConfiguration"] = {"status": "Rejected"}
    await operator.put(f"/api/v1/stations/{station.name}/automation", automatic=True)
    await desire(operator, station, "60")
    await key_of(operator, station, lambda key: key["change_status"] == "Rejected")
    before = (await key_of(operator, station, lambda key: key["reported_at"]))["reported_at"]
    boot = call.BootNotification(charge_point_vendor="ACME", charge_point_model="One")
    await station.ask(boot)
    async with asyncio.timeout(10):
        asked = [await station.point.asked.get() for _ in range(3)]
    question = ("GetConfiguration", {"key": [INTERVAL]})
    assert asked == [question, ("ChangeConfiguration", {"key": INTERVAL, "value": "60"}), question]

    await key_of(operator, station, lambda key: key["reported_at"] > before)
    station.answers["ClearCache"] = {"status": "Accepted"}
    await operator.call(station.name, "ClearCache", {})
    assert await station.asked("ClearCache") == {}

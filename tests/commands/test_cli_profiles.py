"""`ampledger profiles`: the library, and a station that is told."""

import json
from functools import partial

import pytest


@pytest.fixture
def profiles(ampledger):
    """A command of the group."""
    return lambda *words, given=None: ampledger("profiles", *words, given=given)


@pytest.fixture
def station(station):
    for action in ("SetChargingProfile", "ClearChargingProfile", "RemoteStartTransaction"):
        station.answers[action] = {"status": "Accepted"}
    return station


@pytest.fixture
def say(say):
    """A command of the group."""
    return partial(say, "profiles")


def added(profiles, *words):
    ran = profiles("add", *words, "--json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_a_profile_is_said_in_options(profiles):
    made = added(
        profiles, "--period", "0:16", "--period", "3600:6.5:1", "--unit", "A", "--level", 2,
        "--purpose", "ChargePointMaxProfile", "--kind", "Recurring", "--recurrency", "Daily",
        "--start", "2026-05-01T00:00:00Z", "--duration", 7200, "--description", "by night",
    )  # fmt: skip
    assert (made["stack_level"], made["recurrency"]) == (2, "Daily")
    assert made["schedule"]["periods"] == [
        {"start": 0, "limit": 16.0, "phases": None},
        {"start": 3600, "limit": 6.5, "phases": 1},
    ]
    listed = profiles("list", "--search", "BY NIGHT").stdout
    assert "A: 0s 16, 3600s 6.5" in listed
    assert "by night" in profiles("show", made["id"]).stdout


def test_a_profile_is_read_from_a_file_and_removed(profiles, tmp_path):
    wish = {
        "purpose": "TxProfile",
        "kind": "Relative",
        "stack_level": 0,
        "schedule": {"unit": "W", "periods": [{"start": 0, "limit": 6000}]},
    }
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(wish))
    assert added(profiles, "--file", file, "--id", 8_001)["id"] == 8_001
    again = profiles("add", "--file", "-", "--id", 8_001, given=json.dumps(wish))
    assert again.exit_code == 0
    assert profiles("remove", 8_001).exit_code == 0
    assert "there is no charging profile 8001" in profiles("show", 8_001).stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say what the profile is"),
        (("--file", "-", "--period", "0:1"), "say what the profile is"),
        (("--period", "soon"), "soon is no period"),
        (("--file", "-"), "holds no JSON"),
    ],
)
def test_a_profile_must_be_said_in_one_way(profiles, words, why):
    failed = profiles("add", *words, given="{")
    assert failed.exit_code == 2
    assert why in failed.stderr


def test_what_the_api_refuses_is_told_in_one_line(profiles):
    failed = profiles("add", "--period", "5:16")
    assert failed.exit_code == 1
    assert "the first must start at 0" in failed.stderr


async def test_a_station_is_told_and_its_profiles_are_listed(profiles, say, station):
    number = added(profiles, "--period", "0:16")["id"]
    assert (await say("set", station.name, 1, number)).exit_code == 0
    await station.asked("SetChargingProfile")
    held = await say("installed", station.name, "--json")
    assert [json.loads(line)["profile_id"] for line in held.stdout.splitlines()] == [number]
    cleared = await say("clear", station.name, "--connector", 1)
    assert (cleared.exit_code, "Accepted" in cleared.stdout) == (0, True)
    assert await station.asked("ClearChargingProfile") == {"connectorId": 1}
    assert (await say("installed", station.name, "--json")).stdout == ""


async def test_a_station_that_says_no_fails_the_command(profiles, say, station):
    number = added(profiles, "--period", "0:16")["id"]
    station.answers["SetChargingProfile"] = {"status": "Rejected"}
    said_no = await say("set", station.name, 1, number)
    assert (said_no.exit_code, "Rejected" in said_no.stdout) == (1, True)
    waiting = await say("clear", "NOWHERE")
    assert (waiting.exit_code, "not registered" in waiting.stderr) == (1, True)


async def test_a_remote_start_takes_a_profile_along(profiles, say, station):
    number = added(profiles, "--period", "0:16", "--purpose", "TxProfile", "--kind", "Relative")[
        "id"
    ]
    words = ("start", station.name, "ABC", "--connector", 1, "--profile", number, "--json")
    started = await say(*words)
    assert started.exit_code == 0
    sent = await station.asked("RemoteStartTransaction")
    assert json.loads(started.stdout)["request"] == sent
    assert sent["chargingProfile"]["chargingProfileId"] == number


def test_a_call_that_waits_for_its_station_is_not_over(ampledger, profiles):
    ampledger("stations", "add", "P-AWAY")
    waiting = profiles("clear", "P-AWAY", "--ttl", 60, "--wait", 0)
    assert (waiting.exit_code, "queued" in waiting.stdout) == (3, True)

"""Passwords, security profiles and security events on the command line, where profile 0 is not."""

import asyncio
import json

import pytest
from ocpp.v16 import call

from commands.client import Client
from commands.terminal import security_events
from tests.installation import Installation
from tests.journeys.charge_point import Station, basic


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """Nobody comes in without authentication."""
    settings = {"UNKNOWN_STATIONS": "refuse", "ALLOW_SECURITY_PROFILE_0": "false"}
    with Installation(tmp_path_factory.mktemp("cli"), **settings) as running:
        running.start("run")
        yield running


@pytest.fixture
async def station(installation, ampledger, name):
    """A station that presents what was printed when it was added, as the bytes they stand for."""
    added = ampledger("stations", "add", f"{name}-2", "--json")
    password = bytes.fromhex(json.loads(added.stdout)["password"])
    station = Station(installation.gateway_url, f"{name}-2")
    station.headers = basic(station.name, password)
    async with station:
        await station.boot()
        yield station


def test_a_station_without_a_password_is_given_one_which_is_shown_once(ampledger):
    added = json.loads(ampledger("stations", "add", "S-1", "--json").stdout)
    assert (added["security_profile"], len(bytes.fromhex(added["password"]))) == (1, 20)
    again = json.loads(ampledger("stations", "add", "S-1", "--note", "new", "--json").stdout)
    assert (again["note"], again["security_profile"]) == ("new", 1)
    assert "password" not in again
    assert added["password"] not in ampledger("stations", "show", "S-1").stdout


@pytest.mark.parametrize(("profile", "has_password"), [(1, True), (2, True), (3, False)])
def test_a_profile_is_chosen(ampledger, profile, has_password):
    words = ("stations", "add", f"S-P{profile}", "--security-profile", profile)
    added = json.loads(ampledger(*words, "--json").stdout)
    assert added["security_profile"] == profile
    assert ("password" in added) == added["has_password"] == has_password


def test_profile_0_is_refused_in_words_and_no_password_is_made(ampledger):
    refused = ampledger("stations", "add", "S-2", "--security-profile", 0)
    assert refused.exit_code == 1
    assert "security profile 0, no authentication, is not allowed here" in refused.stderr


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--password-stdin", "secret word\n"),
        ("--password", "secret word\nsecret word\n"),
    ],
)
def test_a_password_is_read_and_not_repeated(ampledger, option, given):
    added = ampledger("stations", "add", f"S{option}", option, "--json", given=given)
    shown = json.loads(added.stdout)
    assert shown["has_password"]
    assert "password" not in shown
    assert "secret word" not in added.output


def test_a_password_is_no_argument(ampledger):
    assert ampledger("stations", "add", "S-3", "--password", "secret word").exit_code == 2


@pytest.mark.parametrize(("status", "code"), [("Accepted", 0), ("Rejected", 1)])
async def test_a_password_is_rotated(station, say, status, code):
    station.answers["ChangeConfiguration"] = {"status": status}
    told = await say("stations", "rotate-password", station.name, "--json")
    asked = await station.asked("ChangeConfiguration")
    assert (told.exit_code, asked["key"]) == (code, "AuthorizationKey")
    assert asked["value"] not in told.output


async def test_a_station_is_upgraded(station, say):
    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    told = await say("stations", "upgrade", station.name, "--profile", 2)
    assert told.exit_code == 0
    asked = await station.asked("ChangeConfiguration")
    assert asked == {"key": "SecurityProfile", "value": "2"}
    shown = await say("stations", "show", station.name, "--json")
    assert json.loads(shown.stdout)["next_profile"] == 2
    lower = await say("stations", "upgrade", station.name, "--profile", 1)
    assert lower.exit_code == 1
    assert "its security profile is 1" in lower.stderr


async def test_security_events_are_shown_and_chosen(station, say):
    for type in ("InvalidMessages", "MemoryExhaustion"):
        event = call.SecurityEventNotification(type, "2025-01-01T00:00:00Z", tech_info="x")
        await station.ask(event)
    await say("stations", "add", station.name)  # answered once all of this can be read
    told = await say("security-events", "--station", station.name, "--json")
    types = [json.loads(line)["type"] for line in told.stdout.splitlines()]
    assert types == ["InvalidMessages", "MemoryExhaustion"]
    critical = await say("security-events", "--station", station.name, "--critical")
    assert "MemoryExhaustion" in critical.stdout
    assert "InvalidMessages" not in critical.stdout


async def test_security_events_are_followed(station, installation):
    event = call.SecurityEventNotification("SettingSystemTime", "2025-01-01T00:00:00Z", "x")
    await station.ask(event)
    client = Client(installation.api_url, installation.admin_token)
    following = security_events.following(client, 0, {"station": station.name})
    batch = await asyncio.to_thread(next, following)
    assert [each["type"] for each in batch] == ["SettingSystemTime"]

"""`ampledger local-list`, with a station that answers."""

import json
from functools import partial
from uuid import uuid4

import pytest


@pytest.fixture
def station(station):
    station.answers["SendLocalList"] = {"status": "Accepted"}
    return station


@pytest.fixture
def say(say):
    """A command of the group."""
    return partial(say, "local-list")


async def test_entries_are_sent_and_shown(say, station):
    sent = await say("send", station.name, "--add", "ANN", "--add", "BOB=Blocked", "--full")
    assert sent.exit_code == 0, sent.output
    got = await station.asked("SendLocalList")
    told = [(each["idTag"], each["idTagInfo"]["status"]) for each in got["localAuthorizationList"]]
    assert (got["updateType"], told) == ("Full", [("ANN", "Accepted"), ("BOB", "Blocked")])
    shown = json.loads((await say("show", station.name, "--json")).stdout)
    assert (shown["version"], shown["entries"]) == (1, 2)
    rows = (await say("show", station.name, "--entries", "--json")).stdout.splitlines()
    assert [json.loads(row)["id_tag"] for row in rows] == ["ANN", "BOB"]


async def test_what_differs_from_the_tokens_is_shown_and_then_sent(say, station, ampledger):
    group = f"G{uuid4().hex[:8]}"
    ampledger("tokens", "add", f"{group}A", "--group", group)
    different = await say("diff", station.name, "--group", group)
    assert different.exit_code == 1
    assert "added" in different.stdout
    assert (await say("send", station.name, "--group", group)).exit_code == 0
    assert (await say("diff", station.name, "--group", group)).exit_code == 0
    assert "nothing_to_send" in (await say("send", station.name, "--group", group)).stdout
    await station.asked("SendLocalList")


async def test_an_entry_is_removed(say, station):
    await say("send", station.name, "--add", "ANN")
    await station.asked("SendLocalList")
    await say("send", station.name, "--remove", "ANN", "--version", "9")
    got = await station.asked("SendLocalList")
    assert (got["listVersion"], got["localAuthorizationList"]) == (9, [{"idTag": "ANN"}])


async def test_a_list_that_is_not_taken_is_a_failure(say, station):
    station.answers["SendLocalList"] = {"status": "NotSupported"}
    failed = await say("send", station.name, "--add", "ANN")
    assert (failed.exit_code, "NotSupported" in failed.stderr) == (1, True)
    await station.asked("SendLocalList")


async def test_a_station_tells_its_version(say, station):
    station.answers["GetLocalListVersion"] = {"list_version": -1}
    assert (await say("ask", station.name)).exit_code == 0
    await station.asked("GetLocalListVersion")
    assert "unsupported" in (await say("show", station.name)).stdout


async def test_an_update_that_waits_for_its_station_is_not_over(say, name):
    waiting = await say("send", name, "--add", "ANN", "--ttl", "60", "--wait", "0")
    assert waiting.exit_code == 3


async def test_the_automation_is_switched(say, name):
    switched = await say("automatic", name, "--on", "--json")
    assert json.loads(switched.stdout)["automatic"] is True


async def test_a_group_and_entries_are_not_mixed(say, name):
    wrong = await say("send", name, "--group", "g", "--add", "ANN")
    assert wrong.exit_code == 2

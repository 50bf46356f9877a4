"""`ampledger config`, `stations trigger`, and labels, with a station that answers."""

import json
from uuid import uuid4

import pytest


def rows(result):
    return {row["key"]: row for row in map(json.loads, result.stdout.splitlines())}


async def test_a_station_tells_its_keys(say, station):
    known = [{"key": "Interval", "readonly": False, "value": "30"}]
    station.answers["GetConfiguration"] = {"configuration_key": known, "unknown_key": ["Foo"]}
    assert (await say("config", "ask", station.name, "Interval", "Foo")).exit_code == 0
    assert await station.asked("GetConfiguration") == {"key": ["Interval", "Foo"]}
    shown = rows(await say("config", "show", station.name, "--json"))
    assert (shown["Interval"]["value"], shown["Foo"]["unknown"]) == ("30", True)
    assert "(no such key)" in (await say("config", "show", station.name)).stdout


@pytest.mark.parametrize(
    ("status", "code"), [("Accepted", 0), ("RebootRequired", 0), ("Rejected", 1)]
)
async def test_a_key_is_set_now(say, station, status, code):
    station.answers["ChangeConfiguration"] = {"status": status}
    result = await say("config", "set", station.name, "Interval", "60")
    assert result.exit_code == code
    assert await station.asked("ChangeConfiguration") == {"key": "Interval", "value": "60"}


async def test_drift_is_shown_and_applied(say, station):
    assert (await say("config", "diff", station.name)).exit_code == 0
    set_ = await say("config", "set", station.name, "Interval", "60", "--desired", "--json")
    assert json.loads(set_.stdout)["drift"]
    for words in ((station.name,), ("--limit", "1000")):
        drift = await say("config", "diff", *words, "--json")
        assert (drift.exit_code, "Interval" in rows(drift)) == (1, True)
    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    applied = await say("config", "apply", station.name, "--json")
    assert len(json.loads(applied.stdout)["calls"]) == 1
    assert await station.asked("ChangeConfiguration") == {"key": "Interval", "value": "60"}


def test_a_desire_is_dropped(ampledger, name):
    ampledger("config", "set", name, "Interval", "-", "--desired", given="60\n")
    assert ampledger("config", "diff", name).exit_code == 1
    assert ampledger("config", "drop", name, "interval").exit_code == 0
    assert ampledger("config", "diff", name).exit_code == 0


def test_the_automation_is_shown_and_switched(ampledger, name):
    shown = ampledger("config", "automatic", name, "--json").stdout
    assert not json.loads(shown)["automatic"]
    switched = ampledger("config", "automatic", name, "--on", "--json").stdout
    assert json.loads(switched)["automatic"]
    assert not json.loads(ampledger("config", "automatic", name, "--off", "--json").stdout)[
        "automatic"
    ]


@pytest.mark.parametrize(("status", "code"), [("Accepted", 0), ("Rejected", 1)])
async def test_a_station_is_told_to_send_a_message(say, station, status, code):
    station.answers["TriggerMessage"] = {"status": status}
    words = ("stations", "trigger", station.name, "MeterValues", "--connector", 1)
    assert (await say(*words)).exit_code == code
    payload = {"requestedMessage": "MeterValues", "connectorId": 1}
    assert await station.asked("TriggerMessage") == payload


def test_stations_are_labelled_and_listed_by_label(ampledger, tmp_path):
    label = f"site-{uuid4().hex[:8]}"
    ampledger("stations", "add", f"{label}-1", "--label", label, "--label", "fast")
    file = tmp_path / "stations.csv"
    file.write_text(f"id,labels\n{label}-2,{label};slow\n{label}-3,fast {label}\n{label}-4,\n")
    ampledger("stations", "import", file)
    listed = ampledger("stations", "list", "--label", label, "--json").stdout.splitlines()
    labels = {row["id"][-1]: row["labels"] for row in map(json.loads, listed)}
    assert labels == {"1": ["fast", label], "2": [label, "slow"], "3": ["fast", label]}


def test_a_token_is_put_into_a_group(ampledger):
    added = ampledger("tokens", "add", f"G{uuid4().hex[:8]}", "--group", "fleet", "--json")
    assert json.loads(added.stdout)["group"] == "fleet"

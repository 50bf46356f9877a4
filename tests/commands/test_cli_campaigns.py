"""`ampledger bulk` and `ampledger firmware campaign`, against an installation of their own."""

import json

import pytest


@pytest.fixture
def start(ampledger):
    """A campaign over stations that are away; the id of it."""

    def begin(*words):
        place = ("--location", "ftp://host/{station}", "--station", "B-1", "--station", "B-2")
        made = ampledger("firmware", "campaign", "start", *place, *words, "--json")
        assert made.exit_code == 0, made.output
        return json.loads(made.stdout)

    return begin


@pytest.fixture(autouse=True)
def stations(ampledger):
    for name in ("B-1", "B-2"):
        assert ampledger("stations", "add", name).exit_code == 0


def test_a_bulk_call_tells_what_came_of_each_station(ampledger):
    words = ("Reset", '{"type":"Soft"}', "--station", "B-1", "--station", "NOBODY", "--json")
    done = ampledger("bulk", *words)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert done.stderr == "ampledger: 2 of 2 stations did not\n"
    assert [(row["station"], row["detail"]) for row in rows] == [
        ("B-1", "the station is not connected"),
        ("NOBODY", "this station is not registered"),
    ]


def test_a_bulk_call_that_is_not_waited_for_is_not_over(ampledger):
    waiting = ampledger("bulk", "ClearCache", "--all", "--ttl", 60, "--wait", 0)
    assert waiting.exit_code == 3
    assert "B-1" in waiting.stdout


def test_a_bulk_payload_that_is_no_json_does_not_leave(ampledger):
    wrong = ampledger("bulk", "Reset", "{type:Soft}", "--all")
    assert (wrong.exit_code, "no JSON" in wrong.stderr) == (2, True)


def test_stations_must_be_chosen(ampledger):
    wrong = ampledger("bulk", "ClearCache")
    assert wrong.exit_code == 1
    assert "choose stations, or all" in wrong.stderr


def test_a_campaign_is_started_carefully(start):
    made = start("--canary", "10%", "--wave-size", 5, "--max-failures", "5%", "--name", "spring")
    assert (made["name"], made["canary"], made["wave_size"]) == ("spring", 1, 5)
    assert (made["max_failure_rate"], made["stations"]["under_way"]) == (0.05, 1)
    assert made["payload"]["location"] == "ftp://host/{station}"


def test_a_number_of_canaries_can_be_said(start):
    assert start("--canary", 2)["canary"] == 2


def test_a_share_that_is_none_is_refused(ampledger):
    words = ("--location", "x", "--all", "--max-failures", "many")
    wrong = ampledger("firmware", "campaign", "start", *words)
    assert (wrong.exit_code, "many is no share" in wrong.stderr) == (2, True)


def test_a_campaign_is_paused_resumed_and_cancelled(ampledger, start):
    campaign = start("--canary", 1)["id"]

    def steered(how):
        return json.loads(ampledger("firmware", "campaign", how, campaign, "--json").stdout)

    assert steered("pause")["state"] == "paused"
    assert steered("resume")["state"] == "running"
    assert steered("cancel")["stations"]["cancelled"] == 1
    shown = ampledger("firmware", "campaign", "show", campaign, "--wait", 30)
    assert "cancelled" in shown.stdout
    stations = ampledger("firmware", "campaign", "stations", campaign, "--json").stdout
    rows = [json.loads(line) for line in stations.splitlines()]
    assert [(row["station"], row["outcome"]) for row in rows] == [
        ("B-1", "cancelled"),
        ("B-2", "cancelled"),
    ]


def test_campaigns_are_listed(ampledger, start):
    campaign = start()["id"]
    listed = ampledger("firmware", "campaign", "list", "--json").stdout.splitlines()
    assert json.loads(listed[0])["id"] == campaign
    head, first, *_ = ampledger("firmware", "campaign", "list").stdout.splitlines()
    counts = head.index("total"), head.index("succeeded"), head.index("failed")
    assert [first[place] for place in counts] == ["2", "0", "0"]

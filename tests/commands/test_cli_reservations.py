"""`ampledger reservations`, with a station that answers and one that is away."""

import json
from functools import partial

import pytest

UNTIL = "2035-01-31T18:00:00Z"


@pytest.fixture
def say(say):
    """A command of the group."""
    return partial(say, "reservations")


def test_one_that_waits_for_its_station_is_listed_shown_and_taken_back(ampledger, name):
    order = ("add", name, "--connector", 1, "--tag", "ABC", "--until", UNTIL, "--ttl", 600)
    added = ampledger("reservations", *order, "--wait", 0, "--json")
    assert added.exit_code == 3, added.output
    made = json.loads(added.stdout)
    number = made["reservation_id"]
    assert (made["status"], made["connector_id"], made["call"]["status"]) == (
        "requested",
        1,
        "queued",
    )
    listed = ampledger("reservations", "list", "--station", name, "--tag", "abc", "--json")
    assert [json.loads(line)["reservation_id"] for line in listed.stdout.splitlines()] == [number]
    shown = ampledger("reservations", "show", number, "--station", name)
    assert "2035-01-31T18:00:00.000Z" in shown.stdout
    gone = ampledger("reservations", "cancel", number)
    assert (gone.exit_code, "failed" in gone.stdout) == (0, True), gone.output


def test_a_station_that_is_away_is_an_error_in_one_line(ampledger, name):
    failed = ampledger("reservations", "add", name, "--tag", "ABC", "--until", UNTIL)
    assert failed.exit_code == 1
    assert failed.stderr == "ampledger: the station is not connected (HTTP 409)\n"


def test_a_parent_and_none_at_once_are_a_wrong_usage(ampledger, name):
    order = ("add", name, "--tag", "ABC", "--until", UNTIL, "--parent", "FAM", "--no-parent")
    failed = ampledger("reservations", *order)
    assert (failed.exit_code, "exclude each other" in failed.stderr) == (2, True)


def test_an_unknown_one_is_an_error(ampledger):
    assert "there is no reservation 987654" in ampledger("reservations", "show", 987654).stderr


@pytest.mark.parametrize(("status", "code"), [("Accepted", 0), ("Occupied", 1)])
async def test_the_exit_code_tells_whether_the_station_keeps_it(say, station, status, code):
    station.answers["ReserveNow"] = {"status": status}
    words = ("--tag", "ABC", "--until", UNTIL, "--parent", "FAM", "--id", -5 - code)
    added = await say("add", station.name, *words)
    assert (added.exit_code, f"ReserveNow  {status}" in added.stdout) == (code, True), added.output
    asked = await station.asked("ReserveNow")
    assert (asked["connectorId"], asked["parentIdTag"], asked["reservationId"] + code) == (
        0,
        "FAM",
        -5,
    )


@pytest.mark.parametrize(("status", "code"), [("Accepted", 0), ("Rejected", 1)])
async def test_the_exit_code_tells_whether_the_station_gave_it_up(say, station, status, code):
    station.answers["CancelReservation"] = {"status": status}
    gone = await say("cancel", 4711, "--station", station.name, "--json")
    assert gone.exit_code == code, gone.output
    assert json.loads(gone.stdout)["call"]["response"] == {"status": status}
    assert await station.asked("CancelReservation") == {"reservationId": 4711}

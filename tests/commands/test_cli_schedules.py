"""`ampledger profiles schedule`."""

import json

import pytest


@pytest.fixture
def schedule(ampledger):
    """The command, for a station as a whole that is registered and away."""
    ampledger("stations", "add", "CP1")

    def run(*words, station="CP1"):
        return ampledger("profiles", "schedule", station, 0, *words)

    return run


def test_a_schedule_is_shown_from_a_time_on(schedule):
    shown = schedule("--from", "2026-01-01T12:00:00Z", "--duration", 600)
    assert shown.exit_code == 0, shown.output
    assert "2026-01-01 12:00:00Z  no limit" in shown.stdout
    assert "never" in shown.stdout


def test_a_schedule_is_json_for_scripts(schedule):
    shown = json.loads(schedule("--unit", "W", "--json").stdout)
    assert (shown["station"], shown["unit"], shown["duration"]) == ("CP1", "W", 86_400)


def test_a_schedule_is_a_picture_in_a_file(schedule, tmp_path):
    picture = tmp_path / "schedule.svg"
    assert schedule("--svg", picture).stdout == f"{picture} written\n"
    assert picture.read_text().startswith("<svg ")


def test_a_station_that_is_away_cannot_be_asked(schedule):
    failed = schedule("--ask")
    assert failed.exit_code == 1
    assert "not connected" in failed.stderr


def test_a_question_that_cannot_be_answered_is_an_error_in_one_line(schedule):
    for failed in (schedule("--unit", "kW"), schedule(station="NOBODY")):
        assert failed.exit_code == 1
        assert failed.stderr.count("\n") == 1

"""A trigger: accepted by a station, followed by messages, lapsed after a minute."""

from datetime import timedelta

import pytest

from domain.model import trigger
from domain.model.station import Station
from domain.model.trigger import Message
from domain.model.values import Profile
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

SOON = NOON + timedelta(seconds=60)
TOO_LATE = NOON + timedelta(seconds=60, milliseconds=1)


def triggered(message="StatusNotification", connector=None):
    station = Station.register("CP1", Profile(), by="olga", at=NOON)
    station.accept_trigger("c1", message, connector, at=NOON)
    return station


def cause(station, action="StatusNotification", connector=None, at=SOON):
    return trigger.cause(station.triggers, Message("m", action, connector), at=at)


def followed(station, action, connector):
    station.follow_trigger("c1", Message("m", action, connector), at=NOON)
    return station


@pytest.mark.parametrize(
    ("asked", "action", "connector"),
    [
        (("Heartbeat", None), "Heartbeat", None),
        (("Heartbeat", 1), "Heartbeat", None),
        (("StatusNotification", None), "StatusNotification", 0),
        (("MeterValues", 2), "MeterValues", 2),
    ],
)
def test_a_message_within_a_minute_comes_of_the_trigger(asked, action, connector):
    station = triggered(*asked)
    assert cause(station, action, connector) == "c1"
    assert cause(station, action, connector, at=TOO_LATE) == ""


@pytest.mark.parametrize(("action", "connector"), [("Heartbeat", None), ("MeterValues", 1)])
def test_another_message_or_connector_does_not(action, connector):
    assert cause(triggered("MeterValues", 2), action, connector) == ""


def test_what_was_followed_is_on_record():
    story = given(triggered("MeterValues", 1))
    story.when(Station.follow_trigger, "c1", Message("m7", "MeterValues", 1), at=LATER)
    told = {"call": "c1", "message_id": "m7", "action": "MeterValues", "connector": 1}
    story.then((Station.Triggered, told))
    assert story.aggregate.triggers == []


@pytest.mark.parametrize("asked", [("Heartbeat", None), ("StatusNotification", 1)])
def test_one_message_is_all_that_was_asked_for(asked):
    assert followed(triggered(*asked), *asked).triggers == []


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
def test_without_a_connector_each_of_them_is_asked_for_once(message):
    station = followed(triggered(message), message, 0)
    assert cause(station, message, 0) == ""
    assert cause(station, message, 1) == "c1"


def test_the_oldest_trigger_is_followed_first():
    station = triggered("Heartbeat")
    station.accept_trigger("c2", "Heartbeat", None, at=NOON)
    assert cause(station, "Heartbeat") == "c1"
    assert cause(followed(station, "Heartbeat", None), "Heartbeat") == "c2"


def test_lapsed_triggers_are_forgotten_with_the_next_one():
    station = triggered()
    station.accept_trigger("c2", "Heartbeat", None, at=TOO_LATE)
    assert [each["call"] for each in station.triggers] == ["c2"]


def test_ten_triggers_are_remembered():
    station = triggered()
    for number in range(2, 13):
        station.accept_trigger(f"c{number}", "Heartbeat", None, at=NOON)
    assert [each["call"] for each in station.triggers] == [f"c{n}" for n in range(3, 13)]


def test_a_snapshot_holds_triggers_and_an_older_one_has_none():
    station = triggered()
    station.take_facts()
    assert thaw(freeze(station)).triggers == station.triggers  # type: ignore[attr-defined]
    assert Station.ADDED["triggers"] == []

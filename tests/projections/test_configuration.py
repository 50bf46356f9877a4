"""Configuration keys by their rows: reported, desired, changed; and what a trigger led to."""

import orjson
import pytest

from domain.model.configuration import Configuration
from domain.model.key_value import KeyValue
from domain.model.trigger import Message
from projections import automation, calls, configuration
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


@pytest.fixture
def told(scene):
    """Somebody's wishes and a station's answers, as they come."""
    begun = Configuration.begin("CP1", at=NOON)

    def tell(decision, *args, **kwargs):
        decision(begun, *args, **kwargs, at=scene.later(1))
        scene.tell(begun)

    return tell


def key_of(scene, key="Interval", station="CP1"):
    return scene.shown(configuration.find, station, key)


def report(told, value, *, unknown=(), readonly=False):
    keys = [KeyValue("Interval", value, readonly=readonly)]
    told(Configuration.report, keys, list(unknown), complete=True)


def desire(told, value, key="Interval"):
    told(Configuration.desire, key, value, by="olga")


def test_a_key_is_shown_as_reported_in_any_spelling(scene, told):
    report(told, "30", readonly=True)
    row = key_of(scene, "INTERVAL")
    assert (row.key, row.value, row.readonly, row.reported_at) == (
        "Interval",
        "30",
        True,
        scene.now,
    )
    assert (row.desired, row.drift, row.unknown, row.pending_reboot) == (None, False, False, False)
    assert scene.read(configuration.value_of, "CP1", "interval") == "30"
    assert scene.read(configuration.value_of, "CP1", "Other") is None
    assert scene.read(configuration.value_of, "CP2", "Interval") is None


def test_drift_is_what_is_desired_and_not_known_to_be_so(scene, told):
    desire(told, "60", key="interval")
    assert (key_of(scene).drift, key_of(scene).key) == (True, "interval")
    report(told, "30")
    row = key_of(scene)
    assert (row.key, row.desired, row.desired_by, row.drift) == ("Interval", "60", "olga", True)
    report(told, "60")
    assert not key_of(scene).drift
    desire(told, "90")
    told(Configuration.drop_desire, "Interval", by="olga")
    row = key_of(scene)
    assert (row.desired, row.desired_at, row.drift) == (None, None, False)


def test_an_accepted_change_is_the_value_until_a_report_says_otherwise(scene, told):
    report(told, "30")
    told(Configuration.request_change, "c1", "Interval", "60", by="olga")
    assert (key_of(scene).value, key_of(scene).change_status) == ("30", "requested")
    told(Configuration.change, "c1", "Interval", "60", status="Accepted")
    row = key_of(scene)
    assert (row.value, row.change_value, row.change_status) == ("60", "60", "Accepted")
    assert row.changed_at == scene.now
    report(told, None)
    assert key_of(scene).value == "60"
    report(told, "30")
    assert key_of(scene).value == "30"


def test_a_change_that_waits_for_a_boot_is_shown_so(scene, told):
    desire(told, "60")
    told(Configuration.change, "c1", "Interval", "60", status="RebootRequired")
    assert (key_of(scene).pending_reboot, key_of(scene).drift) == (True, True)
    told(Configuration.take_effect, 5)
    row = key_of(scene)
    assert (row.value, row.pending_reboot, row.drift) == ("60", False, False)


@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
def test_a_refusal_changes_nothing_but_is_shown(scene, told, status):
    report(told, "30")
    told(Configuration.change, "c1", "Interval", "60", status=status)
    assert (key_of(scene).value, key_of(scene).change_status) == ("30", status)


def test_a_change_without_an_answer_says_why(scene, told):
    told(Configuration.fail_change, "c1", "Interval", "60", reason="timed_out")
    assert key_of(scene).change_status == "timed_out"


def test_a_key_that_the_station_lacks_is_shown_so(scene, told):
    report(told, "30")
    desire(told, "60")
    told(Configuration.report, [], ["interval"], complete=False)
    row = key_of(scene)
    assert (row.unknown, row.value, row.readonly, row.drift) == (True, None, None, True)
    report(told, "30")
    assert not key_of(scene).unknown


def test_keys_are_listed_by_name_with_drift_or_without(scene, told):
    told(Configuration.report, [KeyValue("b", "1"), KeyValue("A", "2")], ["C"], complete=True)
    desire(told, "3", key="a")
    desire(told, "3", key="gone")
    told(Configuration.drop_desire, "gone", by="olga")

    def listed(**which):
        return [row.folded for row in scene.shown(configuration.listed, "CP1", **which)]

    assert listed() == ["a", "b", "c"]
    assert listed(after="a", limit=1) == ["b"]
    assert listed(drift=True) == ["a"]
    assert listed(drift=False) == ["b", "c"]


def test_drift_is_listed_over_all_registered_stations(scene):
    removed = scene.registered("CP3")
    removed.remove(by="olga", at=NOON)
    scene.tell(scene.registered("CP1"), scene.registered("CP2"), removed)
    for station in ("CP3", "CP2", "CP1"):
        keys = Configuration.begin(station, at=NOON)
        keys.desire("B", "1", by="olga", at=NOON)
        keys.desire("a", "1", by="olga", at=NOON)
        scene.tell(keys)
    rows = [(row.station, row.folded) for row in scene.shown(configuration.drifted)]
    assert rows == [("CP1", "a"), ("CP1", "b"), ("CP2", "a"), ("CP2", "b")]
    rest = scene.read(configuration.drifted, after=("CP1", "b"), limit=1)
    assert [(row.station, row.folded) for row in rest] == [("CP2", "a")]


def test_the_automation_is_off_where_nobody_switched_it_on(scene, told):
    assert not scene.shown(automation.of, "CP1").automatic
    told(Configuration.set_automatic, automatic=True, by="olga")
    row = scene.shown(automation.of, "CP1")
    assert (row.automatic, row.set_by, row.set_at) == (True, "olga", scene.now)


def test_a_call_shows_what_it_triggered(scene):
    station = scene.registered()
    scene.tell(scene.requested("c1"))
    station.accept_trigger("c1", "StatusNotification", None, at=NOON)
    for connector in (0, 1):
        message = Message(f"m{connector}", "StatusNotification", connector)
        station.follow_trigger("c1", message, at=NOON)
    scene.tell(station)
    at = "2026-05-01T12:00:00.000Z"
    assert orjson.loads(scene.shown(calls.find, "c1").triggered) == [
        {"message_id": "m0", "action": "StatusNotification", "connector": 0, "at": at},
        {"message_id": "m1", "action": "StatusNotification", "connector": 1, "at": at},
    ]

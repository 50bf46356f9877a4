"""Configuration: reported, desired, changed; what has drifted, and what promises to be taken."""

import pytest

from domain.model.aggregate import Refused
from domain.model.configuration import Configuration
from domain.model.key_value import KeyValue, same
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

OLGA = {"by": "olga", "at": NOON}


def begun():
    return Configuration.begin("CP1", at=NOON)


def reported(**values):
    configuration = begun()
    keys = [KeyValue(key, value) for key, value in values.items()]
    configuration.report(keys, [], complete=True, at=NOON)
    return configuration


def desired(value="60", **values):
    configuration = reported(**({"Interval": "30"} | values))
    configuration.desire("Interval", value, **OLGA)
    return configuration


def changed(status, value="60"):
    configuration = desired()
    configuration.request_change("c1", "Interval", value, **OLGA)
    configuration.change("c1", "Interval", value, status=status, at=NOON)
    return configuration


def drift_of(configuration):
    return [(each.key, each.value) for each in configuration.drifted()]


def promised(configuration):
    return [each.key for each in configuration.drifted() if configuration.promising(each)]


def test_a_report_is_told_as_it_came():
    keys = [KeyValue("A", "1", readonly=True), KeyValue("B", None)]
    story = given(begun()).when(Configuration.report, keys, ["Å"], complete=False, at=LATER)
    told = '[{"key": "A", "readonly": true, "value": "1"}, '
    told += '{"key": "B", "readonly": false, "value": null}]'
    story.then((Configuration.Reported, {"keys": told, "unknown": '["Å"]', "complete": False}))


def test_desiring_the_same_again_changes_nothing():
    given(desired()).when(Configuration.desire, "INTERVAL", "60", by="olga", at=LATER).then()


@pytest.mark.parametrize(
    ("key", "value"), [("", "1"), (" ", "1"), ("k" * 51, "1"), ("k", "v" * 501)]
)
def test_what_ocpp_cannot_carry_cannot_be_desired(key, value):
    with pytest.raises(Refused, match="characters"):
        begun().desire(key, value, **OLGA)


def test_a_desire_is_dropped_once():
    (
        given(desired())
        .when(Configuration.drop_desire, "interval", by="olga", at=LATER)
        .when(Configuration.drop_desire, "interval", by="olga", at=LATER)
        .then((Configuration.DesireDropped, {"key": "interval"}))
    )


def test_the_automation_is_off_until_it_is_switched_on_once():
    (
        given(begun())
        .when(Configuration.set_automatic, automatic=False, by="olga", at=LATER)
        .when(Configuration.set_automatic, automatic=True, by="olga", at=LATER)
        .when(Configuration.set_automatic, automatic=True, by="olga", at=LATER)
        .then((Configuration.AutomaticSet, {"automatic": True, "by": "olga"}))
    )


def test_what_is_desired_and_reported_otherwise_has_drifted():
    assert drift_of(desired("60")) == [("Interval", "60")]
    assert drift_of(desired("30")) == []


def test_what_was_never_reported_has_drifted_but_promises_nothing():
    configuration = begun()
    configuration.desire("Interval", "60", **OLGA)
    assert drift_of(configuration) == [("Interval", "60")]
    assert promised(configuration) == []
    assert configuration.unheard() == ["interval"]


def test_a_key_is_spelled_as_the_station_does():
    configuration = begun()
    configuration.desire("HEARTBEATINTERVAL", "60", **OLGA)
    assert configuration.spelled("heartbeatinterval") == "HEARTBEATINTERVAL"
    configuration.report([KeyValue("HeartBeatInterval", "5")], [], complete=False, at=NOON)
    configuration.change("c", "heartbeatinterval", "6", status="Accepted", at=NOON)
    assert drift_of(configuration) == [("HeartBeatInterval", "60")]


def test_an_accepted_change_is_what_the_station_has():
    assert drift_of(changed("Accepted")) == []


def test_what_waits_for_a_boot_is_not_sent_again_and_takes_effect_with_it():
    waiting = changed("RebootRequired")
    assert drift_of(waiting) == []
    story = given(waiting).when(Configuration.take_effect, 5, at=LATER)
    story.when(Configuration.take_effect, 5, at=LATER)
    story.then((Configuration.TookEffect, {"key": "Interval", "value": "60"}))
    assert drift_of(story.aggregate) == []


def test_another_value_than_the_one_that_waits_has_drifted():
    waiting = changed("RebootRequired", "50")
    assert drift_of(waiting) == [("Interval", "60")]


def test_what_did_not_outlive_the_boot_has_drifted_again():
    waiting = changed("RebootRequired")
    waiting.take_effect(5, at=NOON)
    waiting.report([KeyValue("Interval", "30")], [], complete=True, at=NOON)
    assert drift_of(waiting) == [("Interval", "60")]


@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
def test_a_refused_value_promises_nothing_until_another_one_is_desired(status):
    refused = changed(status)
    assert drift_of(refused) == [("Interval", "60")]
    assert promised(refused) == []
    refused.desire("interval", "90", **OLGA)
    assert promised(refused) == ["Interval"]


def test_a_word_that_no_station_should_say_is_no_refusal():
    configuration = changed("OK")
    assert configuration.refused == {}
    assert drift_of(configuration) == [("Interval", "60")]


@pytest.mark.parametrize(("reason", "again"), [("refused", []), ("timed_out", ["Interval"])])
def test_an_error_is_a_refusal_and_silence_is_none(reason, again):
    configuration = desired()
    configuration.fail_change("c1", "Interval", "60", reason=reason, at=NOON)
    assert promised(configuration) == again


def test_a_readonly_key_and_one_the_station_lacks_promise_nothing():
    configuration = desired()
    configuration.report([KeyValue("Interval", "30", readonly=True)], [], complete=True, at=NOON)
    assert promised(configuration) == []
    configuration.report([], ["interval"], complete=False, at=NOON)
    assert promised(configuration) == []
    assert drift_of(configuration) == [("Interval", "60")]


def test_a_value_that_is_not_told_does_not_overwrite_what_is_known():
    configuration = changed("Accepted")
    configuration.report([KeyValue("Interval", None)], [], complete=True, at=NOON)
    assert drift_of(configuration) == []


def test_a_change_is_under_way_until_its_own_answer():
    configuration = desired()
    configuration.request_change("c1", "Interval", "60", **OLGA)
    configuration.request_change("c2", "interval", "70", **OLGA)
    configuration.change("c1", "Interval", "60", status="Accepted", at=NOON)
    assert configuration.changing == {"interval": {"call": "c2", "value": "70"}}
    configuration.fail_change("c2", "interval", "70", reason="expired", at=NOON)
    assert configuration.changing == {}


def test_a_change_that_is_requested_again_is_the_same():
    configuration = desired()
    configuration.request_change("c1", "Interval", "60", **OLGA)
    given(configuration).when(
        Configuration.request_change, "c1", "Interval", "60", by="olga", at=LATER
    ).then()


@pytest.mark.parametrize(("told", "most"), [("50", 50), ("many", 0), ("", 0), (None, 0), ("-1", 0)])
def test_how_many_keys_a_station_tells_at_a_time_is_its_own_word(told, most):
    assert reported(GetConfigurationMaxKeys=told).most_keys == most


@pytest.mark.parametrize(
    ("value", "other", "alike"),
    [
        ("true", "True", True),
        ("a,b", "a, b ", True),
        ("60", "060", False),
        ("A", "a", False),
        ("a,b", "b,a", False),
    ],
)
def test_values_that_mean_one_thing_are_the_same(value, other, alike):
    assert same(value, other) is alike


def test_a_snapshot_holds_all_of_it():
    configuration = changed("RebootRequired")
    configuration.report([KeyValue("A", None)], ["B"], complete=True, at=NOON)
    configuration.ask("c9", ["Interval"], at=NOON)
    configuration.take_facts()
    assert vars(thaw(freeze(configuration))) == vars(configuration)

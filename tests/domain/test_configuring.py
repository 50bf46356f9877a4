"""The configuration of a station follows the calls; the automation only where it is switched on."""

from datetime import timedelta

import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.call import Call
from domain.model.configuration import Configuration
from tests.domain.house import House, reset


def wish(house, operation):
    """What came of a wish: its result, or the kind of refusal."""
    house.process(house.wish(operation))
    answer = orjson.loads(house.log.frames(limit=10_000)[-1].entry.answer)
    return answer.get("result", answer.get("refused"))


def call(house, id, action, **payload):
    """An operator's own call, sent."""
    text = orjson.dumps(payload).decode()
    wished = reset(house, call=id, action=action, payload=text, expires_at=house.now)
    sent = wire.Sent(station="CP1", connection=5, call=id, at=house.now)
    house.process(house.wish(wished), sent)


def answer(house, id, **payload):
    house.process(house.received([3, id, payload]))


def told(house, kind):
    return [fact for fact in house.told() if isinstance(fact, kind)]


def queued(house, action="ChangeConfiguration"):
    """The calls that nobody wished one by one: id and payload."""
    return [
        (fact.originator_id.removeprefix("call:"), orjson.loads(fact.payload))
        for fact in told(house, Call.Requested)
        if fact.action == action and not fact.originator_id.startswith("call:my-")
    ]


def report(house, *keys, id="my-get", unknown=()):
    call(house, id, "GetConfiguration")
    told_keys = [{"key": key, "readonly": False, "value": value} for key, value in keys]
    answer(house, id, configurationKey=told_keys, unknownKey=list(unknown))


def desire(house, key="Interval", value="60"):
    return wish(house, op.DesireConfiguration(station="CP1", key=key, value=value))


def automatic(house, *, on=True):
    return wish(house, op.SetAutomatic(station="CP1", automatic=on))


def boot(house, connection=5):
    payload = {"chargePointVendor": "V", "chargePointModel": "M"}
    frame = [2, f"b{house.now.timestamp()}", "BootNotification", payload]
    house.process(house.received(frame, connection=connection))


def reboot(house, connection=6):
    house.process(house.opened(connection=connection))
    boot(house, connection)


def test_an_operators_question_is_kept(house):
    report(house, ("Interval", "30"), unknown=["Foo"])
    (fact,) = told(house, Configuration.Reported)
    assert orjson.loads(fact.keys) == [{"key": "Interval", "readonly": False, "value": "30"}]
    assert (orjson.loads(fact.unknown), fact.complete) == (["Foo"], True)


def test_a_question_about_some_keys_is_not_complete(house):
    call(house, "my-get", "GetConfiguration", key=["Interval"])
    answer(house, "my-get", configurationKey=[])
    (fact,) = told(house, Configuration.Reported)
    assert not fact.complete


def test_a_password_is_no_part_of_it(house):
    report(house, ("AuthorizationKey", "0011"), ("Interval", "30"))
    call(house, "my-set", "ChangeConfiguration", key="authorizationKey", value="***")
    answer(house, "my-set", status="Accepted")
    (fact,) = told(house, Configuration.Reported)
    assert [each["value"] for each in orjson.loads(fact.keys)] == [None, "30"]
    assert told(house, Configuration.ChangeRequested) == told(house, Configuration.Changed) == []
    assert desire(house, "AuthorizationKey", "0011") == "invalid"


@pytest.mark.parametrize(
    "key", ["AuthorizationKey", "authorizationkey\0", "Authorization\ufffdKey"]
)
def test_a_password_that_is_desired_is_not_even_in_the_journal(house, key):
    assert desire(house, key, "hunter2") == "invalid"
    entry = house.log.frames(limit=10_000)[-1].entry
    assert b"hunter2" not in entry.payload
    assert orjson.loads(entry.payload)["value"] == "***"


def _password_sent(house):
    payload = orjson.dumps({"key": "AuthorizationKey", "value": "***"}).decode()
    wished = reset(house, call="my-set", action="ChangeConfiguration", payload=payload, sealed=True)
    house.process(
        house.wish(wished), wire.Sent(station="CP1", connection=5, call="my-set", at=house.now)
    )


def test_an_error_that_quotes_a_password_is_not_kept(house):
    _password_sent(house)
    house.process(house.received([4, "my-set", "InternalError", "no 0011", {"value": "0011"}]))
    (refused,) = told(house, Call.Refused)
    assert (refused.code, refused.description, refused.details) == ("InternalError", "", "{}")
    entry = house.log.frames(limit=10_000)[-1].entry
    assert orjson.loads(entry.payload) == [4, "my-set", "InternalError", "", {}]


@pytest.mark.parametrize("said", [{"status": "hunter2"}, {"status": "Accepted", "is": "hunter2"}])
def test_an_answer_that_quotes_a_password_is_not_kept(house, said):
    _password_sent(house)
    house.process(house.received([3, "my-set", said]))
    assert told(house, Call.Answered)[0].response == '"***"'
    rows = [row.state for row in house.log.since(0, limit=10_000)]
    entries = [row.entry for row in house.log.frames(limit=10_000)]
    kept = [*rows, *(each.payload + each.deviations.encode() for each in entries)]
    assert not any(b"hunter2" in each for each in kept)


def test_an_operators_change_is_followed_to_its_answer(house):
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    answer(house, "my-set", status="RebootRequired")
    (requested,) = told(house, Configuration.ChangeRequested)
    (changed,) = told(house, Configuration.Changed)
    assert (requested.call, requested.by) == ("my-set", "olga")
    assert (changed.key, changed.value, changed.status) == ("Interval", "60", "RebootRequired")


def test_a_change_without_an_answer_has_failed_and_a_late_answer_counts(house):
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    house.process(
        wire.TimedOut(station="CP1", connection=5, call="my-set", reason="silence", at=house.now)
    )
    answer(house, "my-set", status="Accepted")
    assert told(house, Configuration.ChangeFailed)[0].reason == "timed_out"
    assert told(house, Configuration.Changed)[0].status == "Accepted"


def test_nobody_desires_for_a_station_that_is_not_there(house):
    wishes = (
        op.DesireConfiguration(station="CP9", key="A", value="1"),
        op.DropDesire(station="CP9", key="A"),
        op.SetAutomatic(station="CP9", automatic=True),
        op.ApplyConfiguration(station="CP9"),
    )
    assert {wish(house, each) for each in wishes} == {"not_found"}


def test_by_default_drift_is_only_shown(house):
    desire(house)
    report(house, ("Interval", "30"))
    boot(house)
    assert queued(house) == queued(house, "GetConfiguration") == []


def test_an_operator_applies_what_is_desired(house):
    report(house, ("Interval", "30"), ("Same", "1"))
    for key, value in (("interval", "60"), ("Same", "1"), ("Unheard", "x")):
        desire(house, key, value)
    calls = wish(house, op.ApplyConfiguration(station="CP1")).split()
    assert queued(house) == [
        (calls[0], {"key": "Interval", "value": "60"}),
        (calls[1], {"key": "Unheard", "value": "x"}),
    ]
    assert told(house, Call.Requested)[-1].by == "olga"
    assert wish(house, op.ApplyConfiguration(station="CP1")) == ""


def test_nothing_is_applied_where_nothing_is_desired(house):
    assert wish(house, op.ApplyConfiguration(station="CP1")) == ""
    assert wish(house, op.DropDesire(station="CP1", key="A")) == "A"


def test_an_operator_may_have_a_refused_value_tried_again(house):
    report(house, ("Interval", "30"))
    desire(house)
    (first,) = wish(house, op.ApplyConfiguration(station="CP1")).split()
    answer(house, first, status="Rejected")
    assert len(wish(house, op.ApplyConfiguration(station="CP1")).split()) == 1


def test_the_automation_puts_reported_drift_right_once(house):
    desire(house)
    automatic(house)
    for number in range(3):
        report(house, ("Interval", "30"), id=f"my-get{number}")
    ((first, payload),) = queued(house)
    assert payload == {"key": "Interval", "value": "60"}
    answer(house, first, status="Accepted")
    report(house, ("Interval", "60"), id="my-get9")
    assert len(queued(house)) == 1


@pytest.mark.parametrize("status", ["Rejected", "NotSupported", "RebootRequired"])
def test_the_automation_does_not_try_again_what_was_not_done(house, status):
    desire(house)
    automatic(house)
    report(house, ("Interval", "30"))
    ((first, _),) = queued(house)
    answer(house, first, status=status)
    report(house, ("Interval", "30"), id="my-get2")
    assert len(queued(house)) == 1


def test_the_automation_asks_after_a_boot_and_no_more_than_the_station_takes(house):
    report(house, ("GetConfigurationMaxKeys", "2"), ("A", "1"), ("B", "2"), ("C", "3"))
    for key, value in (("A", "1"), ("B", "2"), ("C", "4")):
        desire(house, key, value)
    automatic(house)
    ((change, _),) = queued(house)
    answer(house, change, status="Rejected")
    boot(house)
    asked = queued(house, "GetConfiguration")
    assert [payload for _, payload in asked] == [{"key": ["A", "B"]}, {"key": ["C"]}]
    boot(house)
    assert queued(house, "GetConfiguration") == asked
    answer(house, asked[0][0], configurationKey=[])
    boot(house)
    assert [payload for _, payload in queued(house, "GetConfiguration")[2:]] == [
        {"key": ["A", "B"]}
    ]


def test_a_boot_that_is_not_accepted_is_no_occasion():
    house = House()
    house.settle(registration="Pending")
    desire(house)
    automatic(house)
    before = queued(house, "GetConfiguration")
    boot(house)
    assert queued(house, "GetConfiguration") == before


def test_what_was_never_reported_is_asked_for_when_it_is_desired_and_not_for_ever(house):
    automatic(house)
    desire(house)
    ((asked, payload),) = queued(house, "GetConfiguration")
    assert payload == {"key": ["Interval"]}
    answer(house, asked, configurationKey=[])
    assert len(queued(house, "GetConfiguration")) == 1
    assert queued(house) == []


def test_the_answer_to_the_automations_question_leads_to_the_change(house):
    automatic(house)
    desire(house)
    ((asked, _),) = queued(house, "GetConfiguration")
    known = {"key": "Interval", "readonly": False, "value": "30"}
    answer(house, asked, configurationKey=[known])
    ((_, payload),) = queued(house)
    assert payload == {"key": "Interval", "value": "60"}


def test_a_boot_confirms_what_waited_for_it(house):
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    answer(house, "my-set", status="RebootRequired")
    reboot(house)
    boot(house, 6)
    (fact,) = told(house, Configuration.TookEffect)
    assert (fact.key, fact.value) == ("Interval", "60")


def test_a_boot_that_is_told_again_is_no_reboot(house):
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    answer(house, "my-set", status="RebootRequired")
    boot(house)
    house.restart()
    boot(house)
    assert told(house, Configuration.TookEffect) == []


def test_a_boot_that_was_asked_for_is_no_reboot(house):
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    answer(house, "my-set", status="RebootRequired")
    house.process(house.opened(connection=6))
    call(house, "my-ask", "TriggerMessage", requestedMessage="BootNotification")
    answer(house, "my-ask", status="Accepted")
    boot(house, 6)
    assert told(house, Configuration.TookEffect) == []
    boot(house, 6)
    assert len(told(house, Configuration.TookEffect)) == 1


@pytest.mark.parametrize(("status", "boots"), [("Accepted", 1), ("Rejected", 0)])
def test_after_a_soft_reset_a_boot_on_the_same_socket_is_a_reboot(house, status, boots):
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    answer(house, "my-set", status="RebootRequired")
    call(house, "my-reset", "Reset", type="Soft")
    answer(house, "my-reset", status=status)
    boot(house)
    assert len(told(house, Configuration.TookEffect)) == boots


def test_what_waits_for_a_boot_is_overtaken_by_a_third_value(house):
    report(house, ("Interval", "30"))
    call(house, "my-set", "ChangeConfiguration", key="Interval", value="60")
    answer(house, "my-set", status="RebootRequired")
    report(house, ("Interval", "30"), id="my-get2")
    report(house, ("Interval", "45"), id="my-get3")
    reboot(house)
    assert told(house, Configuration.TookEffect) == []


@pytest.mark.parametrize(("registration", "calls"), [("Pending", 1), ("Rejected", 0)])
def test_the_automation_calls_nobody_who_was_rejected(registration, calls):
    house = House()
    house.settle(registration=registration)
    automatic(house)
    desire(house)
    assert len(queued(house, "GetConfiguration")) == calls


def test_a_restart_in_between_changes_nothing(house):
    desire(house)
    automatic(house)
    report(house, ("Interval", "30"))
    house.restart()
    report(house, ("Interval", "30"), id="my-get2")
    assert len(queued(house)) == 1


def test_a_call_that_expired_is_made_again_at_the_next_report(house):
    desire(house)
    automatic(house)
    report(house, ("Interval", "30"))
    ((first, _),) = queued(house)
    house.now += timedelta(hours=1)
    house.process(wire.Due(id="x", key="CP1", name="expire_call", subject=first, at=house.now))
    report(house, ("Interval", "30"), id="my-get2")
    assert len(queued(house)) == 2

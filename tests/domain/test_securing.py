"""Passwords, security profiles and security events, as frames and wishes bring them."""

from datetime import timedelta
from typing import Any

import msgspec
import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.access import Access
from domain.model.configuration import Configuration
from domain.model.security_log import SecurityLog
from domain.model.station import Station
from domain.model.values import Profile
from domain.repository import Repository
from tests.domain.house import House, answers_of, heartbeat, reset


@pytest.fixture
def house():
    """CP1 comes with security profile 2 and the password k0, and is connected."""
    house = House()
    profile = Profile(security_profile=2, credential="k0")
    house.process(house.wish(op.RegisterStation(station="CP1", profile=profile)))
    come(house, 5, 2, "k0")
    return house


def come(house, connection, profile, credential="", **more: Any):
    """The reason for which the socket is closed, "" when it is not."""
    opened = msgspec.structs.replace(
        house.opened(connection=connection), profile=profile, credential=credential, **more
    )
    sent = house.process(opened).to_gateways
    mine = [r for _, r in sent if isinstance(r, wire.Disconnect) and r.connection == connection]
    return mine[0].reason if mine else ""


def change(house, key="AuthorizationKey", value="***", *, credential="k1", call="c1", sent=True):
    """An operator's own call."""
    payload = orjson.dumps({"key": key, "value": value}).decode()
    wished = reset(
        house, call=call, action="ChangeConfiguration", payload=payload, credential=credential
    )
    house.process(house.wish(wished))
    if sent:
        house.process(wire.Sent(station="CP1", connection=5, call=call, at=house.now))


def upgrade(house, profile, call="c1"):
    change(house, "securityprofile", str(profile), credential="", call=call)


def say(house, status, call="c1"):
    house.process(house.received([3, call, {"status": status}]))


def told(house, kind):
    return [fact for fact in house.told() if isinstance(fact, kind)]


def access(house):
    """As another process would find it."""
    return Repository(house.log).get(Access, Access.id_of("CP1"))


def events(house):
    return [(each.source, each.type) for each in told(house, SecurityLog.Recorded)]


def lose(house, call="c1"):
    lost = wire.TimedOut(station="CP1", connection=5, call=call, reason="silence", at=house.now)
    house.process(lost)


# --- passwords (A01) ---


def test_what_is_accepted_is_the_password_and_nothing_is_known_of_it_as_configuration(house):
    change(house)
    assert access(house).passwords == ("k0", "k1")
    say(house, "Accepted")
    assert access(house).passwords == ("k1",)
    assert told(house, Configuration.ChangeRequested) == []


@pytest.mark.parametrize("status", ["Rejected", "NotSupported", "rejected"])
def test_what_is_rejected_is_not(house, status):
    change(house)
    say(house, status)
    assert access(house).passwords == ("k0",)


def test_an_error_means_no(house):
    change(house)
    house.process(house.received([4, "c1", "NotImplemented", "", {}]))
    assert access(house).passwords == ("k0",)


@pytest.mark.parametrize("how", ["silence", "Maybe", "RebootRequired"])
def test_where_nobody_knows_both_fit(house, how):
    change(house)
    if how == "silence":
        lose(house)
    else:
        say(house, how)
    assert access(house).passwords == ("k0", "k1")
    assert come(house, 6, 2, "k1") == ""
    assert access(house).passwords == ("k1",)


def test_a_late_answer_counts(house):
    change(house)
    lose(house)
    say(house, "Accepted")
    assert access(house).passwords == ("k1",)


def test_one_that_never_went_out_is_no_password(house):
    change(house, sent=False)
    house.process(house.wish(op.CancelCall(station="CP1", call="c1")))
    change(house, call="c2", credential="k2", sent=False)
    house.now += timedelta(hours=1)
    house.process(wire.Due(id="x", key="CP1", name="expire_call", subject="c2", at=house.now))
    change(house, call="c3", credential="k3", sent=False)
    lose(house, "c3")  # its sealed payload was lost
    assert access(house).passwords == ("k0",)


def test_one_that_went_out_as_it_was_taken_back_is_a_password_after_all(house):
    change(house, sent=False)
    house.process(house.wish(op.CancelCall(station="CP1", call="c1")))
    house.process(wire.Sent(station="CP1", connection=5, call="c1", at=house.now))
    assert access(house).passwords == ("k0", "k1")


def test_a_station_may_be_back_with_the_new_password_before_its_answer_is_read(house):
    change(house)
    assert come(house, 6, 2, "k1") == ""
    say(house, "Accepted")
    assert access(house).passwords == ("k1",)


def test_the_old_password_of_a_moment_ago_is_turned_away_and_nothing_on_its_socket_is_heard(house):
    change(house)
    say(house, "Accepted")
    closed = wire.Closed(station="CP1", connection=5, node="g1", code=1000, reason="", at=house.now)
    house.process(closed)
    assert come(house, 6, 2, "k0", remote="10.0.0.9") == "the password is not valid any more"
    outcome = house.process(house.received(heartbeat(), connection=6))
    assert answers_of(outcome) == []
    (entry,) = house.log.frames(station="CP1", kind="frame", newest_first=True, limit=1)
    assert entry.entry.answer == b""
    assert [fact.connection for fact in told(house, Station.Connected)] == [5]
    (event,) = told(house, SecurityLog.Recorded)
    assert (event.source, event.type) == ("csms", "FailedToAuthenticateAtCentralSystem")
    assert event.tech_info == "the password is not valid any more, from 10.0.0.9"
    assert come(house, 7, 2, "k1") == ""
    assert answers_of(house.process(house.received(heartbeat(), connection=7)))
    assert answers_of(house.process(house.received(heartbeat(), connection=6))) == []


def test_the_opening_of_an_older_socket_that_is_told_late_settles_nothing(house):
    change(house)
    assert come(house, 7, 2, "k1") == ""
    assert come(house, 6, 2, "k0") == "a newer socket is open"
    assert events(house) == []


def test_a_first_password_is_introduced_gently():
    house = House()
    house.settle()
    change(house)
    say(house, "Accepted")
    assert come(house, 6, 0) == ""
    assert come(house, 7, 1, "k1") == ""
    assert come(house, 8, 0) == "security profile 0 is not the station's, which is 1"


# --- security profiles (A05) ---


def test_tc_083_the_old_profile_is_good_until_the_higher_one_was_used(house):
    upgrade(house, 3)
    say(house, "Accepted")
    assert come(house, 6, 2, "k0") == ""
    assert come(house, 7, 3, certificate="ab") == ""
    assert come(house, 8, 2, "k0") == "security profile 2 is not the station's, which is 3"
    assert come(house, 9, 3) == ""
    assert events(house) == [("csms", "WrongSecurityProfile")]
    assert told(house, Station.Connected)[2].certificate == "ab"


@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
def test_an_upgrade_that_is_rejected_is_none(house, status):
    upgrade(house, 3)
    say(house, status)
    assert "security profile 3" in come(house, 6, 3)


def test_of_an_upgrade_that_was_not_answered_both_are_good(house):
    upgrade(house, 3)
    lose(house)
    assert come(house, 6, 2, "k0") == ""
    assert come(house, 7, 3) == ""


def test_a_second_upgrade_replaces_the_first_when_it_is_accepted():
    house = House()
    register(house, Profile(security_profile=1, credential="k0"), keep_credential=False)
    come(house, 5, 1, "k0")
    upgrade(house, 2)
    say(house, "Accepted")
    upgrade(house, 3, call="c2")
    assert access(house).expected == 2
    say(house, "Accepted", call="c2")
    assert access(house).expected == 3


@pytest.mark.parametrize("value", ["1", "0", "4", "-1", "", "high", "\uff12"])
def test_a_lower_profile_is_sent_as_asked_and_nothing_follows(house, value):
    change(house, "SecurityProfile", value, credential="")
    say(house, "Accepted")
    assert "call.answered" in house.topics()
    assert not access(house) or not access(house).expected
    assert come(house, 6, 2, "k0") == ""
    assert come(house, 7, 1, "k0") != ""


@pytest.mark.unrepeatable
def test_who_needs_a_password_since_before_there_were_profiles_goes_on_so():
    house = House()
    station = Station.register("CP1", Profile(credential="k0"), by="olga", at=house.now)
    house.csms._repository.add(station)
    assert come(house, 5, 0) != ""
    assert come(house, 6, 1, "k0") == ""


# --- the register ---


def register(house, profile, **kept):
    house.process(house.wish(op.RegisterStation(station="CP1", profile=profile, **kept)))


def test_what_is_kept_is_what_stands_now_and_not_what_was_once_registered(house):
    change(house)
    say(house, "Accepted")
    upgrade(house, 3, call="c2")
    come(house, 6, 3)
    register(house, Profile(note="painted"), keep_profile=True)
    configured = told(house, Station.Configured)[-1]
    assert (configured.credential, configured.security_profile) == ("k1", 3)
    assert (access(house).credential, access(house).profile) == ("k1", 3)


def test_an_operator_may_lower_the_profile_and_set_another_password(house):
    upgrade(house, 3)
    register(house, Profile(security_profile=1, credential="k9"), keep_credential=False)
    assert come(house, 6, 1, "k9") == ""
    assert come(house, 7, 3) != ""
    assert come(house, 8, 1, "k0") != ""


def test_a_password_asks_for_a_profile():
    house = House()
    register(house, Profile(credential="k0"), keep_credential=False)
    assert told(house, Station.Configured)[-1].security_profile == 1


def test_a_station_that_was_removed_begins_anew(house):
    change(house)
    house.process(house.wish(op.RemoveStation(station="CP1")))
    say(house, "Accepted")
    assert access(house).passwords == ()
    assert come(house, 6, 2, "k0") == "not registered"
    register(house, Profile(security_profile=3), keep_profile=True)
    assert come(house, 7, 2, "k0") != ""
    assert come(house, 8, 3) == ""


# --- security events (A04) ---


def notify(house, id="n1", **payload):
    return house.ask([2, id, "SecurityEventNotification", payload])


def test_an_event_is_on_record_once_however_old_and_whatever_it_is_called(house):
    old = {"type": "MyOwnThing", "timestamp": "2019-01-01T00:00:00Z", "techInfo": "x"}
    assert notify(house, **old) == [3, "n1", {}]
    house.restart()
    assert notify(house, "n2", **old) == [3, "n2", {}]
    (event,) = told(house, SecurityLog.Recorded)
    assert (event.type, event.severity, event.source) == ("MyOwnThing", "ordinary", "station")
    assert event.occurred_at.year == 2019


@pytest.mark.parametrize("timestamp", ["1970-01-01T00:00:00Z", "never", None])
def test_an_event_of_a_clock_that_is_wrong_is_answered_and_kept(house, timestamp):
    assert notify(house, type="ResetOrReboot", timestamp=timestamp) == [3, "n1", {}]
    (event,) = told(house, SecurityLog.Recorded)
    assert event.severity == "critical"


def test_a_refusal_at_the_gateway_is_an_event_of_ours(house):
    barred = wire.Barred(
        station="CP1",
        connection=9,
        node="g1",
        remote="10.0.0.9",
        reason="wrong or missing credentials",
        at=house.now,
    )
    house.process(barred)
    house.process(msgspec.structs.replace(barred, station="CP2"))  # removed meanwhile
    assert events(house) == [("csms", "FailedToAuthenticateAtCentralSystem")]
    (entry,) = house.log.frames(station="CP1", kind="barred")
    assert entry.entry.payload == b"wrong or missing credentials, from 10.0.0.9"


def test_a_socket_that_is_found_alive_is_the_same(house):
    closed = wire.Closed(station="CP1", connection=5, node="g1", code=1006, reason="", at=house.now)
    house.process(closed)
    assert answers_of(house.process(house.received(heartbeat())))
    assert [fact.connection for fact in told(house, Station.Connected)] == [5, 5]

"""Updates of a local list, part by part; what raw calls do to it; what follows a failure."""

import orjson
import pytest

from domain.model import operations as op
from domain.model.list_update import ListUpdate, part_id
from domain.model.local_entries import Entry
from domain.model.local_list import LocalList
from domain.model.values import Profile
from domain.ocpp.v16.local_auth_list.payloads import parts
from domain.ocpp.v16.local_auth_list.send_local_list import SendLocalList
from tests.domain.listing import ANN, BOB, EVE, ListHouse

FIRST, SECOND = part_id("u1", 1), part_id("u1", 2)
TWO_PARTS = parts("Full", [ANN, BOB], version=4, size=1)
ADD_EVE = parts("Differential", [EVE], version=4)


@pytest.fixture
def house():
    return ListHouse()


def told(house, kind):
    return [fact for fact in house.told() if isinstance(fact, kind)]


# --- parts ---


def test_a_part_goes_out_only_after_the_one_before_was_accepted(house):
    assert house.update(*TWO_PARTS) == ""
    assert [call for call, _ in house.requested()] == [FIRST]
    house.answer(FIRST)
    assert [call for call, _ in house.requested()] == [FIRST, SECOND]
    assert (house.held.list_version, set(house.held.entries)) == (4, {"ann"})
    house.answer(SECOND)
    assert (house.held.list_version, set(house.held.entries)) == (5, {"ann", "bob"})
    assert told(house, ListUpdate.Finished)


def test_parts_go_on_after_a_restart(house):
    house.update(*TWO_PARTS)
    house.restart()
    house.answer(FIRST)
    house.restart()
    house.answer(SECOND)
    assert house.held.list_version == 5


@pytest.mark.parametrize("status", ["Failed", "NotSupported", "VersionMismatch"])
def test_after_a_no_nothing_more_is_sent(house, status):
    house.update(*TWO_PARTS)
    house.answer(FIRST, status)
    assert len(house.requested()) == 1
    assert house.held.list_version is None
    (end,) = told(house, ListUpdate.Abandoned)
    assert end.reason == f"part 1 of 2: {status}"


def test_after_a_call_error_or_silence_nothing_more_is_sent(house):
    house.update(*TWO_PARTS)
    house.process(house.received([4, FIRST, "NotImplemented", "", {}]))
    house.update(*TWO_PARTS, name="u2")
    house.lose(part_id("u2", 1))
    assert len(house.requested()) == 2
    reasons = [end.reason for end in told(house, ListUpdate.Abandoned)]
    assert reasons == ["part 1 of 2: refused", "part 1 of 2: timed_out"]


def test_one_update_goes_at_a_time(house):
    house.update(*TWO_PARTS)
    assert "under way" in house.update(*TWO_PARTS, name="u2")
    assert len(house.requested()) == 1


def test_an_update_that_is_replaced_takes_back_what_has_not_gone_out(house):
    house.update(*TWO_PARTS)
    assert house.update(*TWO_PARTS, name="u2", replace=True) == ""
    assert "call.cancelled" in house.topics()
    assert house.chain.name == "u2"
    (end,) = told(house, ListUpdate.Abandoned)
    assert end.reason == "replaced"


@pytest.mark.parametrize(
    ("answer", "told_as"), [({"stat": 1}, "unreadable"), ({"status": "Okay"}, "Okay")]
)
def test_an_answer_that_says_nothing_ends_it_and_leaves_the_list_uncertain(house, answer, told_as):
    house.confirm(ANN)
    house.update(*TWO_PARTS)
    house.process(house.received([3, FIRST, answer]))
    assert house.held.trust == "uncertain"
    (end,) = told(house, ListUpdate.Abandoned)
    assert end.reason == f"part 1 of 2: {told_as}"


@pytest.mark.unrepeatable
def test_an_update_whose_answer_could_not_be_handled_is_not_in_the_way(house, monkeypatch):
    def fail(*_args):
        raise ValueError("a defect")

    house.update(*TWO_PARTS)
    with monkeypatch.context() as defective:
        defective.setattr(SendLocalList, "answered", fail)
        house.answer(FIRST)
    assert not house.chain.under_way
    assert house.update(*TWO_PARTS, name="u2") == ""


def test_an_update_rests_on_the_list_it_was_computed_from(house):
    house.confirm(ANN, version=3)
    assert "version 3" in house.update(*ADD_EVE, based_on=2)
    assert house.update(*ADD_EVE, based_on=3) == ""


def test_a_station_that_is_away_is_sent_it_when_it_may_wait(house):
    house.process(house.wish(op.RegisterStation(station="CP2", profile=Profile())))
    away = op.UpdateLocalList(station="CP2", update="u1", payloads=TWO_PARTS)
    assert house.refusal_of(away) == "the station is not connected"
    waiting = op.UpdateLocalList(station="CP2", update="u1", payloads=TWO_PARTS, ttl=60)
    assert house.refusal_of(waiting) == ""


@pytest.mark.parametrize(
    "wish",
    [
        op.UpdateLocalList(station="CP9", update="u1", payloads=TWO_PARTS),
        op.SwitchListFallback(station="CP9", on=True),
    ],
)
def test_a_station_nobody_registered_has_no_list(house, wish):
    assert house.refusal_of(wish) == "this station is not registered"


def test_an_update_of_nothing_is_refused(house):
    assert "at least one part" in house.update()


def test_the_rest_is_not_sent_to_a_station_that_was_removed(house):
    house.update(*TWO_PARTS)
    house.process(house.wish(op.RemoveStation(station="CP1")))
    house.answer(FIRST)
    assert len(house.requested()) == 1
    assert not house.chain.under_way


# --- raw calls ---


def test_raw_calls_change_the_list_as_the_station_does(house):
    house.confirm(ANN, version=3)
    house.raw(*parts("Differential", [BOB, Entry("ann", "")], version=9), "r1")
    house.answer("r1")
    assert (house.held.list_version, set(house.held.entries)) == (9, {"bob"})
    house.raw('{"listVersion":10,"updateType":"Full"}', "r2")
    house.answer("r2")
    assert (house.held.list_version, house.held.entries) == (10, {})


def test_what_rests_on_another_list_is_not_sent_any_more(house):
    house.update(*TWO_PARTS)
    house.raw(*parts("Full", [EVE], version=9))
    house.answer("raw")
    house.answer(FIRST)
    assert SECOND not in [call for call, _ in house.requested()]


def test_a_version_told_is_on_record(house):
    house.confirm(ANN, version=3)
    house.tell(7)
    assert (house.held.list_version, house.held.trust) == (7, "uncertain")


# --- the fallback ---


def test_by_default_nothing_follows_a_failure(house):
    house.confirm(ANN)
    house.raw(*ADD_EVE)
    house.answer("raw", "VersionMismatch")
    assert len(house.requested()) == 2


@pytest.mark.parametrize("status", ["VersionMismatch", "Failed"])
def test_when_switched_on_a_full_follows_a_differential_that_failed(house, status):
    house.switch()
    house.confirm(ANN)
    house.raw(*ADD_EVE)
    house.answer("raw", status)
    call, payload = house.requested()[-1]
    assert (payload["updateType"], payload["listVersion"]) == ("Full", 5)
    assert [entry["idTag"] for entry in payload["localAuthorizationList"]] == ["ANN", "EVE"]
    house.answer(call)
    assert (house.held.list_version, set(house.held.entries)) == (5, {"ann", "eve"})


def test_the_full_brings_what_was_to_follow_too_and_in_parts(house):
    house.switch()
    house.confirm(ANN, version=3)
    house.update(*parts("Differential", [BOB, EVE], version=4, size=1), part_size=1)
    house.answer(FIRST, "Failed")
    for number in (1, 2, 3):
        call, payload = house.requested()[-1]
        assert payload["listVersion"] == 4 + number
        house.answer(call)
    assert set(house.held.entries) == {"ann", "bob", "eve"}
    assert not house.chain.under_way


def test_a_fallback_that_fails_is_not_tried_again(house):
    house.switch()
    house.confirm(ANN)
    house.update(*parts("Differential", [BOB], version=4), part_size=1)
    house.answer(FIRST, "Failed")
    house.answer(house.requested()[-1][0])  # the Full is accepted, its second part is not
    before = len(house.requested())
    house.answer(house.requested()[-1][0], "Failed")
    assert len(house.requested()) == before
    assert not house.chain.under_way


def test_a_full_that_failed_is_not_followed_by_another(house):
    house.switch()
    house.confirm(ANN)
    house.raw(*parts("Full", [BOB], version=4))
    house.answer("raw", "Failed")
    assert len(house.requested()) == 2


@pytest.mark.parametrize("status", ["NotSupported", None])
def test_what_a_full_would_not_cure_is_left_alone(house, status):
    house.switch()
    house.confirm(ANN)
    house.raw(*ADD_EVE)
    if status:
        house.answer("raw", status)
    else:
        house.lose("raw")
        house.answer("raw", "Failed")
    assert len(house.requested()) == 2


def test_a_list_nobody_here_knows_is_not_wiped_out(house):
    house.switch()
    house.tell(7)
    house.raw(*ADD_EVE)
    house.answer("raw", "VersionMismatch")
    assert len(house.requested()) == 2


def test_a_failure_beside_an_update_is_left_to_the_update(house):
    house.switch()
    house.confirm(ANN)
    house.update(*TWO_PARTS)
    house.raw(*ADD_EVE)
    house.answer("raw", "Failed")
    assert len(house.requested()) == 3
    assert house.chain.name == "u1"


# --- conflicts ---


def test_a_conflict_is_noted_once(house):
    payload = {
        "connectorId": 1,
        "errorCode": "LocalListConflict",
        "status": "Available",
        "timestamp": "2026-05-01T11:59:00Z",
    }
    for message in ("m1", "m2"):
        house.process(house.received([2, message, "StatusNotification", payload]))
    (noted,) = told(house, LocalList.Conflicted)
    assert noted.connector == 1


def test_no_other_status_touches_the_list(house):
    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    house.process(house.received([2, "m1", "StatusNotification", payload]))
    assert not [topic for topic in house.topics() if topic.startswith("local_list")]


def test_what_was_wished_names_who_wished_it(house):
    house.update(*TWO_PARTS)
    house.answer(FIRST)
    rows = [orjson.loads(row.state) for row in house.log.since(0, limit=1000)]
    assert [row["by"] for row in rows if row.get("action") == "SendLocalList"] == ["olga"] * 2

"""Reservations follow their calls, raw or not: records in, facts and the station's memory out."""

from datetime import timedelta

import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.reservation import Reservation
from tests.domain.house import NOON, House, start

UNTIL = NOON + timedelta(minutes=30)


@pytest.fixture
def house():
    house = House()
    house.settle()
    return house


def reserve(house, call="a", number=7, **members):
    payload = {
        "connectorId": 1,
        "expiryDate": UNTIL.isoformat(),
        "idTag": "ABC",
        "reservationId": number,
    }
    _request(house, call, "ReserveNow", payload | members)


def cancel(house, call="c", number=7):
    _request(house, call, "CancelReservation", {"reservationId": number})


def _request(house, call, action, payload):
    wish = op.RequestCall(
        station="CP1",
        call=call,
        action=action,
        payload=orjson.dumps(payload).decode(),
        expires_at=house.now + timedelta(days=1),
    )
    house.process(house.wish(wish))


def answer(house, call, status):
    house.process(house.received([3, call, {"status": status}]))


def time_out(house, call):
    house.process(
        wire.Sent(station="CP1", connection=5, call=call, at=house.now),
        wire.TimedOut(station="CP1", connection=5, call=call, reason="silence", at=house.now),
    )


def fire(house, at=UNTIL, number="7", id="due"):
    house.process(wire.Due(id=id, key="CP1", name="expire_reservation", subject=number, at=at))


def told(house):
    return [type(fact).__name__ for fact in house.told() if fact.TOPIC.startswith("reservation.")]


def remembered(house):
    found = [f for f in house.told() if f.TOPIC in {"station.reserved", "station.unreserved"}]
    return [(type(fact).__name__, fact.number) for fact in found]


def test_a_raw_call_makes_a_reservation_that_the_station_knows(house):
    reserve(house, connectorId=0, parentIdTag="FAM")
    answer(house, "a", "Accepted")
    assert told(house) == ["Named", "Requested", "Accepted"]
    [accepted] = [fact for fact in house.told() if isinstance(fact, Reservation.Accepted)]
    assert (accepted.connector, accepted.id_tag, accepted.parent) == (0, "ABC", "FAM")
    assert accepted.expires_at == UNTIL
    [asked] = [fact for fact in house.told() if isinstance(fact, Reservation.Requested)]
    assert asked.by == "olga"
    assert remembered(house) == [("Reserved", 7)]


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_what_went_out_although_it_was_taken_back_is_kept(house, how):
    reserve(house)
    if how == "cancelled":
        house.process(house.wish(op.CancelCall(station="CP1", call="a")))
    else:
        due = wire.Due(id="x", key="CP1", name="expire_call", subject="a", at=house.now)
        house.process(due)
    house.process(wire.Sent(station="CP1", connection=5, call="a", at=house.now))
    answer(house, "a", "Accepted")
    assert told(house)[2:] == ["Failed", "Accepted"]
    assert remembered(house) == [("Reserved", 7)]


def test_a_word_in_another_case_is_that_word(house):
    reserve(house)
    answer(house, "a", "accepted")
    assert told(house)[2:] == ["Accepted"]
    assert "station.deviated" in house.topics()


def test_a_late_refusal_ends_what_might_have_stood(house):
    reserve(house)
    time_out(house, "a")
    house.process(house.received([4, "a", "NotSupported", "", {}]))
    assert told(house)[2:] == ["Unanswered", "Failed"]
    assert remembered(house)[1:] == [("Unreserved", 7)]


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
def test_another_answer_is_recorded(house, status):
    reserve(house)
    answer(house, "a", status)
    assert told(house)[2:] == ["Declined"]
    assert remembered(house) == []


def test_a_call_error_is_a_failure(house):
    reserve(house)
    house.process(house.received([4, "a", "NotSupported", "", {}]))
    assert told(house)[2:] == ["Failed"]


def test_what_is_taken_back_has_failed(house):
    reserve(house)
    house.process(house.wish(op.CancelCall(station="CP1", call="a")))
    assert told(house)[2:] == ["Failed"]


def test_what_nobody_answers_may_stand_until_a_late_answer(house):
    reserve(house)
    time_out(house, "a")
    assert remembered(house) == [("Reserved", 7)]
    answer(house, "a", "Rejected")
    assert told(house)[2:] == ["Unanswered", "Declined"]
    assert remembered(house)[1:] == [("Unreserved", 7)]


def test_an_accepted_cancelling_ends_it(house):
    reserve(house)
    answer(house, "a", "Accepted")
    cancel(house)
    answer(house, "c", "Accepted")
    assert told(house)[3:] == ["CancelRequested", "CancelAnswered", "Cancelled"]
    assert remembered(house)[1:] == [("Unreserved", 7)]


def test_a_rejected_one_keeps_it(house):
    reserve(house)
    answer(house, "a", "Accepted")
    cancel(house)
    answer(house, "c", "Rejected")
    assert told(house)[3:] == ["CancelRequested", "CancelAnswered"]
    assert remembered(house) == [("Reserved", 7)]


def test_a_cancelling_that_nobody_answers_keeps_it(house):
    reserve(house)
    answer(house, "a", "Accepted")
    cancel(house)
    time_out(house, "c")
    assert told(house)[3:] == ["CancelRequested", "CancelFailed"]


def report(house, text, **members):
    payload = {"connectorId": 1, "errorCode": "NoError", "status": text}
    house.ask([2, "m", "StatusNotification", payload | members])


def test_a_release_that_comes_late_does_not_end_the_next_one(house):
    reserve(house)
    answer(house, "a", "Accepted")
    report(house, "Reserved")
    cancel(house)
    answer(house, "c", "Accepted")
    freed = house.now.isoformat()
    reserve(house, "b", number=8)
    answer(house, "b", "Accepted")
    report(house, "Available", timestamp=freed)
    assert told(house)[-2:] == ["Requested", "Accepted"]
    report(house, "Reserved")
    report(house, "Available")
    assert told(house)[-1:] == ["Ended"]


def test_a_release_that_was_asked_for_is_a_cancelling_before_its_answer_too(house):
    reserve(house)
    answer(house, "a", "Accepted")
    report(house, "Reserved")
    cancel(house)
    report(house, "Available")
    answer(house, "c", "Accepted")
    assert told(house)[3:] == ["CancelRequested", "Cancelled", "CancelAnswered"]


def test_any_number_can_be_cancelled(house):
    cancel(house, number=99)
    answer(house, "c", "Rejected")
    assert told(house) == []
    assert house.topics()[-1] == "call.answered"


def test_the_timer_fires_once_and_after_a_restart_too(house):
    reserve(house)
    answer(house, "a", "Accepted")
    house.restart()
    fire(house)
    fire(house)
    fire(house, id="again")
    assert told(house)[3:] == ["Expired"]
    assert remembered(house)[1:] == [("Unreserved", 7)]


def test_a_timer_that_was_overtaken_ends_nothing(house):
    reserve(house)
    answer(house, "a", "Accepted")
    reserve(house, "b", expiryDate=(UNTIL + timedelta(hours=1)).isoformat())
    answer(house, "b", "Accepted")
    fire(house)
    fire(house, number="8", id="of nobody")
    assert told(house)[3:] == ["Requested", "Accepted"]


def test_the_terms_of_a_replacement_are_remembered(house):
    reserve(house)
    answer(house, "a", "Accepted")
    reserve(house, "b", connectorId=2)
    answer(house, "b", "Accepted")
    places = [fact.connector for fact in house.told() if fact.TOPIC == "station.reserved"]
    assert places == [1, 2]


def test_a_transaction_uses_it(house):
    reserve(house)
    answer(house, "a", "Accepted")
    *head, payload = start()
    assert isinstance(payload, dict)
    assert (
        house.ask([*head, payload | {"reservationId": 7}])[2]["idTagInfo"]["status"] == "Accepted"
    )
    assert told(house)[3:] == ["Used"]

"""Reservation: asked for, answered, over once; the latest answer in order is what stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.model.reservation import Reservation, Terms
from domain.model.station import Station
from domain.model.values import Profile
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

TERMS = Terms(connector=1, id_tag="ABC", parent="", expires_at=LATER)
OTHER = Terms(connector=2, id_tag="DEF", parent="FAM", expires_at=LATER + timedelta(hours=1))
SOON = NOON + timedelta(minutes=1)
DECLINING = ("Faulted", "Occupied", "Rejected", "Unavailable")


def asked(*calls: str) -> Reservation:
    reservation = Reservation.name("CP1", 7, at=NOON)
    for call in calls or ("a",):
        reservation.request(call, TERMS, by="olga", at=NOON)
    return reservation


def accepted() -> Reservation:
    reservation = asked()
    reservation.answer("a", TERMS, status="Accepted", at=NOON)
    return reservation


def unanswered(*calls: str) -> Reservation:
    reservation = asked(*calls)
    reservation.fail("a", TERMS, reason="timed_out", at=NOON)
    return reservation


def over() -> Reservation:
    """Expired at `LATER`."""
    reservation = accepted()
    reservation.expire(clock=LATER, at=LATER)
    return reservation


def test_it_is_asked_for_once_per_call():
    story = given(Reservation.name("CP1", 7, at=NOON))
    for _ in range(2):
        story.when(Reservation.request, "a", TERMS, by="olga", at=NOON)
    story.then((Reservation.Requested, {"call": "a", "connector": 1, "by": "olga"}))
    assert story.aggregate.held == ""


def test_it_stands_when_the_station_accepts_it():
    story = given(asked()).when(Reservation.answer, "a", TERMS, status="Accepted", at=NOON)
    story.then((Reservation.Accepted, {"call": "a", "id_tag": "ABC", "expires_at": LATER}))
    assert (story.aggregate.held, story.aggregate.certain) == ("a", True)


@pytest.mark.parametrize("status", DECLINING)
def test_any_other_answer_is_recorded_and_nothing_stands(status):
    story = given(asked()).when(Reservation.answer, "a", TERMS, status=status, at=NOON)
    story.then((Reservation.Declined, {"call": "a", "answer": status}))
    assert story.aggregate.held == ""


def test_an_answer_counts_once_and_only_to_what_was_asked():
    (
        given(accepted())
        .when(Reservation.answer, "a", TERMS, status="Rejected", at=NOON)
        .when(Reservation.answer, "z", TERMS, status="Accepted", at=NOON)
        .when(Reservation.fail, "z", TERMS, reason="refused", at=NOON)
        .when(Reservation.answer_cancel, "z", status="Accepted", at=NOON)
        .when(Reservation.fail_cancel, "z", reason="refused", at=NOON)
        .then()
    )


@pytest.mark.parametrize("reason", ["refused", "expired", "cancelled", "rejected"])
def test_what_never_was_accepted_has_failed(reason):
    story = given(asked()).when(Reservation.fail, "a", TERMS, reason=reason, at=NOON)
    story.then((Reservation.Failed, {"call": "a", "reason": reason}))
    assert story.aggregate.held == ""


# --- nobody answered ---


def test_without_an_answer_it_may_stand():
    story = given(asked()).when(Reservation.fail, "a", TERMS, reason="timed_out", at=NOON)
    story.then((Reservation.Unanswered, {"call": "a", "expires_at": LATER}))
    assert (story.aggregate.held, story.aggregate.certain) == ("a", False)


@pytest.mark.parametrize(("status", "held"), [("Accepted", "a"), ("Occupied", "")])
def test_a_late_answer_counts(status, held):
    story = given(unanswered()).when(Reservation.answer, "a", TERMS, status=status, at=LATER)
    assert story.aggregate.held == held
    assert story.aggregate.asked.calls == {}


def test_an_answer_that_comes_after_the_end_says_nothing():
    reservation = unanswered()
    reservation.expire(clock=LATER, at=LATER)
    given(reservation).when(Reservation.answer, "a", TERMS, status="Accepted", at=LATER).then()


# --- replacement ---


def test_new_terms_hold_once_they_are_accepted():
    reservation = accepted()
    reservation.request("b", OTHER, by="olga", at=NOON)
    assert (reservation.held, reservation.connector) == ("a", 1)
    story = given(reservation).when(Reservation.answer, "b", OTHER, status="Accepted", at=SOON)
    assert (story.aggregate.held, story.aggregate.connector) == ("b", 2)
    assert story.aggregate.expires_at == OTHER.expires_at


@pytest.mark.parametrize("status", DECLINING)
def test_new_terms_that_are_not_accepted_leave_the_old_ones(status):
    reservation = accepted()
    reservation.request("b", OTHER, by="olga", at=NOON)
    reservation.answer("b", OTHER, status=status, at=SOON)
    assert (reservation.held, reservation.connector, reservation.certain) == ("a", 1, True)


def test_new_terms_that_nobody_answers_leave_the_old_ones_until_a_late_answer():
    reservation = accepted()
    reservation.request("b", OTHER, by="olga", at=NOON)
    reservation.fail("b", OTHER, reason="timed_out", at=SOON)
    assert (reservation.held, reservation.connector) == ("a", 1)
    reservation.answer("b", OTHER, status="Accepted", at=LATER)
    assert (reservation.held, reservation.connector) == ("b", 2)


def test_a_late_answer_does_not_undo_what_was_accepted_after_it():
    reservation = unanswered("a", "b")
    reservation.answer("b", OTHER, status="Accepted", at=SOON)
    story = given(reservation).when(Reservation.answer, "a", TERMS, status="Accepted", at=LATER)
    story.then()
    assert story.aggregate.held == "b"


# --- the end ---


@pytest.mark.parametrize("held", [accepted, unanswered])
def test_it_expires_at_its_time_and_once(held):
    (
        given(held())
        .when(Reservation.expire, clock=LATER - timedelta(microseconds=1), at=SOON)
        .when(Reservation.expire, clock=LATER, at=LATER)
        .when(Reservation.expire, clock=LATER, at=LATER)
        .then((Reservation.Expired, {}))
    )


def test_what_expired_unanswered_replaced_what_was_asked_before_it():
    story = given(unanswered("a", "b"))
    story.when(Reservation.fail, "b", replace(TERMS, expires_at=SOON), reason="timed_out", at=NOON)
    story.when(Reservation.expire, clock=SOON, at=SOON)
    story.when(Reservation.answer, "a", TERMS, status="Accepted", at=SOON)
    assert story.aggregate.held == "a"
    story.when(Reservation.answer, "b", replace(TERMS, expires_at=SOON), status="Accepted", at=SOON)
    assert story.aggregate.held == ""


def test_what_does_not_stand_does_not_expire():
    given(asked()).when(Reservation.expire, clock=LATER, at=LATER).then()


def test_a_transaction_uses_it_once_whatever_the_token():
    (
        given(accepted())
        .when(Reservation.use, 17, id_tag="OTHER", began=SOON, at=SOON)
        .when(Reservation.use, 18, id_tag="ABC", began=SOON, at=SOON)
        .when(Reservation.expire, clock=LATER, at=LATER)
        .then((Reservation.Used, {"transaction": 17, "id_tag": "OTHER"}))
    )


def declined() -> Reservation:
    reservation = asked()
    reservation.answer("a", TERMS, status="Rejected", at=NOON)
    return reservation


def failed(reason: str = "answered") -> Reservation:
    reservation = asked()
    reservation.fail("a", TERMS, reason=reason, at=NOON)
    return reservation


def out_of_service() -> Reservation:
    reservation = accepted()
    reservation.end("unavailable", at=NOON)
    return reservation


@pytest.mark.parametrize("before", [asked, over, declined, failed, out_of_service])
def test_a_transaction_proves_that_it_stood_whatever_was_heard_of_it(before):
    (
        given(before())
        .when(Reservation.use, 17, id_tag="ABC", began=LATER, at=LATER)
        .when(Reservation.use, 18, id_tag="ABC", began=SOON, at=LATER)
        .when(Reservation.fail, "a", TERMS, reason="timed_out", at=LATER)
        .when(Reservation.answer, "a", TERMS, status="Accepted", at=LATER)
        .then((Reservation.Used, {"transaction": 17}))
    )


def test_of_two_that_were_asked_for_the_first_has_been_used():
    reservation = asked("a", "b")
    reservation.use(17, id_tag="ABC", began=SOON, at=SOON)
    reservation.fail("a", TERMS, reason="timed_out", at=SOON)
    reservation.answer("b", OTHER, status="Accepted", at=LATER)
    assert reservation.held == "b"


def test_what_was_cancelled_is_used_only_by_what_began_before():
    reservation = cancelling(accepted())
    reservation.answer_cancel("c", status="Accepted", at=SOON)
    (
        given(reservation)
        .when(Reservation.use, 17, id_tag="ABC", began=LATER, at=LATER)
        .when(Reservation.use, 18, id_tag="ABC", began=NOON, at=LATER)
        .then((Reservation.Used, {"transaction": 18}))
    )


@pytest.mark.parametrize("reason", ["cancelled", "expired"])
def test_what_was_taken_back_too_late_is_answered(reason):
    story = given(failed(reason))
    story.when(Reservation.fail, "a", TERMS, reason=reason, at=SOON)
    story.when(Reservation.answer, "a", TERMS, status="Accepted", at=SOON)
    story.then((Reservation.Accepted, {"call": "a"}))
    assert story.aggregate.held == "a"


@pytest.mark.parametrize("reason", ["cancelled", "expired"])
def test_a_cancelling_that_was_taken_back_too_late_cancels(reason):
    reservation = cancelling(accepted())
    reservation.fail_cancel("c", reason=reason, at=SOON)
    reservation.answer_cancel("c", status="Accepted", at=SOON)
    assert reservation.held == ""


def test_a_late_refusal_ends_what_might_have_stood():
    story = given(unanswered()).when(Reservation.fail, "a", TERMS, reason="refused", at=SOON)
    story.then((Reservation.Failed, {"reason": "refused"}))
    assert (story.aggregate.held, story.aggregate.asked.calls) == ("", {})


def test_a_word_that_no_station_should_say_is_a_rejection_with_a_reason():
    story = given(asked()).when(Reservation.answer, "a", TERMS, status="OK" * 50, at=NOON)
    story.then((Reservation.Declined, {"answer": "Rejected", "reason": "OK" * 25}))


def test_what_was_told_before_it_stood_is_of_another():
    told = NOON - timedelta(seconds=1)
    given(accepted()).when(Reservation.release, told=told, clock=SOON, at=SOON).then()


@pytest.mark.parametrize("reason", ["", "timed_out"])
def test_a_station_that_lets_it_go_when_asked_to_has_cancelled_it(reason):
    reservation = cancelling(accepted())
    if reason:
        reservation.fail_cancel("c", reason=reason, at=SOON)
    story = given(reservation).when(Reservation.release, told=SOON, clock=SOON, at=SOON)
    story.then((Reservation.Cancelled, {"call": "c"}))


def test_a_cancelling_that_was_taken_back_did_not_release_it():
    reservation = cancelling(accepted())
    reservation.fail_cancel("c", reason="cancelled", at=SOON)
    story = given(reservation).when(Reservation.release, told=SOON, clock=SOON, at=SOON)
    story.then((Reservation.Ended, {"reason": "released"}))


def test_its_connector_out_of_service_ends_it():
    (
        given(accepted())
        .when(Reservation.end, "faulted", at=SOON)
        .when(Reservation.end, "unavailable", at=SOON)
        .then((Reservation.Ended, {"reason": "faulted"}))
    )


def test_a_station_that_lets_it_go_early_has_released_it():
    story = given(accepted()).when(Reservation.release, told=SOON, clock=SOON, at=SOON)
    story.then((Reservation.Ended, {"reason": "released"}))


def test_a_station_that_lets_it_go_in_time_has_seen_it_expire():
    given(accepted()).when(Reservation.release, told=SOON, clock=LATER, at=SOON).then(
        (Reservation.Expired, {})
    )


def test_after_the_end_the_number_lives_again():
    reservation = over()
    reservation.request("b", OTHER, by="olga", at=LATER)
    reservation.answer("b", OTHER, status="Accepted", at=LATER)
    story = given(reservation).when(Reservation.use, 18, id_tag="D", began=LATER, at=LATER)
    story.then((Reservation.Used, {"transaction": 18}))


# --- cancelling ---


def cancelling(reservation: Reservation) -> Reservation:
    reservation.request_cancel("c", by="olga", at=SOON)
    return reservation


@pytest.mark.parametrize("held", [accepted, unanswered])
def test_the_station_cancels_it(held):
    story = given(cancelling(held())).when(
        Reservation.answer_cancel, "c", status="Accepted", at=SOON
    )
    story.then((Reservation.CancelAnswered, {"answer": "Accepted"}), (Reservation.Cancelled, {}))
    assert (story.aggregate.held, story.aggregate.asked.calls) == ("", {})


def test_a_rejected_cancelling_keeps_it():
    story = given(cancelling(accepted())).when(
        Reservation.answer_cancel, "c", status="Rejected", at=SOON
    )
    story.then((Reservation.CancelAnswered, {"answer": "Rejected"}))
    assert story.aggregate.held == "a"


def test_a_late_answer_cancels():
    story = given(cancelling(accepted()))
    story.when(Reservation.fail_cancel, "c", reason="timed_out", at=SOON)
    story.when(Reservation.answer_cancel, "c", status="Accepted", at=LATER)
    story.then(
        (Reservation.CancelFailed, {"reason": "timed_out"}),
        (Reservation.CancelAnswered, {}),
        (Reservation.Cancelled, {"call": "c"}),
    )


def test_a_refused_cancelling_is_over():
    story = given(cancelling(accepted()))
    story.when(Reservation.fail_cancel, "c", reason="refused", at=SOON)
    assert (story.aggregate.held, story.aggregate.asked.calls) == ("a", {})


def test_what_was_asked_for_after_the_cancelling_is_not_cancelled():
    reservation = cancelling(asked())
    reservation.fail("a", TERMS, reason="refused", at=SOON)
    reservation.request("b", OTHER, by="olga", at=SOON)
    reservation.fail("b", OTHER, reason="timed_out", at=SOON)
    story = given(reservation).when(Reservation.answer_cancel, "c", status="Accepted", at=LATER)
    story.then((Reservation.CancelAnswered, {}))
    assert (story.aggregate.held, story.aggregate.asked.calls) == ("b", {"b": "late"})


# --- the station's memory ---


def test_a_station_remembers_what_stands_at_which_connector():
    station = Station.register("CP1", Profile(), by="olga", at=NOON)
    story = given(station)
    for connector in (1, 1, 2):
        story.when(Station.reserve, 7, connector, at=NOON)
    story.when(Station.unreserve, 7, at=NOON).when(Station.unreserve, 7, at=NOON)
    story.then(
        (Station.Reserved, {"number": 7, "connector": 1}),
        (Station.Reserved, {"number": 7, "connector": 2}),
        (Station.Unreserved, {"number": 7}),
    )


def test_what_it_remembers_survives_a_snapshot():
    station = Station.register("CP1", Profile(), by="olga", at=NOON)
    station.reserve(-7, 0, at=NOON)
    thawed = thaw(freeze(station))
    assert isinstance(thawed, Station)
    assert thawed.reservations == {-7: 0}

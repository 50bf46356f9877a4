"""Reservation: asked for, answered, over once; the latest answer in order is what stands."""

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
    assert story.aggregate.asked == {}


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


def test_a_transaction_that_began_in_time_uses_what_has_expired_meanwhile():
    (
        given(over())
        .when(Reservation.use, 17, id_tag="ABC", began=LATER, at=LATER)
        .when(Reservation.use, 18, id_tag="ABC", began=SOON, at=LATER)
        .when(Reservation.use, 19, id_tag="ABC", began=SOON, at=LATER)
        .then((Reservation.Used, {"transaction": 18}))
    )


def test_its_connector_out_of_service_ends_it():
    (
        given(accepted())
        .when(Reservation.end, "faulted", at=SOON)
        .when(Reservation.end, "unavailable", at=SOON)
        .then((Reservation.Ended, {"reason": "faulted"}))
    )


def test_a_station_that_lets_it_go_early_has_released_it():
    story = given(accepted()).when(Reservation.release, clock=SOON, at=SOON)
    story.then((Reservation.Ended, {"reason": "released"}))


def test_a_station_that_lets_it_go_in_time_has_seen_it_expire():
    given(accepted()).when(Reservation.release, clock=LATER, at=SOON).then(
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
    assert (story.aggregate.held, story.aggregate.asked) == ("", {})


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
    assert (story.aggregate.held, story.aggregate.asked) == ("a", {})


def test_what_was_asked_for_after_the_cancelling_is_not_cancelled():
    reservation = cancelling(asked())
    reservation.fail("a", TERMS, reason="refused", at=SOON)
    reservation.request("b", OTHER, by="olga", at=SOON)
    reservation.fail("b", OTHER, reason="timed_out", at=SOON)
    story = given(reservation).when(Reservation.answer_cancel, "c", status="Accepted", at=LATER)
    story.then((Reservation.CancelAnswered, {}))
    assert (story.aggregate.held, story.aggregate.asked) == ("b", {"b": True})


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

"""The read model of reservations by its rows, and the timer that rests on it."""

from datetime import timedelta

import pytest

from domain import wire
from domain.model.reservation import Reservation, Terms
from projections import reservations
from projections.timers import Timers
from tests.projections.posted import Posted
from tests.projections.scene import NOON, Scene

SOON, UNTIL = NOON + timedelta(minutes=1), NOON + timedelta(minutes=10)
TERMS = Terms(1, "Abc", "", UNTIL)
OTHER = Terms(0, "Def", "FAM", UNTIL + timedelta(hours=1))


@pytest.fixture
def scene(database):
    return Scene(database)


def _asked(number=7, station="CP1", *, call="a", terms=TERMS, at=NOON):
    reservation = Reservation.name(station, number, at=at)
    reservation.request(call, terms, by="olga", at=at)
    return reservation


def _accepted(number=7, station="CP1", *, call="a", terms=TERMS):
    reservation = _asked(number, station, call=call, terms=terms)
    reservation.answer(call, terms, status="Accepted", at=SOON)
    return reservation


def _row(scene, reservation=None, number=7, **where):
    if reservation is not None:
        scene.tell(reservation)
    return scene.shown(reservations.find, number, **({"station": "CP1"} | where))


def test_a_reservation_is_shown_as_it_was_asked_for(scene):
    row = _row(scene, _asked(terms=OTHER))
    assert (row.station, row.number, row.status, row.held) == ("CP1", 7, "requested", False)
    assert (row.connector, row.id_tag, row.token, row.parent) == (0, "Def", "def", "FAM")
    assert (row.expires_at, row.requested_at, row.requested_by) == (OTHER.expires_at, NOON, "olga")
    assert (row.reserve_call, row.last_call, row.answered_at) == ("a", "a", None)


def test_it_stands_when_accepted(scene):
    row = _row(scene, _accepted())
    assert (row.status, row.held, row.answered_at) == ("accepted", True, SOON)


@pytest.mark.parametrize("answer", ["Faulted", "Occupied", "Rejected", "Unavailable"])
def test_another_answer_is_its_status(scene, answer):
    reservation = _asked()
    reservation.answer("a", TERMS, status=answer, at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held, row.answered_at) == (answer.lower(), False, SOON)


@pytest.mark.parametrize(
    ("reason", "status", "held", "why"),
    [("refused", "failed", False, "refused"), ("timed_out", "unanswered", True, "")],
)
def test_without_an_answer_it_has_failed_or_may_stand(scene, reason, status, held, why):
    reservation = _asked()
    reservation.fail("a", TERMS, reason=reason, at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held, row.reason) == (status, held, why)


def test_a_late_answer_settles_it(scene):
    reservation = _asked()
    reservation.fail("a", TERMS, reason="timed_out", at=SOON)
    reservation.answer("a", TERMS, status="Occupied", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held) == ("occupied", False)


def test_new_terms_show_once_they_are_accepted(scene):
    reservation = _accepted()
    reservation.request("b", OTHER, by="otto", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.connector, row.reserve_call, row.last_call) == ("accepted", 1, "a", "b")
    reservation.answer("b", OTHER, status="Accepted", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.connector, row.reserve_call) == ("accepted", 0, "b")


@pytest.mark.parametrize("reason", ["", "refused", "timed_out"])
def test_new_terms_that_are_not_accepted_leave_what_stands(scene, reason):
    reservation = _accepted()
    reservation.request("b", OTHER, by="otto", at=SOON)
    if reason:
        reservation.fail("b", OTHER, reason=reason, at=SOON)
    else:
        reservation.answer("b", OTHER, status="Rejected", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held, row.id_tag, row.reserve_call) == ("accepted", True, "Abc", "a")


def test_cancelling_is_followed(scene):
    reservation = _accepted()
    reservation.request_cancel("c", by="otto", at=SOON)
    row = _row(scene, reservation)
    assert (row.cancel_call, row.cancel_status, row.cancel_by) == ("c", "requested", "otto")
    reservation.fail_cancel("c", reason="timed_out", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.cancel_status) == ("accepted", "timed_out")
    reservation.answer_cancel("c", status="Accepted", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held, row.cancel_status) == ("cancelled", False, "accepted")
    assert row.ended_at == SOON


def test_its_use_names_the_transaction_and_the_token(scene):
    reservation = _accepted()
    reservation.use(17, id_tag="DEF", began=SOON, at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.transaction, row.used_by, row.ended_at) == ("used", 17, "DEF", SOON)
    assert not row.held


def test_its_end_tells_why(scene):
    ended, expired = _accepted(7), _accepted(8)
    ended.end("faulted", at=SOON)
    expired.expire(clock=UNTIL, at=UNTIL)
    scene.tell(expired)
    row = _row(scene, ended)
    assert (row.status, row.held, row.reason, row.ended_at) == ("ended", False, "faulted", SOON)
    row = _row(scene, number=8)
    assert (row.status, row.held, row.reason, row.ended_at) == ("expired", False, "", UNTIL)


def test_a_number_that_lives_again_has_forgotten_its_last_life(scene):
    reservation = _accepted()
    reservation.request_cancel("c", by="otto", at=SOON)
    reservation.answer_cancel("c", status="Accepted", at=SOON)
    reservation.request("b", OTHER, by="olga", at=UNTIL)
    row = _row(scene, reservation)
    assert (row.status, row.reserve_call, row.requested_at) == ("requested", "b", UNTIL)
    assert (row.cancel_call, row.cancel_status, row.ended_at, row.answered_at) == (
        "",
        "",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("answer", "last"), [("Occupied", "occupied"), ("OK", "rejected"), ("Accepted", "accepted")]
)
def test_what_came_of_other_terms_is_shown_beside_what_stands(scene, answer, last):
    reservation = _accepted()
    reservation.request("b", OTHER, by="olga", at=SOON)
    reservation.answer("b", OTHER, status=answer, at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held, row.last_status) == ("accepted", True, last)


def test_a_word_that_no_station_should_say_is_the_reason(scene):
    reservation = _asked()
    reservation.answer("a", TERMS, status="OK", at=SOON)
    row = _row(scene, reservation)
    assert (row.status, row.held, row.reason) == ("rejected", False, "OK")


# --- finding ---


def test_of_two_stations_with_one_number_the_one_that_keeps_it_comes_first(scene):
    ended = _accepted()
    ended.end("faulted", at=SOON)
    scene.tell(ended, _asked(station="CP2"))
    rows = scene.shown(reservations.of_number, 7, limit=5)
    assert [(row.station, row.alive) for row in rows] == [("CP2", True), ("CP1", False)]
    assert _row(scene).station == "CP1"
    assert _row(scene, station="CP2").station == "CP2"
    assert _row(scene, station="CP3") is None
    assert _row(scene, number=8) is None


def test_reservations_are_listed_the_newest_first(scene):
    scene.tell(_accepted(1), _asked(2, terms=OTHER), _asked(3, "CP2"))

    def numbers(**wanted):
        return [row.number for row in scene.shown(reservations.listed, **wanted)]

    assert numbers() == [3, 2, 1]
    assert numbers(limit=2) == [3, 2]
    assert numbers(station="CP1") == [2, 1]
    assert numbers(connector=0) == [2]
    assert numbers(status="accepted") == [1]
    assert numbers(id_tag="ABC") == [3, 1]
    place = scene.read(reservations.find, 2, station="CP1").first_position
    assert numbers(before=place) == [1]


# --- the timer ---


def _timers(scene):
    """A process that looks for what is due: what it tells, after some seconds of looking."""
    posted = Posted()
    made = Timers(scene.engine, scene.log, posted, clock=scene.clock, partitions=8)

    async def told(*, seconds=0):
        scene.project()
        for _ in range(seconds):
            await made.step(connected=True)
            scene.later(1)
        await made.step(connected=True)
        return posted.inbound()

    return told


@pytest.fixture
def timers(scene):
    return _timers(scene)


async def test_what_stands_is_due_at_its_time(scene, timers):
    maybe = _asked(8)
    maybe.fail("a", TERMS, reason="timed_out", at=NOON)
    scene.tell(_accepted(-7), maybe, _asked(9), _accepted(10, terms=OTHER))
    scene.now = UNTIL - timedelta(microseconds=1)
    assert await timers() == []
    scene.now = UNTIL
    due = sorted(await timers(), key=lambda each: each.subject)
    assert [(each.key, each.name, each.subject) for each in due] == [
        ("CP1", "expire_reservation", "-7"),
        ("CP1", "expire_reservation", "8"),
    ]
    assert due[0] == wire.Due(
        id=f"expire_reservation:CP1:-7:{UNTIL.isoformat()}:a",
        key="CP1",
        name="expire_reservation",
        subject="-7",
        at=UNTIL,
    )


async def test_another_timer_tells_of_the_same_occasion_under_the_same_id(scene, timers):
    scene.tell(_accepted())
    scene.now = UNTIL
    first = await timers()
    again = await _timers(scene)()
    assert [each.id for each in again] == [each.id for each in first]


async def test_what_is_over_is_not_due(scene, timers):
    reservation = _accepted()
    reservation.expire(clock=UNTIL, at=UNTIL)
    scene.tell(reservation)
    scene.now = UNTIL
    assert await timers() == []


async def test_a_number_that_stands_again_is_another_occasion(scene, timers):
    reservation = _accepted()
    scene.tell(reservation)
    scene.now = UNTIL
    [first] = await timers()
    reservation.expire(clock=UNTIL, at=UNTIL)
    reservation.request("b", TERMS, by="olga", at=UNTIL)
    reservation.answer("b", TERMS, status="Accepted", at=UNTIL)
    scene.tell(reservation)
    [second] = await timers()
    assert first.id != second.id

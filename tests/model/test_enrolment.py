"""Requests for certificates: taken once, signed once, offered again only when somebody asks."""

from datetime import timedelta

import pytest

from domain.model.aggregate import Refused
from domain.model.certificate import Csr, Issued
from domain.model.enrolment import Enrolment
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

HOUR = timedelta(hours=1)


def csr(name="a"):
    return Csr(
        csr=f"PEM {name}",
        digest=name,
        common_name="CP1",
        organisation="",
        key="EC-secp256r1",
        key_fingerprint=f"key {name}",
    )


def issued(name="x", key="a", **changes):
    values = {
        "certificate": name,
        "chain": f"PEM {name}",
        "serial_number": "1f",
        "common_name": "CP1",
        "organisation": "ACME",
        "issuer": "CN=CA",
        "key": "EC-secp256r1",
        "key_fingerprint": f"key {key}",
        "not_before": NOON,
        "not_after": NOON + 365 * 24 * HOUR,
    }
    return Issued(**values | changes)


def begun():
    return Enrolment.begin("CP1", at=NOON)


def ask(enrolment, name="a", request="r1", trigger="", at=NOON):
    enrolment.request(request, csr(name), message=f"m {request}", trigger=trigger, at=at)


def asked(**how):
    enrolment = begun()
    ask(enrolment, **how)
    return enrolment


def signed():
    enrolment = asked()
    enrolment.sign("r1", issued(), by="olga", at=NOON)
    enrolment.offer(issued(), call="c1", by="olga", at=NOON)
    return enrolment


def told(outcome):
    """What is on record once a certificate was offered and this came of it."""
    enrolment = signed()
    enrolment.conclude("x", call="c1", outcome=outcome, at=NOON)
    return enrolment


OF_X = {"request": "r1", "certificate": "x"}


def test_a_request_is_on_record_with_what_asked_for_it():
    given(begun()).when(ask, trigger="c9").then(
        (
            Enrolment.Requested,
            {"request": "r1", "csr": "PEM a", "key_fingerprint": "key a"}
            | {"message": "m r1", "trigger": "c9"},
        )
    )


def test_the_same_request_again_is_the_same_one():
    given(asked()).when(ask, request="r2", at=LATER).then()


def test_a_request_that_cannot_be_signed_is_on_record_once():
    how = {"message": "m", "trigger": "", "at": NOON}
    (
        given(begun())
        .when(Enrolment.reject, "r1", "bad", "too weak", **how)
        .when(Enrolment.reject, "r2", "bad", "too weak", **how)
        .then((Enrolment.Rejected, {"request": "r1", "reason": "too weak"}))
    )


def test_another_request_takes_the_place_of_one_that_is_not_signed():
    given(asked()).when(ask, "b", "r2").then(
        (Enrolment.Superseded, {"request": "r1"}), (Enrolment.Requested, {"request": "r2"})
    )


def test_another_request_leaves_one_alone_whose_certificate_is_on_its_way():
    given(signed()).when(ask, "b", "r2").then((Enrolment.Requested, {"request": "r2"}))


@pytest.mark.parametrize("outcome", ["Accepted", "Rejected"])
def test_an_ended_request_is_the_same_for_an_hour_unless_the_station_was_asked_again(outcome):
    end = told(outcome)
    given(end).when(ask, request="r2", at=NOON + HOUR / 2).then()
    given(told(outcome)).when(ask, request="r2", trigger="c9").then((Enrolment.Requested, {}))
    given(told(outcome)).when(ask, request="r2", at=NOON + HOUR).then((Enrolment.Requested, {}))


def test_a_request_that_failed_is_asked_anew_by_a_trigger_of_its_own():
    enrolment = asked(trigger="c1")
    enrolment.fail("r1", "away", at=NOON)
    story = given(enrolment).when(ask, request="r2", trigger="c1").then()
    story.when(ask, request="r2", trigger="c2").then(
        (Enrolment.Superseded, {"request": "r1"}), (Enrolment.Requested, {"request": "r2"})
    )


def test_a_request_is_signed_once():
    (
        given(asked())
        .when(Enrolment.sign, "r1", issued(), by="ca", at=NOON)
        .when(Enrolment.sign, "r1", issued("y"), by="ca", at=NOON)
        .then((Enrolment.Signed, OF_X | {"chain": "PEM x", "serial_number": "1f", "by": "ca"}))
    )


def test_what_was_superseded_or_declined_is_not_signed():
    enrolment = asked()
    ask(enrolment, "b", "r2")
    enrolment.decline("r2", reason="a stranger", by="olga", at=NOON)
    story = given(enrolment)
    for request in ("r1", "r2"):
        story.when(Enrolment.sign, request, issued(), by="ca", at=NOON).then()


def test_an_operator_approves_once_and_again_after_a_failure():
    story = given(asked())
    for _ in range(2):
        story.when(Enrolment.approve, "r1", by="olga", at=NOON)
    story.when(Enrolment.fail, "r1", "away", at=NOON)
    story.when(Enrolment.fail, "r1", "away", at=NOON)
    story.when(Enrolment.approve, "r1", by="olga", at=NOON)
    story.then(
        (Enrolment.Approved, {"by": "olga"}),
        (Enrolment.Failed, {"reason": "away"}),
        (Enrolment.Approved, {"by": "olga"}),
    )
    assert story.answer == ""


def test_an_operator_declines_once():
    how = {"reason": "a stranger", "by": "olga", "at": NOON}
    story = given(asked())
    for _ in range(2):
        story.when(Enrolment.decline, "r1", **how)
    story.then((Enrolment.Declined, {"request": "r1", "reason": "a stranger"}))
    with pytest.raises(Refused, match="declined already"):
        story.when(Enrolment.approve, "r1", by="olga", at=NOON)


@pytest.mark.parametrize("wish", [Enrolment.approve, Enrolment.decline])
def test_what_is_delivered_is_past_deciding(wish):
    more = {"reason": ""} if wish is Enrolment.decline else {}
    with pytest.raises(Refused, match="delivered already"):
        wish(told("Accepted"), "r1", by="olga", at=NOON, **more)


def test_nobody_decides_about_what_was_never_asked_for():
    with pytest.raises(Refused, match="no such request"):
        begun().approve("r9", by="olga", at=NOON)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("Accepted", Enrolment.Delivered),
        ("Rejected", Enrolment.Refused),
        ("refused", Enrolment.Refused),
        ("unreadable", Enrolment.Refused),
        ("timed_out", Enrolment.Undelivered),
        ("expired", Enrolment.Undelivered),
        ("cancelled", Enrolment.Undelivered),
    ],
)
def test_what_became_of_a_certificate_is_on_record(outcome, kind):
    story = given(signed()).when(Enrolment.conclude, "x", call="c1", outcome=outcome, at=NOON)
    story.then((kind, OF_X | {"call": "c1"}))


def test_what_arrived_has_arrived_whatever_comes_later():
    story = given(told("Accepted"))
    story.when(Enrolment.conclude, "x", call="c2", outcome="Rejected", at=NOON)
    story.when(Enrolment.conclude, "x", call="c2", outcome="timed_out", at=NOON).then()


def test_a_late_answer_counts():
    story = given(told("timed_out"))
    story.when(Enrolment.conclude, "x", call="c1", outcome="Accepted", at=LATER)
    story.then((Enrolment.Delivered, OF_X))


def test_only_what_did_not_arrive_is_owed_to_whoever_asks_again():
    assert told("timed_out").owed("a", at=NOON) == "PEM x"
    assert told("timed_out").owed("b", at=NOON) == ""
    assert [told(how).owed("a", at=NOON) for how in ("Accepted", "Rejected")] == ["", ""]


@pytest.mark.parametrize("outcome", ["Rejected", "expired"])
def test_an_operator_may_have_the_same_certificate_offered_again(outcome):
    story = given(told(outcome)).when(Enrolment.approve, "r1", by="olga", at=LATER).then()
    assert story.answer == "PEM x"
    story.when(Enrolment.offer, issued(), call="c2", by="olga", at=LATER)
    story.then((Enrolment.Offered, OF_X | {"call": "c2"}))


def test_a_certificate_sent_by_hand_answers_the_request_for_its_key():
    given(asked()).when(Enrolment.offer, issued(), call="c1", by="carol", at=NOON).then(
        (Enrolment.Signed, OF_X | {"by": "carol"}), (Enrolment.Offered, OF_X | {"call": "c1"})
    )


def test_a_second_certificate_for_a_key_answers_no_request():
    given(signed()).when(Enrolment.offer, issued("y"), call="c2", by="carol", at=NOON).then(
        (Enrolment.Signed, {"request": "", "certificate": "y"}),
        (Enrolment.Offered, {"request": "", "certificate": "y"}),
    )


def test_certificates_that_ended_are_forgotten():
    enrolment = signed()
    later = NOON + 366 * 24 * HOUR
    ask(enrolment, "b", "r2", at=later)
    enrolment.sign("r2", issued("y", "b", not_after=later + HOUR), by="ca", at=later)
    assert list(enrolment.issued) == ["y"]


def test_the_last_few_requests_are_remembered_and_survive_a_snapshot():
    enrolment = begun()
    for number in range(7):
        ask(enrolment, f"digest {number}", f"r{number}")
    assert list(enrolment.requests) == ["r2", "r3", "r4", "r5", "r6"]
    enrolment.collect_events()
    assert vars(thaw(freeze(enrolment))) == vars(enrolment)

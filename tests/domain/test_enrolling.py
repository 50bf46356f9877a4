"""Certificates from the request to the station, over frames, wishes and calls."""

from datetime import timedelta

import orjson
import pytest

from domain.model import certificate_operations as op
from domain.model import operations
from domain.model.call import Call
from domain.model.enrolment import Enrolment
from domain.model.values import Profile, Registration
from domain.ports import Subject
from tests.domain.enrolling import EnrolHouse, call_of, new_csr

WEAK = """-----BEGIN CERTIFICATE REQUEST-----
MIH/MIGqAgEAMA4xDDAKBgNVBAMMA0NQMTBcMA0GCSqGSIb3DQEBAQUAA0sAMEgC
-----END CERTIFICATE REQUEST-----
"""


@pytest.fixture
def house():
    return EnrolHouse()


@pytest.fixture
def asked(house):
    """The id of a request, and the request."""
    csr = new_csr()
    house.ask_for(csr)
    return house.requests()[0].request, csr


def told(house, kind):
    return [fact for fact in house.told() if isinstance(fact, kind)]


def trigger(house, call, message="SignChargePointCertificate"):
    house.call("ExtendedTriggerMessage", {"requestedMessage": message}, call)
    house.answer(call)


# --- the request ---


def test_a_request_is_accepted_and_waits_for_whoever_signs(house):
    assert house.ask_for(new_csr()) == "Accepted"
    assert house.states == ["pending"]
    assert house.calls() == []


@pytest.mark.parametrize("text", ["", "a", WEAK, "x" * 5500])
def test_what_cannot_be_read_is_rejected_and_why_is_on_record(house, text):
    assert house.ask_for(text) == "Rejected"
    (rejected,) = told(house, Enrolment.Rejected)
    assert rejected.reason.startswith("the request cannot be read")
    assert rejected.message == "m1"


def test_a_repeated_request_gets_the_same_answer_and_is_one_request(house):
    csr = new_csr()
    answers = [house.ask_for(csr, "m1"), house.ask_for(csr, "m2")]
    house.restart()
    answers.append(house.ask_for(csr.replace("\n", "\r\n"), "m3"))
    assert answers == ["Accepted"] * 3
    assert len(house.requests()) == 1


def test_who_asked_for_a_request_is_linked(house):
    house.ask_for(new_csr())
    trigger(house, "t1")
    house.ask_for(new_csr(), "m2")
    assert [each.trigger for each in house.requests()] == ["", "t1"]


def test_a_pending_station_is_heard_when_it_was_asked():
    house = EnrolHouse()
    house.process(
        house.wish(
            operations.RegisterStation(
                station="CP1", profile=Profile(registration=Registration.PENDING)
            )
        )
    )
    assert house.ask([2, "m1", "SignCertificate", {"csr": new_csr()}])[2] == "SecurityError"
    trigger(house, "t1")
    assert house.ask_for(new_csr()) == "Accepted"


# --- signing ---


def test_a_certificate_goes_out_after_the_answer_to_its_request(house, asked):
    chain = house.issue(*asked)
    (call,) = house.calls()
    assert orjson.loads(call.payload) == {"certificateChain": chain}
    assert (call.after, call.by) == ("m1", "olga")
    assert call.expires_at - house.now == timedelta(days=7)
    house.answer(call_of(call))
    assert house.states == ["delivered"]


def test_whoever_approved_has_signed(house, asked):
    request, csr = asked
    wish = house.wish(op.ApproveRequest(station="CP1", request=request))
    house.process(wish)
    assert (house.states, house.calls()) == (["approved"], [])
    house.issue(request, csr)
    (signed,) = told(house, Enrolment.Signed)
    assert (signed.by, signed.common_name, signed.organisation) == ("olga", "CP1", "ACME")


def test_two_answers_of_the_authority_are_one_certificate(house, asked):
    house.issue(*asked)
    house.restart()
    house.issue(*asked)
    assert len(house.calls()) == len(told(house, Enrolment.Signed)) == 1


def test_a_certificate_for_another_key_fails_the_request(house, asked):
    house.issue(asked[0], new_csr())
    (failed,) = told(house, Enrolment.Failed)
    assert failed.reason == "the authority returned a certificate for another key"
    assert (house.states, house.calls()) == (["failed"], [])


def test_what_is_no_certificate_fails_the_request(house, asked):
    house.grant(op.IssueCertificate(station="CP1", request=asked[0], chain="nonsense"))
    (failed,) = told(house, Enrolment.Failed)
    assert "no certificate that can be read" in failed.reason


@pytest.mark.parametrize(("told_by_station", "most"), [("500", "500"), ("x", ""), ("0", "")])
def test_a_chain_is_no_longer_than_the_station_says(house, asked, told_by_station, most):
    house.call("GetConfiguration", {}, "g")
    key = {"key": "CertificateSignedMaxChainSize", "readonly": True, "value": told_by_station}
    house.process(house.received([3, "g", {"configurationKey": [key]}]))
    house.issue(*asked)
    failures = [each.reason for each in told(house, Enrolment.Failed)]
    assert len(failures) == bool(most)
    assert all(reason.endswith(f"more than {most}") for reason in failures)


def test_a_failure_of_the_authority_stays_until_somebody_approves_again(house, asked):
    request, csr = asked
    house.grant(op.FailRequest(station="CP1", request=request, reason="away"))
    assert house.states == ["failed"]
    house.ask_for(csr, "m2")
    assert house.states == ["failed"]
    house.grant(op.ApproveRequest(station="CP1", request=request))
    house.issue(request, csr)
    assert house.states == ["signed"]


@pytest.mark.parametrize(
    "wish",
    [
        op.ApproveRequest(station="CP1", request="r9"),
        op.DeclineRequest(station="CP1", request="r9", reason=""),
        op.IssueCertificate(station="CP1", request="r9", chain=""),
        op.FailRequest(station="CP1", request="r9", reason=""),
        op.RevokeCertificate(station="CP1", certificate="x", reason=""),
    ],
)
def test_there_is_nothing_to_decide_where_nothing_was_asked(house, wish):
    assert house.grant(wish) == "this station has asked for no certificate"


def test_nothing_is_signed_for_a_station_that_was_removed(house, asked):
    house.process(house.wish(operations.RemoveStation(station="CP1")))
    house.issue(*asked)
    assert (house.states, house.calls()) == (["pending"], [])


# --- on the way ---


def test_a_refused_certificate_is_not_sent_again_unasked(house, asked):
    request, csr = asked
    house.issue(request, csr)
    house.answer(call_of(house.calls()[0]), "Rejected")
    house.ask_for(csr, "m2")
    assert (house.states, len(house.calls())) == (["refused"], 1)
    house.grant(op.ApproveRequest(station="CP1", request=request))
    assert (house.states, len(house.calls())) == (["signed"], 2)
    assert len({each.payload for each in house.calls()}) == 1


def test_a_station_that_missed_its_certificate_gets_the_same_one_when_it_asks_again(house, asked):
    house.issue(*asked)
    first = call_of(house.calls()[0])
    house.process(house.sent(first))
    house.lose(first)
    assert house.states == ["undelivered"]
    assert house.ask_for(asked[1], "m2") == "Accepted"
    first_call, again = house.calls()
    assert (again.payload, again.after) == (first_call.payload, "m2")
    house.answer(call_of(again))
    assert (house.states, len(house.requests())) == (["delivered"], 1)


def test_a_certificate_that_was_missed_long_ago_is_not_sent_again(house, asked):
    house.issue(*asked)
    first = call_of(house.calls()[0])
    house.process(house.sent(first))
    house.lose(first)
    house.now += timedelta(days=1)
    assert house.ask_for(asked[1], "m2") == "Accepted"
    assert len(house.calls()) == 1
    assert house.states == ["undelivered", "pending"]


@pytest.mark.parametrize("answer", [{"status": "Okay"}, {}, {"stat": 1}])
def test_an_answer_that_says_nothing_is_no_yes(house, asked, answer):
    house.issue(*asked)
    house.process(house.received([3, call_of(house.calls()[0]), answer]))
    assert house.states == ["refused"]


def test_a_call_error_is_a_no(house, asked):
    house.issue(*asked)
    house.process(house.received([4, call_of(house.calls()[0]), "NotImplemented", "", {}]))
    assert house.states == ["refused"]


# --- raw calls ---


def test_a_certificate_sent_by_hand_answers_the_request_for_its_key(house, asked):
    chain = house.authority.sign(asked[1], Subject("CP1", ""), days=1)
    house.raw(chain)
    house.answer("raw")
    assert house.states == ["delivered"]
    (call,) = house.calls()
    assert call.after == "m1"
    house.issue(*asked)
    assert len(house.calls()) == 1


def test_a_certificate_nobody_asked_for_is_known_all_the_same(house):
    house.raw(house.authority.sign(new_csr(), Subject("CP1", ""), days=1))
    house.answer("raw")
    (signed,) = told(house, Enrolment.Signed)
    assert (signed.request, signed.by) == ("", "olga")
    assert len(told(house, Enrolment.Delivered)) == 1


def test_anything_can_be_sent_as_a_chain(house):
    house.raw("no certificate")
    house.answer("raw", "Rejected")
    assert len(told(house, Call.Answered)) == 1
    assert not [topic for topic in house.topics() if topic == "enrolment.signed"]


# --- revocation ---


def test_a_certificate_is_revoked_by_its_authority_when_an_operator_wants_it(house, asked):
    house.issue(*asked)
    (signed,) = told(house, Enrolment.Signed)
    wish = op.RevokeCertificate(station="CP1", certificate=signed.certificate, reason="stolen")
    assert [house.grant(wish), house.grant(wish)] == ["", ""]
    house.grant(op.ConcludeRevocation(station="CP1", certificate=signed.certificate))
    assert house.topics().count("revocation.asked") == house.topics().count("revocation.done") == 1
    assert "no such certificate" in house.grant(
        op.RevokeCertificate(station="CP1", certificate="x", reason="")
    )

"""Call: one life, one outcome; a late answer is on record and ends nothing."""

from datetime import timedelta

import pytest

from domain.model.aggregate import Refused
from domain.model.call import Call
from tests.model.story import LATER, NOON, given


def queued() -> Call:
    return Call.request(
        "c-1",
        station="CP1",
        protocol="ocpp1.6",
        action="Reset",
        payload='{"type":"Soft"}',
        by="olga",
        expires_at=NOON + timedelta(hours=1),
        timeout=30,
        sealed=False,
        at=NOON,
    )


def sent() -> Call:
    call = queued()
    call.send(5, at=NOON)
    return call


def test_an_answer_ends_the_call():
    story = given(sent()).when(Call.answer, '{"status":"Accepted"}', "", at=LATER)
    story.then((Call.Answered, {"response": '{"status":"Accepted"}'}))
    assert story.answer is True


def test_an_answer_that_overtakes_the_news_of_sending_counts():
    given(queued()).when(Call.answer, "{}", "", at=LATER).then((Call.Answered, {}))


def test_a_second_answer_changes_nothing():
    call = sent()
    call.answer("{}", "", at=NOON)
    story = given(call).when(Call.answer, '{"other":1}', "", at=LATER).then()
    assert story.answer is False


def test_a_late_answer_is_recorded_once_and_ends_nothing():
    call = sent()
    call.time_out("no answer in 30 s", at=NOON)
    (
        given(call)
        .when(Call.answer, "{}", "", at=LATER)
        .when(Call.answer, "{}", "", at=LATER)
        .then((Call.AnsweredLate, {"response": "{}", "refused": False}))
    )


def test_a_callerror_is_an_outcome():
    (
        given(sent())
        .when(Call.refuse, "NotSupported", "no", "{}", at=LATER)
        .then((Call.Refused, {"code": "NotSupported"}))
    )


def test_what_could_not_be_written_waits_for_the_next_connection():
    story = given(sent()).when(Call.give_back, 5, "connection lost", at=LATER)
    story.then((Call.Returned, {"reason": "connection lost"}))
    assert not story.aggregate.done


def test_it_is_sent_once_per_connection():
    given(sent()).when(Call.send, 5, at=LATER).then()


def test_only_a_waiting_call_expires():
    given(queued()).when(Call.expire, at=LATER).then((Call.Expired, {}))
    given(sent()).when(Call.expire, at=LATER).then()


def test_a_call_that_went_out_cannot_be_cancelled():
    with pytest.raises(Refused, match="sent"):
        given(sent()).when(Call.cancel, by="olga", at=LATER)

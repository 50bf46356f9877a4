"""One connection's conversation, by frames (OCPP-J 1.6 sections 4.1 and 4.2)."""

import pytest

from domain import frames, wire
from gateway.calls import Rules
from gateway.conversation import Conversation
from gateway.effects import Effect, Forward, Note, Outcome, Remark, Report, Write

BOOT = b'[2,"boot","BootNotification",{}]'
BEAT = b'[2,"beat","Heartbeat",{}]'


def call(name: str, timeout: float = 30.0, after: str = "") -> wire.Call:
    frame = frames.call(name, "Reset", b'{"type":"Soft"}')
    return wire.Call(
        station="CP1", connection=7, call=name, frame=frame, timeout=timeout, after=after
    )


def result(name: str) -> bytes:
    return frames.result(name, b"{}")


def sent(name: str) -> tuple[Effect, ...]:
    return Write(call(name).frame), Report(Outcome.SENT, name)


@pytest.fixture
def conversation() -> Conversation:
    return Conversation(Rules())


# --- our calls (4.1.1) ------------------------------------------------------------------------


def test_a_call_is_written_at_once_when_none_is_outstanding(conversation: Conversation) -> None:
    assert conversation.call(call("a"), 0.0) == sent("a")
    assert conversation.next_deadline == 30.0


def test_the_next_call_waits_for_the_answer_of_the_one_before(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    assert conversation.call(call("b", 5.0), 1.0) == ()
    assert conversation.call(call("c"), 2.0) == ()
    assert conversation.receive(result("a"), 3.0) == (Forward(result("a")), *sent("b"))
    assert conversation.next_deadline == 8.0
    assert conversation.receive(result("b"), 4.0) == (Forward(result("b")), *sent("c"))


def test_a_call_error_is_an_answer(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    error = frames.error("a", "NotSupported", "")
    assert conversation.receive(error, 1.0) == (Forward(error),)
    assert conversation.next_deadline is None


def test_a_call_without_answer_times_out_and_the_next_goes(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    conversation.call(call("b"), 1.0)
    assert conversation.pass_time(29.9) == ()
    timed_out = Report(Outcome.TIMED_OUT, "a", "no answer within 30 s")
    assert conversation.pass_time(30.0) == (timed_out, *sent("b"))
    assert conversation.next_deadline == 60.0


def test_a_late_answer_is_forwarded_and_ends_no_other_call(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    conversation.call(call("b"), 1.0)
    conversation.pass_time(30.0)
    assert conversation.receive(result("a"), 31.0) == (
        Forward(result("a")),
        Note(Remark.LATE, "a"),
    )
    assert conversation.next_deadline == 60.0


def test_an_answer_to_a_waiting_call_does_not_end_it(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    conversation.call(call("b"), 0.0)
    assert Note(Remark.LATE, "b") in conversation.receive(result("b"), 1.0)
    assert conversation.receive(result("a"), 2.0) == (Forward(result("a")), *sent("b"))


def test_a_call_is_never_made_twice(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    repeated = (Note(Remark.REPEATED_CALL, "a"),)
    assert conversation.call(call("a"), 1.0) == repeated
    conversation.receive(result("a"), 2.0)
    assert conversation.call(call("a"), 3.0) == repeated


def test_too_many_calls_are_returned() -> None:
    conversation = Conversation(Rules(most_waiting=1))
    conversation.call(call("a"), 0.0)
    conversation.call(call("b"), 0.0)
    reason = "too many calls wait for this station"
    assert conversation.call(call("c"), 0.0) == (Report(Outcome.RETURNED, "c", reason),)
    conversation.receive(result("a"), 1.0)
    assert conversation.call(call("c"), 2.0) == ()


# --- a call that must not overtake an answer (CertificateSigned, SignCertificate.conf) ---------


def test_a_call_waits_for_the_answer_it_must_not_overtake(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    assert conversation.call(call("a", after="boot"), 1.0) == ()
    assert conversation.answer(result("boot"), 2.0) == (Write(result("boot")), *sent("a"))
    assert conversation.next_deadline == 32.0


@pytest.mark.parametrize("answer", [result("boot"), frames.error("boot", "InternalError", "")])
def test_once_the_answer_is_written_nothing_waits_for_it(
    conversation: Conversation, answer: bytes
) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.answer(answer, 1.0)
    assert conversation.call(call("a", after="boot"), 2.0) == sent("a")


def test_a_call_of_another_connection_is_not_waited_for(conversation: Conversation) -> None:
    assert conversation.call(call("a", after="boot"), 0.0) == sent("a")


def test_another_answer_frees_nothing(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.receive(BEAT, 0.0)
    conversation.call(call("a", after="boot"), 1.0)
    assert conversation.answer(result("beat"), 2.0) == (Write(result("beat")),)


def test_other_calls_pass_one_that_is_held(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.call(call("a", after="boot"), 1.0)
    assert conversation.call(call("b"), 2.0) == sent("b")
    conversation.call(call("c"), 3.0)
    assert conversation.answer(result("boot"), 4.0) == (Write(result("boot")),)
    assert conversation.receive(result("b"), 5.0) == (Forward(result("b")), *sent("a"))
    assert conversation.receive(result("a"), 6.0) == (Forward(result("a")), *sent("c"))


def test_a_call_is_held_no_longer_than_an_answer_may_take(conversation: Conversation) -> None:
    conversation.receive(BOOT, 10.0)
    conversation.call(call("a", after="boot"), 20.0)
    assert conversation.next_deadline == 70.0
    assert conversation.pass_time(69.9) == ()
    assert conversation.pass_time(70.0) == sent("a")


def test_retries_of_the_station_hold_no_call_for_ever(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.call(call("a", after="boot"), 0.0)
    for now in (20.0, 40.0, 59.0):
        assert conversation.receive(BOOT, now) == (Forward(BOOT),)
    assert conversation.pass_time(60.0) == sent("a")


def test_a_call_that_is_forgotten_is_not_waited_for() -> None:
    conversation = Conversation(Rules(most_in_progress=1))
    conversation.receive(BOOT, 0.0)
    conversation.call(call("a", after="boot"), 0.0)
    assert conversation.receive(BEAT, 1.0) == (Forward(BEAT), *sent("a"))


def test_a_held_call_is_returned_at_the_end(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.call(call("a", after="boot"), 0.0)
    assert conversation.close() == (Report(Outcome.RETURNED, "a", "connection lost"),)


def test_held_calls_count_among_those_that_wait() -> None:
    conversation = Conversation(Rules(most_waiting=1))
    conversation.receive(BOOT, 0.0)
    conversation.call(call("a", after="boot"), 0.0)
    assert conversation.call(call("b"), 0.0) == (
        Report(Outcome.RETURNED, "b", "too many calls wait for this station"),
    )


def test_the_end_of_the_socket_accounts_for_every_call(conversation: Conversation) -> None:
    for name in "abc":
        conversation.call(call(name), 0.0)
    assert conversation.close() == (
        Report(Outcome.TIMED_OUT, "a", "connection lost"),
        Report(Outcome.RETURNED, "b", "connection lost"),
        Report(Outcome.RETURNED, "c", "connection lost"),
    )
    assert conversation.next_deadline is None


def test_nothing_happens_after_the_end(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.close()
    assert conversation.close() == ()
    assert conversation.receive(BEAT, 1.0) == ()
    assert conversation.answer(result("boot"), 1.0) == (Note(Remark.STRAY_ANSWER, "boot"),)
    assert conversation.call(call("a"), 1.0) == (Report(Outcome.RETURNED, "a", "connection lost"),)


def test_calls_may_cross(conversation: Conversation) -> None:
    conversation.call(call("a"), 0.0)
    assert conversation.receive(BEAT, 1.0) == (Forward(BEAT),)
    assert conversation.answer(result("beat"), 2.0) == (Write(result("beat")),)
    assert conversation.receive(result("a"), 3.0) == (Forward(result("a")),)


def test_one_id_in_both_directions_is_two_calls(conversation: Conversation) -> None:
    conversation.call(call("beat"), 0.0)
    conversation.receive(BEAT, 1.0)
    assert conversation.answer(result("beat"), 2.0) == (Write(result("beat")),)
    assert conversation.next_deadline == 30.0


# --- the station's calls (4.1.4, 4.2.3) -------------------------------------------------------


def test_calls_are_forwarded_in_order_without_waiting(conversation: Conversation) -> None:
    assert conversation.receive(BOOT, 0.0) == (Forward(BOOT),)
    assert conversation.receive(BEAT, 0.0) == (Forward(BEAT),)


def test_each_call_is_answered_once(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    assert conversation.answer(result("boot"), 1.0) == (Write(result("boot")),)
    assert conversation.answer(result("boot"), 2.0) == (Note(Remark.STRAY_ANSWER, "boot"),)


def test_an_error_answers_too(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    error = frames.error("boot", "InternalError", "")
    assert conversation.answer(error, 1.0) == (Write(error),)


def test_a_call_whose_id_is_a_number_is_answered_with_that_number(
    conversation: Conversation,
) -> None:
    frame = b'[2,17,"Heartbeat",{}]'
    assert conversation.receive(frame, 0.0) == (Forward(frame),)
    assert conversation.answer(b"[3,17,{}]", 1.0) == (Write(b"[3,17,{}]"),)


@pytest.mark.parametrize("frame", [result("other"), BOOT, b"nonsense"])
def test_what_answers_no_call_in_progress_is_not_written(
    conversation: Conversation, frame: bytes
) -> None:
    conversation.receive(BOOT, 0.0)
    assert all(isinstance(effect, Note) for effect in conversation.answer(frame, 1.0))
    assert conversation.answer(result("boot"), 2.0) == (Write(result("boot")),)


def test_a_repeat_that_comes_at_once_is_swallowed(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    assert conversation.receive(BOOT, 1.9) == (Note(Remark.REPEATED, "boot"),)


def test_a_retry_is_forwarded_for_the_answer_may_be_lost(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    assert conversation.receive(BOOT, 2.0) == (Forward(BOOT),)
    assert conversation.receive(BOOT, 3.9) == (Note(Remark.REPEATED, "boot"),)


def test_of_the_answers_to_a_call_and_its_retry_one_is_written(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.receive(BOOT, 2.0)
    assert conversation.answer(result("boot"), 3.0) == (Write(result("boot")),)
    assert conversation.answer(result("boot"), 3.0) == (Note(Remark.STRAY_ANSWER, "boot"),)


def test_a_repeat_after_the_answer_is_forwarded_again(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    conversation.answer(result("boot"), 1.0)
    assert conversation.receive(BOOT, 2.0) == (Forward(BOOT),)


def test_another_call_under_an_id_in_progress_is_refused(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    complaint = frames.error("boot", "GenericError", "the message id is in use")
    assert conversation.receive(b'[2,"boot","Heartbeat",{}]', 1.0) == (
        Write(complaint),
        Note(Remark.CLASHING, "boot"),
    )
    assert conversation.answer(result("boot"), 2.0) == (Write(result("boot")),)


def test_a_call_in_progress_is_forgotten_in_the_end(conversation: Conversation) -> None:
    other = b'[2,"boot","Heartbeat",{}]'
    conversation.receive(BOOT, 0.0)
    assert Note(Remark.CLASHING, "boot") in conversation.receive(other, 59.9)
    assert conversation.receive(other, 60.0) == (Forward(other),)


def test_the_answer_to_a_forgotten_call_is_not_written(conversation: Conversation) -> None:
    conversation.receive(BOOT, 0.0)
    assert conversation.answer(result("boot"), 60.0) == (Note(Remark.STRAY_ANSWER, "boot"),)


def test_of_too_many_calls_in_progress_the_oldest_is_forgotten() -> None:
    conversation = Conversation(Rules(most_in_progress=1))
    conversation.receive(BOOT, 0.0)
    conversation.receive(BEAT, 0.0)
    assert conversation.receive(BOOT, 1.0) == (Forward(BOOT),)


# --- what is no frame (4.1.3, 4.2.3) ----------------------------------------------------------


def test_a_malformed_call_costs_one_error_and_is_kept_as_evidence(
    conversation: Conversation,
) -> None:
    frame = b'[2,"boot","BootNotification"]'
    reason = "a CALL has four elements"
    assert conversation.receive(frame, 0.0) == (
        Write(frames.error("boot", "FormationViolation", reason)),
        Forward(frame),
        Note(Remark.MALFORMED, "boot", reason),
    )


@pytest.mark.parametrize("frame", [b"", b"hello", b"{}", b'[5,"1",{}]', b"[3]"])
def test_what_cannot_be_answered_is_kept_in_silence(
    conversation: Conversation, frame: bytes
) -> None:
    forwarded, note = conversation.receive(frame, 0.0)
    assert forwarded == Forward(frame)
    assert isinstance(note, Note)
    assert note.remark is Remark.MALFORMED


def test_the_unreadable_is_answered_under_minus_one_when_so_set() -> None:
    conversation = Conversation(Rules(answer_unreadable=True))
    written = conversation.receive(b"hello", 0.0)[0]
    assert isinstance(written, Write)
    assert written.frame.startswith(b'[4,"-1","FormationViolation",')


def test_an_unknown_message_type_is_ignored_even_then() -> None:
    conversation = Conversation(Rules(answer_unreadable=True))
    effects = conversation.receive(b'[5,"1","Heartbeat",{}]', 0.0)
    assert not any(isinstance(effect, Write) for effect in effects)


def test_a_flood_of_malformed_frames_is_only_counted() -> None:
    conversation = Conversation(Rules(malformed_rate=2.0))
    flood = [conversation.receive(b"hello", 0.0) for _ in range(3)]
    assert flood[2] == (Note(Remark.MALFORMED_FLOOD),)
    assert Forward(b"hello") in conversation.receive(b"hello", 1.0)


def test_a_binary_frame_is_ignored(conversation: Conversation) -> None:
    assert conversation.receive_binary() == (Note(Remark.BINARY),)

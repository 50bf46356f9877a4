"""The calls of one connection, one direction each (OCPP-J 1.6 sections 4.1 and 4.2), sans I/O."""

from dataclasses import dataclass

from domain import frames, wire
from gateway.effects import Effects, Forward, Note, Outcome, Remark, Report, Write


@dataclass(frozen=True, slots=True)
class Rules:
    """The bounds of a conversation; times in seconds."""

    answer_unreadable: bool = False  # a frame without readable id gets [4,"-1",…], as in 2.0.1
    in_progress_for: float = 60.0
    repeated_within: float = 2.0  # a repeat that comes later is a retry: an answer may be lost
    most_in_progress: int = 128
    most_waiting: int = 64
    remembered_calls: int = 256  # greater than most_waiting + 1
    malformed_rate: float = 10.0  # forwarded per second; the rest is only counted


class OurCalls:
    """Our calls: one outstanding at a time, the others in order behind it (OCPP-J 4.1.1)."""

    __slots__ = ("_known", "_outstanding", "_rules", "_waiting", "deadline")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._outstanding: wire.Call | None = None
        self.deadline: float | None = None
        self._waiting: dict[str, wire.Call] = {}
        self._known: dict[str, None] = {}

    def add(self, call: wire.Call, now: float) -> Effects:
        if call.call in self._known:
            return (Note(Remark.REPEATED_CALL, call.call),)
        if len(self._waiting) >= self._rules.most_waiting:
            return (Report(Outcome.RETURNED, call.call, "too many calls wait for this station"),)
        self._known[call.call] = None
        _bound(self._known, self._rules.remembered_calls)
        if self._outstanding is None:
            return self._write(call, now)
        self._waiting[call.call] = call
        return ()

    def answered(self, message_id: str, now: float) -> Effects:
        """An answer ends the outstanding call only when it carries its very id."""
        if self._outstanding is None or self._outstanding.call != message_id:
            return (Note(Remark.LATE, message_id),)
        return self._write_next(now)

    def pass_time(self, now: float) -> Effects:
        if self._outstanding is None or self.deadline is None or now < self.deadline:
            return ()
        reason = f"no answer within {self._outstanding.timeout:g} s"
        late = Report(Outcome.TIMED_OUT, self._outstanding.call, reason)
        return (late, *self._write_next(now))

    def end(self) -> Effects:
        reason = "connection lost"
        returned = tuple(Report(Outcome.RETURNED, call, reason) for call in self._waiting)
        outstanding, self._outstanding, self.deadline = self._outstanding, None, None
        self._waiting.clear()
        if outstanding is None:
            return returned
        return (Report(Outcome.TIMED_OUT, outstanding.call, reason), *returned)

    def _write_next(self, now: float) -> Effects:
        self._outstanding, self.deadline = None, None
        if not self._waiting:
            return ()
        return self._write(self._waiting.pop(next(iter(self._waiting))), now)

    def _write(self, call: wire.Call, now: float) -> Effects:
        self._outstanding, self.deadline = call, now + call.timeout
        return (Write(call.frame), Report(Outcome.SENT, call.call))


class TheirCalls:
    """The station's calls that are not answered yet: id → (hash of the frame, since when).

    The hash is Python's keyed one: no station can aim for a collision.
    """

    __slots__ = ("_begun", "_rules")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._begun: dict[str, tuple[int, float]] = {}

    def begin(self, message_id: str, frame: bytes, now: float) -> Effects:
        """A repeat that comes at once shares the one answer; a retry is forwarded again.

        Another call under an id in progress is refused.
        """
        self._forget(now)
        begun = self._begun.get(message_id)
        if begun is not None and begun[0] != hash(frame):
            complaint = frames.error(message_id, "GenericError", "the message id is in use")
            return (Write(complaint), Note(Remark.CLASHING, message_id))
        if begun is not None and now - begun[1] < self._rules.repeated_within:
            return (Note(Remark.REPEATED, message_id),)
        self._begun.pop(message_id, None)  # they stand in the order of their times
        self._begun[message_id] = hash(frame), now
        _bound(self._begun, self._rules.most_in_progress)
        return (Forward(frame),)

    def finish(self, answer: frames.Frame, now: float) -> bool:
        """Whether this answers a call in progress; it is in progress no more."""
        self._forget(now)
        is_answer = isinstance(answer, frames.CallResult | frames.CallError)
        return is_answer and self._begun.pop(answer.id, None) is not None

    def _forget(self, now: float) -> None:
        """The station has given up by now; its retry under the same id must be forwarded."""
        before = now - self._rules.in_progress_for
        while self._begun and next(iter(self._begun.values()))[1] <= before:
            del self._begun[next(iter(self._begun))]


def _bound(known: dict[str, None] | dict[str, tuple[int, float]], most: int) -> None:
    """Beyond `most` the oldest goes."""
    if len(known) > most:
        del known[next(iter(known))]

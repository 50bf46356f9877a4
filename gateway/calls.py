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

    def patience_for(self, message_id: str) -> float:
        """Until when an answer may come; long ago for a call that is not in progress."""
        _, since = self._begun.get(message_id, (0, float("-inf")))
        return since + self._rules.in_progress_for

    def _forget(self, now: float) -> None:
        """The station has given up by now; its retry under the same id must be forwarded."""
        before = now - self._rules.in_progress_for
        while self._begun and next(iter(self._begun.values()))[1] <= before:
            del self._begun[next(iter(self._begun))]


class OurCalls:
    """Our calls: one outstanding at a time, the others in order behind it (OCPP-J 4.1.1).

    A call that must not overtake an answer to the station lets others pass until that is written,
    and no longer than the answer may take.
    """

    __slots__ = ("_known", "_outstanding", "_rules", "_theirs", "_waiting", "deadline")

    def __init__(self, rules: Rules, theirs: TheirCalls) -> None:
        self._rules, self._theirs = rules, theirs
        self._outstanding: wire.Call | None = None
        self.deadline: float | None = None
        self._waiting: dict[str, tuple[wire.Call, float]] = {}  # and until when it is held
        self._known: dict[str, None] = {}

    def add(self, call: wire.Call, now: float) -> Effects:
        if call.call in self._known:
            return (Note(Remark.REPEATED_CALL, call.call),)
        if len(self._waiting) >= self._rules.most_waiting:
            return (Report(Outcome.RETURNED, call.call, "too many calls wait for this station"),)
        self._known[call.call] = None
        _bound(self._known, self._rules.remembered_calls)
        self._waiting[call.call] = call, self._theirs.patience_for(call.after)
        return self.go_on(now)

    def answered(self, message_id: str, now: float) -> Effects:
        """An answer ends the outstanding call only when it carries its very id."""
        if self._outstanding is None or self._outstanding.call != message_id:
            return (Note(Remark.LATE, message_id),)
        self._outstanding = None
        return self.go_on(now)

    def pass_time(self, now: float) -> Effects:
        if self.deadline is None or now < self.deadline:
            return ()
        if (late := self._outstanding) is None:
            return self.go_on(now)
        self._outstanding = None
        reason = f"no answer within {late.timeout:g} s"
        return (Report(Outcome.TIMED_OUT, late.call, reason), *self.go_on(now))

    def go_on(self, now: float) -> Effects:
        """Write the next call, if none is outstanding and one may go."""
        if self._outstanding is not None:
            return ()
        for call, held_until in self._waiting.values():
            if held_until <= now or self._theirs.patience_for(call.after) <= now:
                del self._waiting[call.call]
                return self._write(call, now)
        self.deadline = min(held for _, held in self._waiting.values()) if self._waiting else None
        return ()

    def end(self) -> Effects:
        reason = "connection lost"
        returned = tuple(Report(Outcome.RETURNED, call, reason) for call in self._waiting)
        outstanding, self._outstanding, self.deadline = self._outstanding, None, None
        self._waiting.clear()
        if outstanding is None:
            return returned
        return (Report(Outcome.TIMED_OUT, outstanding.call, reason), *returned)

    def _write(self, call: wire.Call, now: float) -> Effects:
        self._outstanding, self.deadline = call, now + call.timeout
        return (Write(call.frame), Report(Outcome.SENT, call.call))


def _bound(known: dict[str, None] | dict[str, tuple[int, float]], most: int) -> None:
    """Beyond `most` the oldest goes."""
    if len(known) > most:
        del known[next(iter(known))]

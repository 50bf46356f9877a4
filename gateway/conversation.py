"""The OCPP-J conversation of one connection, sans I/O: input and time in, effects out.

Time is seconds of any monotonic clock. OCPP-J 1.6 sections 4.1 and 4.2.
"""

from domain import frames, wire
from gateway.calls import OurCalls, Rules, TheirCalls
from gateway.effects import Effects, Forward, Note, Outcome, Remark, Report, Write
from gateway.limits import TokenBucket


class Conversation:
    """Both directions of one connection: a method takes an input and returns its effects."""

    __slots__ = ("_malformed", "_ours", "_rules", "_theirs", "is_closed")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._theirs = TheirCalls(rules)
        self._ours = OurCalls(rules, self._theirs)
        self._malformed: TokenBucket | None = None  # most stations never need one
        self.is_closed = False

    @property
    def next_deadline(self) -> float | None:
        """When `pass_time` must be called at the latest."""
        return self._ours.deadline

    def receive(self, frame: bytes, now: float) -> Effects:
        """A text frame came from the station, UTF-8."""
        if self.is_closed:
            return ()
        match frames.parse(frame):
            case frames.Call(id=message_id):
                begun = self._theirs.begin(message_id, frame, now)
                return (*begun, *self._ours.go_on(now))  # it may have displaced an awaited one
            case frames.Malformed() as malformed:
                return self._refuse(malformed, frame, now)
            case frames.CallResult(id=message_id) | frames.CallError(id=message_id):
                return (Forward(frame), *self._ours.answered(message_id, now))

    def receive_binary(self) -> Effects:
        """A binary frame came; it is not OCPP (OCPP-J 5.1)."""
        return (Note(Remark.BINARY),)

    def call(self, call: wire.Call, now: float) -> Effects:
        """The domain wants this call made."""
        if self.is_closed:
            return (Report(Outcome.RETURNED, call.call, "connection lost"),)
        return self._ours.add(call, now)

    def answer(self, frame: bytes, now: float) -> Effects:
        """The domain answers a call of the station; only a call in progress here is answered."""
        answer = frames.parse(frame)
        if self.is_closed or not self._theirs.finish(answer, now):
            return (Note(Remark.STRAY_ANSWER, getattr(answer, "id", "")),)
        return (Write(frame), *self._ours.go_on(now))

    def pass_time(self, now: float) -> Effects:
        """It is `now`."""
        return self._ours.pass_time(now)

    def close(self) -> Effects:
        """The socket has ended, or counts as ended. Nothing happens on it after this."""
        self.is_closed = True
        return self._ours.end()

    def _refuse(self, malformed: frames.Malformed, frame: bytes, now: float) -> Effects:
        note = Note(Remark.MALFORMED, malformed.id, malformed.reason)
        return (*self._complaint(malformed), *self._evidence(frame, note, now))

    def _complaint(self, malformed: frames.Malformed) -> Effects:
        """One CALLERROR if it can be addressed (4.2.3); unknown types are ignored (4.1.3)."""
        message_id = malformed.id or ("-1" if self._rules.answer_unreadable else "")
        if not (message_id and malformed.code):
            return ()
        return (Write(frames.error(message_id, malformed.code, malformed.reason)),)

    def _evidence(self, frame: bytes, note: Note, now: float) -> Effects:
        """Malformed frames go to the journal too, but a flood of them does not."""
        if self._malformed is None:
            rate = self._rules.malformed_rate
            self._malformed = TokenBucket(rate=rate, burst=max(rate, 1.0))
        if self._malformed.take(now):
            return (Forward(frame), note)
        return (Note(Remark.MALFORMED_FLOOD),)

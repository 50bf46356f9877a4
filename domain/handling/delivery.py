"""What gateways and timers tell of calls on their way: sent, returned, timed out, expired."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain import frames, wire
from domain.handling.message import Handled, put_aside
from domain.model.call import Call
from domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Progress:
    """One step in the life of a call."""

    record: wire.Sent | wire.Returned | wire.TimedOut

    @property
    def needs(self) -> Iterable[str]:
        """The call."""
        return (Call.id_of(self.record.call),)

    def decide(self, scope: Scope) -> Handled:
        """Record the step, when the call is known."""
        call = scope.call(self.record.call)
        if call is None:
            return Handled(message_id=self.record.call)
        record = self.record
        if isinstance(record, wire.Sent):
            call.send(record.connection, at=scope.at)
            frame = frames.call(record.call, call.action, call.payload.encode())
            return Handled(call.action, record.call, frame, direction="out")
        if isinstance(record, wire.Returned):
            call.give_back(record.connection, record.reason, at=scope.at)
        else:
            call.time_out(record.reason, at=scope.at)
        return Handled(call.action, record.call, record.reason.encode())

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, Handled(message_id=self.record.call), trace)


@dataclass(frozen=True, slots=True)
class Expiry:
    """The time to live of a call is over (the timer `expire_call`)."""

    record: wire.Due

    @property
    def needs(self) -> Iterable[str]:
        """The call."""
        return (Call.id_of(self.record.subject),)

    def decide(self, scope: Scope) -> Handled:
        """A call that still waits has expired; any other is left alone."""
        if call := scope.call(self.record.subject):
            call.expire(at=scope.at)
        return Handled(message_id=self.record.subject)

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, Handled(message_id=self.record.subject), trace)

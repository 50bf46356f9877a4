"""What gateways tell of calls on their way: sent, returned, timed out."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain import frames, wire
from domain.handling import calling
from domain.handling.message import Handled, put_aside
from domain.model.call import Call
from domain.ocpp.version import Versions
from domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Progress:
    """One step in the life of a call."""

    record: wire.Sent | wire.Returned | wire.TimedOut
    versions: Versions

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
            if call.send(record.connection, at=scope.at):
                calling.sent(self.versions, call, scope)
            frame = frames.call(record.call, call.action, call.payload.encode())
            return Handled(call.action, record.call, frame, direction="out")
        if isinstance(record, wire.Returned):
            call.give_back(record.connection, record.reason, at=scope.at)
        elif call.time_out(record.reason, at=scope.at):
            calling.failed(self.versions, call, scope)
        return Handled(call.action, record.call, record.reason.encode())

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, Handled(message_id=self.record.call), trace)

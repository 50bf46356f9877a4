"""One station on one socket: does what its conversation decides."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain import frames, wire
from domain.ports import Clock
from gateway.admission import Admitted
from gateway.calls import Rules
from gateway.conversation import Conversation
from gateway.counts import GatewayCounts
from gateway.effects import Effects, Forward, Note, Outcome, Report, Write
from gateway.leases import Seen
from gateway.limits import TokenBucket
from gateway.uplink import Uplink

_log = logging.getLogger("ampledger.gateway")


class Socket(Protocol):
    """What a session needs of a WebSocket. Nothing here waits."""

    @property
    def is_open(self) -> bool:
        """Whether a frame can still be written."""
        ...

    def write(self, frame: bytes) -> None:
        """Send a text frame."""
        ...

    def hang_up(self, code: int, reason: str) -> None:
        """Begin to close; the end is told as usual."""
        ...


class Alarm(Protocol):
    """A callback at a time."""

    def when(self) -> float:
        """Its time."""
        ...

    def cancel(self) -> None:
        """It will not be called."""
        ...


class Timers(Protocol):
    """Monotonic time and alarms: an asyncio loop is one."""

    def time(self) -> float:
        """Now, in seconds."""
        ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> Alarm:
        """Call back once at `when`."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions of a gateway share."""

    node: str
    uplink: Uplink
    clock: Clock
    timers: Timers
    rules: Rules = field(default_factory=Rules)
    counts: GatewayCounts = field(default_factory=GatewayCounts)
    seen: Seen = field(default_factory=Seen)
    log_lines: TokenBucket = field(default_factory=lambda: TokenBucket(rate=20, burst=100))


class Session:
    """A conversation with its socket, its alarm and the order of its frames."""

    __slots__ = (
        "_alarm",
        "_around",
        "_conversation",
        "_seq",
        "_socket",
        "connection",
        "protocol",
        "station",
    )

    def __init__(
        self, around: Surroundings, admitted: Admitted, connection: int, socket: Socket
    ) -> None:
        self.station, self.protocol = admitted.station, admitted.protocol
        self.connection = connection
        self._around, self._socket = around, socket
        self._conversation = Conversation(around.rules)
        self._seq = 0
        self._alarm: Alarm | None = None

    def receive(self, frame: bytes) -> None:
        """A text frame came from the station, UTF-8."""
        if self._conversation.is_closed:  # what a replaced socket still had in its buffer
            return
        at, now = self._around.clock(), self._around.timers.time()
        self._around.counts.frames_in += 1
        self._around.seen.mark(self.station, self.connection, at)
        self._perform(self._conversation.receive(frame, now), at)

    def receive_binary(self) -> None:
        """A binary frame came from the station."""
        self._perform(self._conversation.receive_binary(), self._around.clock())

    def call(self, call: wire.Call) -> None:
        """The domain wants a call made on this connection."""
        at, now = self._around.clock(), self._around.timers.time()
        if self._socket.is_open:
            self._perform(self._conversation.call(call, now), at)
        else:
            self._report(Report(Outcome.RETURNED, call.call, "the connection is closing"), at)

    def answer(self, frame: bytes) -> None:
        """The domain answers a call that came on this connection."""
        at, now = self._around.clock(), self._around.timers.time()
        self._perform(self._conversation.answer(frame, now), at)

    def hang_up(self, code: int, reason: str) -> None:
        """Close the socket, and account for its calls already."""
        self.end()
        self._socket.hang_up(code, reason)

    def end(self) -> None:
        """Nothing is said on this connection any more; a repeat changes nothing."""
        self._perform(self._conversation.close(), self._around.clock())

    def _perform(self, effects: Effects, at: datetime) -> None:
        for effect in effects:
            match effect:
                case Forward():
                    self._forward(effect.frame, at)
                case Write():
                    self._write(effect.frame)
                case Report():
                    self._report(effect, at)
                case Note():
                    self._note(effect)
        self._set_alarm()

    def _forward(self, frame: bytes, at: datetime) -> None:
        received = wire.Received(
            station=self.station,
            connection=self.connection,
            seq=self._seq,
            node=self._around.node,
            protocol=self.protocol,
            at=at,
            frame=frame,
        )
        self._seq += 1
        self._around.uplink.post(received)

    def _write(self, frame: bytes) -> None:
        if self._socket.is_open:
            self._socket.write(frame)
            self._around.counts.frames_out += 1

    def _report(self, report: Report, at: datetime) -> None:
        self._around.counts.calls[report.outcome] += 1
        self._around.uplink.post(
            outcome_of(report, station=self.station, connection=self.connection, at=at)
        )

    def _note(self, note: Note) -> None:
        self._around.counts.notes[note.remark] += 1
        if self._around.log_lines.take(self._around.timers.time()):
            _log.warning(
                note.remark,
                extra={
                    "station": self.station,
                    "connection": self.connection,
                    "message_id": note.message_id[: frames.MAX_MESSAGE_ID],
                    "detail": note.detail,
                },
            )

    def _set_alarm(self) -> None:
        """Keep at most one alarm, for the answer that is waited for; an idle session has none."""
        deadline = self._conversation.next_deadline
        if self._alarm is not None:
            if self._alarm.when() == deadline:
                return
            self._alarm.cancel()
            self._alarm = None
        if deadline is not None:
            self._alarm = self._around.timers.call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        now = self._around.timers.time()
        self._perform(self._conversation.pass_time(now), self._around.clock())


def outcome_of(
    report: Report, *, station: str, connection: int, at: datetime
) -> wire.Sent | wire.Returned | wire.TimedOut:
    """The record that tells the domain what became of a call."""
    call, reason = report.call, report.reason
    match report.outcome:
        case Outcome.SENT:
            return wire.Sent(station=station, connection=connection, call=call, at=at)
        case Outcome.RETURNED:
            return wire.Returned(
                station=station, connection=connection, call=call, reason=reason, at=at
            )
        case Outcome.TIMED_OUT:
            return wire.TimedOut(
                station=station, connection=connection, call=call, reason=reason, at=at
            )

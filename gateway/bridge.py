"""Sessions ⇄ broker: what stations say goes up as records, what the domain says comes down."""

import logging
from datetime import UTC, datetime, timedelta

import msgspec

from domain import topics, wire
from domain.ports import Broker, Consumer, Delivery
from gateway.admission import Admitted
from gateway.counts import GatewayCounts
from gateway.effects import Outcome, Remark, Report
from gateway.leases import Seen
from gateway.limits import OncePer, TokenBucket
from gateway.session import Session, Socket, Surroundings, outcome_of

_NORMAL = 1000  # RFC 6455 section 7.4.1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_log = logging.getLogger("ampledger.gateway")


class Bridge:
    """All sessions of one gateway. It lives on the event loop; only `receive` may wait."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._sessions: dict[str, Session] = {}
        self._last_connection = 0
        self._knockers = OncePer(seconds=60, most=10_000)
        self._knocks = TokenBucket(rate=10, burst=10)
        self._barred = OncePer(seconds=60, most=10_000)
        self._bars = TokenBucket(rate=10, burst=100)

    @property
    def counts(self) -> GatewayCounts:
        """What this gateway counts."""
        return self._around.counts

    @property
    def seen(self) -> Seen:
        """Which stations spoke lately."""
        return self._around.seen

    @property
    def is_crowded(self) -> bool:
        """Whether no more connections should come: the broker does not take what is said."""
        return self._around.uplink.is_crowded

    async def listen(self, broker: Broker) -> Consumer:
        """Take what the domain says, until the consumer is cancelled after the last socket."""
        return await broker.consume_own(topics.gateway(self._around.node), self.deliver)

    def open(self, admitted: Admitted, remote: str, socket: Socket) -> Session:
        """A socket was accepted. The newest of a station wins; the one before is hung up."""
        at = self._around.clock()
        connection = self._next_connection(at, admitted.after)
        session = Session(self._around, admitted, connection, socket)
        before = self._sessions.get(session.station)
        self._sessions[session.station] = session
        if before is not None:
            before.hang_up(_NORMAL, "replaced by a newer connection")
        self.counts.connections += 1
        self.counts.accepted += 1
        self._around.uplink.post(
            wire.Opened(
                station=session.station,
                connection=connection,
                node=self._around.node,
                protocol=session.protocol,
                remote=remote,
                at=at,
                profile=admitted.profile,
                credential=admitted.credential,
                certificate=admitted.certificate,
            )
        )
        return session

    async def receive(self, session: Session, frame: bytes) -> None:
        """A text frame came; waits as long as the broker does not take what is said."""
        session.receive(frame)
        if self._around.uplink.is_crowded:
            await self._around.uplink.relief()

    def close(self, session: Session, code: int, reason: str) -> None:
        """The socket of a session has ended; `code` as in RFC 6455 section 7.4."""
        session.end()
        if self._sessions.get(session.station) is session:
            del self._sessions[session.station]
        self.counts.connections -= 1
        self._around.uplink.post(
            wire.Closed(
                station=session.station,
                connection=session.connection,
                node=self._around.node,
                code=code,
                reason=reason,
                at=self._around.clock(),
            )
        )

    def knock(self, station: str, protocol: str, remote: str) -> None:
        """A station nobody registered was refused: tell it, but not for every attempt."""
        now = self._around.timers.time()
        if not (self._knockers.take(station, now) and self._knocks.take(now)):
            return
        at = self._around.clock()
        self._around.uplink.post(
            wire.Knocked(
                station=station,
                connection=self._next_connection(at, 0),
                node=self._around.node,
                protocol=protocol,
                remote=remote,
                at=at,
            )
        )

    def bar(self, station: str, reason: str, remote: str) -> None:
        """A registered station was refused for its security: tell it, as seldom as a knock."""
        now = self._around.timers.time()
        if not (self._barred.take(station, now) and self._bars.take(now)):
            return
        at = self._around.clock()
        self._around.uplink.post(
            wire.Barred(
                station=station,
                connection=self._next_connection(at, 0),
                node=self._around.node,
                remote=remote,
                reason=reason,
                at=at,
            )
        )

    async def flush(self) -> None:
        """Return when the broker has all that was said."""
        await self._around.uplink.flush()

    def deliver(self, delivery: Delivery) -> None:
        """Records for this gateway. One that cannot be read does not harm its neighbours."""
        for item in delivery.items:
            try:
                record = wire.decode_to_gateway(item)
            except msgspec.MsgspecError:
                _log.exception("unreadable record", extra={"queue": delivery.queue})
            else:
                self._route(record)

    def _route(self, record: wire.ToGateway) -> None:
        session = self._sessions.get(record.station)
        if session is None or session.connection != record.connection:
            self._miss(record)
            return
        match record:
            case wire.Answer():
                session.answer(record.frame)
            case wire.Call():
                session.call(record)
            case wire.Disconnect():
                session.hang_up(_NORMAL, record.reason)

    def _miss(self, record: wire.ToGateway) -> None:
        """The connection it is for is gone: a call must be accounted for, an answer comes again."""
        if isinstance(record, wire.Answer):
            self.counts.notes[Remark.STRAY_ANSWER] += 1
        if not isinstance(record, wire.Call):
            return
        self.counts.calls[Outcome.RETURNED] += 1
        report = Report(Outcome.RETURNED, record.call, "not connected here")
        self._around.uplink.post(
            outcome_of(
                report,
                station=record.station,
                connection=record.connection,
                at=self._around.clock(),
            )
        )

    def _next_connection(self, at: datetime, after: int) -> int:
        """A fencing token: microseconds since 1970, and greater than any other of this station."""
        now = (at - _EPOCH) // _MICROSECOND
        self._last_connection = max(now, after + 1, self._last_connection + 1)
        return self._last_connection

"""The application: a batch of records is read, loaded for with one query, decided one by one."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from domain import facts, wire
from domain.handling import delivery, dues, frames, presence, wishes
from domain.handling.message import Broken, Handled, Message
from domain.journal import context_of
from domain.log import JournalEntry, Log, StoredFact, StoredSnapshot, Unavailable
from domain.model.aggregate import Aggregate
from domain.model.values import Profile, Socket
from domain.ocpp.version import Versions
from domain.repository import Repository, freeze
from domain.scope import Scope

KINDS = MappingProxyType(
    {
        wire.Opened: "opened",
        wire.Closed: "closed",
        wire.Received: "frame",
        wire.Knocked: "knocked",
        wire.Barred: "barred",
        wire.Sent: "frame",
        wire.Returned: "returned",
        wire.TimedOut: "timed_out",
        wire.Wish: "wish",
        wire.Due: "due",
    }
)

_PREPARE: Mapping[type, Callable[[Any, Versions], Message]] = MappingProxyType(
    {
        wire.Received: frames.prepare,
        wire.Closed: lambda record, _: presence.Closing(record),
        wire.Knocked: lambda record, _: presence.Knocking(record),
        wire.Barred: lambda record, _: presence.Barring(record),
        wire.Sent: delivery.Progress,
        wire.Returned: delivery.Progress,
        wire.TimedOut: delivery.Progress,
        wire.Wish: wishes.prepare,
        wire.Due: dues.Firing,
    }
)


def key_of(record: wire.Inbound) -> str:
    """The journal key: the same whenever the broker delivers the record again."""
    match record:
        case wire.Received():
            return f"{record.connection:x}.{record.seq}"
        case wire.Wish() | wire.Due():
            return record.id
        case wire.Sent() | wire.Returned() | wire.TimedOut():
            return f"{_name(record)}:{record.call}:{record.connection:x}"
        case _:
            return f"{_name(record)}:{record.connection:x}"


def _name(record: wire.Inbound) -> str:
    return type(record).__name__.lower()


class Failed(Exception):
    """Handling record number `index` raised: a defect, told by `trace`."""

    def __init__(self, index: int, trace: str) -> None:
        super().__init__(trace)
        self.index, self.trace = index, trace


@dataclass(slots=True)
class Decision:
    """What a batch led to, ready to be committed."""

    facts: list[StoredFact] = field(default_factory=list)
    journal: list[JournalEntry] = field(default_factory=list)
    touched: dict[str, Aggregate] = field(default_factory=dict)
    to_gateways: list[tuple[str, wire.ToGateway]] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)  # facts per stream

    def snapshots(self) -> list[StoredSnapshot]:
        """Of the aggregates that passed a multiple of their `SNAPSHOT_EVERY`."""
        return [
            freeze(self.touched[stream])
            for stream, count in self.changes.items()
            if _passed_a_multiple(self.touched[stream], count)
        ]


def _passed_a_multiple(aggregate: Aggregate, count: int) -> bool:
    every = getattr(aggregate, "SNAPSHOT_EVERY", 0)
    return bool(every) and aggregate.version // every != (aggregate.version - count) // every


class Counting(Protocol):
    """Where transaction numbers come from."""

    def take(self) -> int:
        """One that nobody has; raises Unavailable."""
        ...


class Numbers:
    """Transaction numbers, taken from the log in blocks; what a crash leaves unused is skipped."""

    def __init__(self, log: Log, block: int = 50) -> None:
        self._log, self._block = log, block
        self._rest: Iterator[int] = iter(())

    def take(self) -> int:
        """The next number; raises Unavailable."""
        for number in self._rest:
            return number
        self._rest = iter(self._log.take_numbers(self._block))
        return next(self._rest)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator decided for the whole system."""

    adopt: Profile | None = None  # how unknown stations are registered; None: they are not
    journal_heartbeats: bool = True


class Csms:
    """Decides batches. It keeps nothing between them but the repository's cache."""

    def __init__(
        self, repository: Repository, numbers: Counting, versions: Versions, policy: Policy
    ) -> None:
        self._repository = repository
        self._numbers = numbers
        self._versions = versions
        self._policy = policy

    def decide(
        self, records: Sequence[wire.Inbound], now: datetime, failed: dict[int, str]
    ) -> Decision:
        """Decide records in order. `failed`: tracebacks of records whose handling raised before.

        Raises Failed when another one does, Unavailable when the log cannot be read.
        """
        return self.decide_read(records, self.read(records, failed), now, failed)

    def read(self, records: Sequence[wire.Inbound], failed: Mapping[int, str]) -> list[Message]:
        """What the records say, and need; raises Failed."""
        return [self._prepare(index, record, failed) for index, record in enumerate(records)]

    def decide_read(
        self,
        records: Sequence[wire.Inbound],
        messages: Sequence[Message],
        now: datetime,
        failed: Mapping[int, str],
    ) -> Decision:
        """Decide records that have been read; raises as `decide` does."""
        self._repository.prefetch(need for message in messages for need in message.needs)
        decision = Decision()
        for index, (record, message) in enumerate(zip(records, messages, strict=True)):
            scope = self._scope(record, now)
            try:
                handled = self._handle(record, message, scope, failed.get(index))
                self._tell_deviations(scope)
                self._collect(decision, record, scope, handled)
            except Unavailable:
                raise
            except Exception as defect:
                self._repository.evict(decision.touched | scope.touched)
                raise Failed(index, traceback.format_exc()) from defect
        return decision

    def forget(self, decision: Decision) -> None:
        """The decision was not saved (or it is not known): nothing in memory may rest on it."""
        self._repository.evict(decision.touched)

    def saved(self) -> None:
        """The decision is on record."""
        self._repository.trim()

    def lose(self) -> None:
        """Another writer may own the stations now."""
        self._repository.clear()

    def _prepare(self, index: int, record: wire.Inbound, failed: Mapping[int, str]) -> Message:
        try:
            return self._read(record)
        except Exception as defect:
            if index in failed:
                return Broken(getattr(record, "frame", b""))
            raise Failed(index, traceback.format_exc()) from defect

    def _read(self, record: wire.Inbound) -> Message:
        if isinstance(record, wire.Opened):
            return presence.Opening(record, self._policy.adopt)
        return _PREPARE[type(record)](record, self._versions)

    def _scope(self, record: wire.Inbound, now: datetime) -> Scope:
        return Scope(
            repository=self._repository,
            take_number=self._numbers.take,
            station_id=wire.key_of(record),
            key=key_of(record),
            at=record.at,
            now=now,
        )

    def _handle(
        self, record: wire.Inbound, message: Message, scope: Scope, trace: str | None
    ) -> Handled:
        if isinstance(record, wire.Received) and presence.is_turned_away(record, scope):
            return Handled(payload=record.frame)  # on record, and neither heard nor answered
        handled = message.decide(scope) if trace is None else message.fail(scope, trace)
        _hear(record, scope)
        return handled

    def _tell_deviations(self, scope: Scope) -> None:
        if scope.deviations and (station := scope.station()):
            for deviation in scope.deviations:
                station.deviate(scope.action, deviation, at=scope.at)

    def _collect(
        self, decision: Decision, record: wire.Inbound, scope: Scope, handled: Handled
    ) -> None:
        told = len(decision.facts)
        for stream, aggregate in scope.touched.items():
            pending = aggregate.take_facts() if aggregate.pending_events else []
            decision.facts.extend(
                facts.encode(fact, scope.key, scope.station_id) for fact in pending
            )
            if pending:
                decision.changes[stream] = decision.changes.get(stream, 0) + len(pending)
        decision.touched.update(scope.touched)
        decision.to_gateways.extend(scope.to_gateways)
        led_to_facts = len(decision.facts) > told
        if led_to_facts or self._policy.journal_heartbeats or handled.action != "Heartbeat":
            decision.journal.append(_entry(record, scope, handled))
        if handled.answer and isinstance(record, wire.Received):
            answer = wire.Answer(
                station=record.station, connection=record.connection, frame=handled.answer
            )
            decision.to_gateways.append((record.node, answer))


def _hear(record: wire.Inbound, scope: Scope) -> None:
    """A frame proves that its socket stands, whatever was thought while its gateway was silent."""
    if not isinstance(record, wire.Received):
        return
    station = scope.station()
    if station is None or not station.registered or station.online:
        return
    if record.connection >= station.connection:
        socket = Socket(connection=record.connection, node=record.node, protocol=record.protocol)
        station.connect(socket, at=record.at)


def _entry(record: wire.Inbound, scope: Scope, handled: Handled) -> JournalEntry:
    return JournalEntry(
        key=scope.key,
        station=scope.station_id,
        kind=KINDS[type(record)],
        direction=handled.direction,
        connection=getattr(record, "connection", 0),
        node=getattr(record, "node", ""),
        message_id=handled.message_id,
        action=handled.action,
        payload=handled.payload,
        answer=handled.answer,
        deviations="; ".join(scope.deviations),
        received_at=record.at,
        decided_at=scope.now,
        context=context_of(record, scope.seen),
    )

"""A batch of records in, one commit, answers out. Synchronous: it runs in its own writer thread."""

import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import msgspec

from domain import wire
from domain.csms import Csms, Decision, Failed, key_of
from domain.handling import wishes
from domain.log import Conflict, JournalEntry, Log, Unavailable
from domain.ports import Clock

_log = logging.getLogger("ampledger.domain")

Identity = tuple[str, str]
_ATTEMPTS = 20
_FAILURES = 3  # in one batch


class Contention(Exception):
    """Somebody else keeps writing the same streams: the broker gives a partition to two owners."""


@dataclass(slots=True)
class Outcome:
    """What is to be published after the commit."""

    to_gateways: list[tuple[str, wire.ToGateway]] = field(default_factory=list)  # node, record
    replies: list[tuple[str, wire.Reply]] = field(default_factory=list)  # queue, record
    poison: list[bytes] = field(default_factory=list)  # what is no record at all


@dataclass(slots=True)
class InboxCounts:
    """For the metrics."""

    batches: int = 0
    records: int = 0
    repeated: int = 0  # records that were on record already
    conflicts: int = 0
    failed: int = 0  # records whose handling raised
    facts: int = 0
    seconds: float = 0.0  # spent deciding and committing


class Inbox:
    """Exactly once in effect: what is on record already is answered from the record."""

    def __init__(self, log: Log, csms: Csms, clock: Clock, counts: InboxCounts) -> None:
        self._log, self._csms, self._clock, self._counts = log, csms, clock, counts

    def process(self, items: Sequence[bytes], *, redelivered: bool) -> Outcome:
        """Handle a batch; when this returns, all of it is durably on record.

        `redelivered`: some of it may have been handled before. Raises Unavailable when the database
        is away: nothing is lost, call again with `redelivered`.
        """
        outcome = Outcome()
        records = _unique(_decode(items, outcome.poison))
        self._counts.batches += 1
        self._counts.records += len(records)
        self._handle(records, outcome, check=redelivered)
        return outcome

    def lose(self) -> None:
        """Another process may own the partitions now."""
        self._csms.lose()

    def _handle(self, records: Sequence[wire.Inbound], outcome: Outcome, *, check: bool) -> None:
        """Handle records together; when they cannot be, one by one, and put the culprit aside."""
        try:
            self._handle_together(records, outcome, check=check)
        except (Unavailable, Contention):
            raise
        except Exception:  # noqa: BLE001 - one of the loops that may: whose fault it is, is found out
            if len(records) == 1:
                self._put_aside(records[0], outcome)
                return
            for record in records:
                self._handle([record], outcome, check=True)

    def _put_aside(self, record: wire.Inbound, outcome: Outcome) -> None:
        """Quarantine what cannot be put on record as it is; at worst on the broker."""
        trace = traceback.format_exc()
        _log.error("a message is put aside", extra={"key": key_of(record), "trace": trace})
        try:
            decision, position = self._commit([record], {0: trace})
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - as above
            outcome.poison.append(wire.encode(record))
        else:
            self._tell(outcome, [record], {}, decision, position)

    def _handle_together(
        self, records: Sequence[wire.Inbound], outcome: Outcome, *, check: bool
    ) -> None:
        for _ in range(_ATTEMPTS):
            known = self._recorded(records) if check else {}
            fresh = [r for r in records if _identity(r) not in known]
            try:
                decision, position = self._commit(fresh, {})
            except Conflict:
                self._counts.conflicts += 1
                check = True
                continue
            self._counts.repeated += len(known)
            self._tell(outcome, records, known, decision, position)
            return
        message = f"another writer was faster {_ATTEMPTS} times"
        raise Contention(message)

    def _recorded(self, records: Sequence[wire.Inbound]) -> dict[Identity, JournalEntry]:
        return self._log.recorded([(*_identity(r), r.at) for r in records])

    def _commit(
        self, records: Sequence[wire.Inbound], failed: dict[int, str]
    ) -> tuple[Decision, int]:
        if not records:
            return Decision(), self._log.position()
        begun = perf_counter()
        decision = self._decide(records, failed)
        try:
            position = self._log.commit(decision.facts, decision.journal, decision.snapshots())
        except Exception:
            self._csms.forget(decision)
            raise
        finally:
            self._counts.seconds += perf_counter() - begun
        self._csms.saved()
        self._counts.facts += len(decision.facts)
        return decision, position

    def _decide(self, records: Sequence[wire.Inbound], failed: dict[int, str]) -> Decision:
        """Decide without those that fail; when they are many, all are taken one by one."""
        while True:
            try:
                return self._csms.decide(records, self._clock(), failed)
            except Failed as defect:
                if defect.index in failed or len(failed) == _FAILURES:
                    raise
                failed[defect.index] = defect.trace
                self._counts.failed += 1

    def _tell(
        self,
        outcome: Outcome,
        records: Sequence[wire.Inbound],
        known: dict[Identity, JournalEntry],
        decision: Decision,
        position: int,
    ) -> None:
        answers = {(e.station, e.key): e.answer for e in decision.journal}
        outcome.to_gateways.extend(decision.to_gateways)
        for record in records:
            identity = _identity(record)
            entry = known.get(identity)
            if isinstance(record, wire.Wish) and record.reply_to:
                answer = entry.answer if entry else answers[identity]
                reply = wishes.reply(record, answer, position)
                outcome.replies.append((record.reply_to, reply))
            elif entry and entry.answer and isinstance(record, wire.Received):
                outcome.to_gateways.append((record.node, _again(record, entry)))


def _again(record: wire.Received, entry: JournalEntry) -> wire.Answer:
    return wire.Answer(station=record.station, connection=record.connection, frame=entry.answer)


def _identity(record: wire.Inbound) -> Identity:
    return (wire.key_of(record), key_of(record))


def _decode(items: Iterable[bytes], poison: list[bytes]) -> Iterable[wire.Inbound]:
    for item in items:
        try:
            yield wire.decode_inbound(item)
        except msgspec.MsgspecError:
            poison.append(item)


def _unique(records: Iterable[wire.Inbound]) -> list[wire.Inbound]:
    """A record that was published twice may lie twice in one batch."""
    return list({_identity(record): record for record in records}.values())

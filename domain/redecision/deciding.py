"""One row after the other is decided again, with the clock, the numbers and the streams it had."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import msgspec
import orjson

from domain import wire
from domain.csms import Csms, Decision, Failed, Policy
from domain.handling.message import Message
from domain.journal import Unrevivable, context, revive
from domain.log import JournalEntry, Log, Notification, StoredFact
from domain.model.numbering import Numbering
from domain.model.quarantine import Quarantine
from domain.model.station import Station
from domain.model.values import Profile
from domain.ocpp.version import Versions
from domain.redecision.comparing import Told, are_same, is_repeated, of_stream
from domain.redecision.overlay import Overlay
from domain.redecision.recorded import Recorded
from domain.redecision.streams import Remembered

_INVENTED = 2_000_000_000  # transaction numbers from here on are nobody's
_BY_POLICY = "policy"
_GIVEN = Numbering.Given.TOPIC
_FAILED = "its handling failed"


class Outcome(NamedTuple):
    """What would be on record. `entry` is None when the row cannot be decided again."""

    recorded: Recorded
    entry: JournalEntry | None
    facts: Sequence[StoredFact] = ()
    follows: bool = False  # on what others would have decided otherwise
    trace: str = ""  # of its handling, when that fails
    failed: bool = False  # then
    identical: bool = False  # to the byte


@dataclass(slots=True)
class _Read:
    """A row whose record came back from it."""

    row: Recorded
    record: wire.Inbound
    message: Message | None  # None: its reading failed, `trace` tells how
    seen: Mapping[str, int]
    trace: str = ""


class Redecision:
    """Decides batches of recorded rows again; what differs lives on in the log `aside`."""

    def __init__(self, recorded: Log, aside: Log, versions: Versions) -> None:
        self._overlay = Overlay(recorded, aside)
        self._streams = Remembered(self._overlay)
        self._numbers = _Numbers()
        self._versions = versions
        self._csms = self._with(Policy())

    def decide(self, batch: Sequence[Recorded]) -> Iterator[Outcome]:
        """What would be on record of each row; raises Unavailable."""
        self._overlay.position = batch[0].before
        rows = [self._read(row) for row in batch]
        self._streams.prefetch_more(need for row in rows if row for need in _needs(row))
        for recorded, read in zip(batch, rows, strict=True):
            self._overlay.position = recorded.before
            for stream in recorded.strays:
                self._lose(stream)
            yield self._decide(read) if read else self._pass_over(recorded)
        self._overlay.write()
        self._streams.trim()

    def _with(self, policy: Policy) -> Csms:
        return Csms(self._streams, self._numbers, self._versions, policy)

    def _read(self, row: Recorded) -> _Read | None:
        try:
            record = revive(row.entry)
        except Unrevivable:
            return None
        seen = context(row.entry).seen
        try:
            (message,) = self._csms_of(record, row).read([record], {})
        except Failed as defect:
            return _Read(row, record, None, seen, defect.trace)
        return _Read(row, record, message, seen)

    def _csms_of(self, record: wire.Inbound, row: Recorded) -> Csms:
        """A station was adopted by the policy of that time, not by today's."""
        adopted = _adopted(row.facts) if isinstance(record, wire.Opened) else None
        return self._with(Policy(adopt=adopted)) if adopted else self._csms

    def _decide(self, read: _Read) -> Outcome:
        row = read.row
        self._numbers.given(row.facts)
        if read.seen:
            self._streams.show(read.seen)
        decision, trace = self._decided(read)
        outcome = self._compared(row, decision, trace)
        if read.seen:
            self._streams.hide(read.seen)
        return outcome

    def _compared(self, row: Recorded, decision: Decision, trace: str) -> Outcome:
        facts, (entry,) = decision.facts, decision.journal
        if is_repeated(row.entry, entry, row.facts, facts):
            self._overlay.tell(facts)
            return Outcome(row, entry, facts, identical=True)
        touched = (*decision.touched, *_streams(row.facts))
        follows = any(map(self._overlay.has_parted, touched))
        for stream in dict.fromkeys((*_streams(row.facts), *_streams(facts))):
            if not are_same(of_stream(stream, row.facts), of_stream(stream, facts)):
                self._overlay.part(stream)
        self._overlay.tell(facts)
        return Outcome(row, entry, facts, follows, trace, _has_failed(row.facts))

    def _decided(self, read: _Read) -> tuple[Decision, str]:
        """And the trace, when its handling fails."""
        trace = read.trace
        if read.message is not None:
            try:
                messages, now = [read.message], read.row.entry.decided_at
                return self._csms.decide_read([read.record], messages, now, {}), ""
            except Failed as defect:
                trace = defect.trace
        self._streams.show(read.seen)
        told = {0: _trace_of(read.row.facts) or trace}
        return self._csms.decide([read.record], read.row.entry.decided_at, told), trace

    def _pass_over(self, row: Recorded) -> Outcome:
        """It does not say enough: what it led to is taken as it is."""
        for stream in _streams(row.facts):
            self._lose(stream)
        return Outcome(row, None)

    def _lose(self, stream: str) -> None:
        if not self._overlay.has_parted(stream):
            self._streams.lose(stream)


class _Numbers:
    """The numbers that a row took then; more than those are nobody's."""

    def __init__(self) -> None:
        self._rest: list[int] = []
        self._invented = _INVENTED

    def given(self, facts: Iterable[Notification]) -> None:
        """Those of one row."""
        self._rest = [orjson.loads(f.state)["number"] for f in facts if f.topic == _GIVEN]

    def take(self) -> int:
        """The next one."""
        if self._rest:
            return self._rest.pop(0)
        self._invented += 1
        return self._invented


def _needs(read: _Read) -> Iterator[str]:
    if read.message is not None:
        yield from read.message.needs
    yield from (stream for stream, version in read.seen.items() if version)


def _streams(facts: Iterable[Told]) -> list[str]:
    return list(dict.fromkeys(fact.stream for fact in facts))


def _adopted(facts: Iterable[Notification]) -> Profile | None:
    """How the policy had a station registered."""
    for fact in facts:
        if fact.topic == Station.Configured.TOPIC:
            state = orjson.loads(fact.state)
            if state["by"] == _BY_POLICY:
                names = [each.name for each in fields(Profile)]
                return Profile(**{name: state[name] for name in names if name in state})
    return None


def _trace_of(facts: Iterable[Notification]) -> str:
    return next((str(s["detail"]) for s in _kept(facts) if s["reason"] == _FAILED), "")


def _has_failed(facts: Iterable[Notification]) -> bool:
    return any(state["reason"] == _FAILED for state in _kept(facts))


def _kept(facts: Iterable[Notification]) -> Iterator[dict[str, object]]:
    for fact in facts:
        if fact.topic == Quarantine.Kept.TOPIC:
            yield msgspec.json.decode(fact.state)

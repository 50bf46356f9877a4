"""What a decision of a case rests on: the record it is about, the readings that belong to it."""

from collections.abc import Iterator

import msgspec

from commands.api.problems import Problem
from domain import facts
from domain.log import JournalEntry, Log
from domain.model.case_operations import KeepPoison, LateReading, Record
from domain.model.meter import Meter
from domain.model.quarantine import Kind
from projections.quarantine import QuarantineRow
from projections.transactions import TransactionRow

_MOST = 1000  # readings of a log that are looked at, the newest
_OF_STATION = 0  # the connector that stands for the station itself


def record_of(log: Log, case: QuarantineRow) -> Record | None:
    """What was put aside, as it came; None when the journal has it no more.

    Raises Problem when it is no text.
    """
    entry = _row_of(log, case)
    if entry is None or case.kind != Kind.POISON:
        return None if entry is None else _kept(entry)
    poison = _poison(entry)
    if poison.record is None:
        raise Problem(409, "this is no record: it can only be dismissed", kind="conflict")
    return poison.record


def text_of(log: Log, case: QuarantineRow) -> str:
    """What came, for people; "" when the journal has it no more."""
    entry = _row_of(log, case)
    if entry is None:
        return ""
    if case.kind != Kind.POISON:
        return entry.payload.decode(errors="backslashreplace")
    poison = _poison(entry)
    return poison.record.payload if poison.record else poison.rubbish


def readings_of(
    log: Log, case: QuarantineRow, to: TransactionRow, claimed: TransactionRow | None
) -> tuple[LateReading, ...]:
    """Those on record elsewhere that belong to `to` when the case does; `claimed`: it says so."""
    if case.kind == Kind.LATE_VALUES and claimed is not None:
        return tuple(map(_late, _after_the_end(log, case, claimed)))
    if case.kind == Kind.ORPHAN_STOP:
        return tuple(map(_late, _claimed(log, case, to)))
    return ()


def _row_of(log: Log, case: QuarantineRow) -> JournalEntry | None:
    if case.kept_at is None:
        return None
    found = log.recorded([(case.station, case.frame, case.kept_at)])
    return found.get((case.station, case.frame))


def _kept(entry: JournalEntry) -> Record:
    try:
        payload = entry.payload.decode()
    except UnicodeDecodeError:
        raise Problem(409, "this is no text: it can only be dismissed", kind="conflict") from None
    return Record(
        kind=entry.kind,
        key=entry.key,
        payload=payload,
        context=entry.context,
        node=entry.node,
        received_at=entry.received_at,
    )


def _poison(entry: JournalEntry) -> KeepPoison:
    return msgspec.json.decode(entry.payload, type=KeepPoison)


def _after_the_end(log: Log, case: QuarantineRow, claimed: TransactionRow) -> Iterator[Meter.Read]:
    """What the station said of the transaction that it names, once that had ended."""
    ended_at = claimed.stopped_at or claimed.closed_at
    for fact in _read(log, [Meter.of_transaction(claimed.number)]):
        is_late = case.kept_at is None or fact.timestamp >= case.kept_at
        if is_late and (ended_at is None or fact.sampled_at > ended_at):
            yield fact


def _claimed(log: Log, case: QuarantineRow, to: TransactionRow) -> Iterator[Meter.Read]:
    """What came in the stop itself, and what came before under the same unknown number."""
    connectors = sorted({_OF_STATION, to.connector})
    for fact in _read(log, [Meter.of_connector(case.station, each) for each in connectors]):
        came_with_it = fact.source == "StopTransaction" and fact.timestamp == case.kept_at
        has_a_number = case.transaction is not None and case.transaction > 0
        if came_with_it or (has_a_number and fact.transaction == case.transaction):
            yield fact


def _read(log: Log, streams: list[str]) -> list[Meter.Read]:
    stored = log.tails(streams, _MOST)
    found = (facts.decode(each.stream, each.version, each.topic, each.state) for each in stored)
    readings = [fact for fact in found if isinstance(fact, Meter.Read)]
    return sorted(readings, key=lambda fact: (fact.sampled_at, fact.timestamp))


def _late(fact: Meter.Read) -> LateReading:
    return LateReading(
        connector=fact.connector,
        transaction=fact.transaction,
        sampled_at=fact.sampled_at,
        samples=fact.samples,
        register_wh=fact.register_wh,
        source=fact.source,
    )

"""The rows of the log that are about one transaction, as they are stored."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from domain.evidence.rows import Entry, Fact, Opening, Rows
from domain.facts import decode, facts_of
from domain.log import JournalEntry, JournalRow, Log, Notification
from domain.model.meter import Meter
from domain.model.quarantine import Quarantine
from domain.model.transaction import Transaction
from domain.moments import facts_between, moment_of
from domain.sealing.literals import has_any, literals

_TOPICS = tuple(
    fact.TOPIC  # type: ignore[attr-defined]  # every fact has one
    for aggregate in (Transaction, Meter, Quarantine)
    for fact in facts_of(aggregate)
)
_CORRECTED = Transaction.Corrected.TOPIC
_KEPT = Quarantine.Kept.TOPIC
_TOLD_BY = ("StartTransaction", "MeterValues", "StopTransaction", "RemoteStopTransaction")
_NAMES = frozenset({"transactionid", "transaction"})
_AFTERWARDS = timedelta(hours=1)  # a station may still repeat what it had no answer to
_INSTANT = timedelta(microseconds=1)
_PORTION = 1000
_Key = tuple[str, str]  # station and key of a journal row


class Disclosing(Protocol):
    """Whoever has the keys of sealed values."""

    def openings(self, text: bytes) -> list[tuple[bytes, bytes]]:
        """The sealed values in a text, each with the key that opens it and nothing else."""
        ...


class Subject(NamedTuple):
    """The transaction that is meant, and where in the log it is."""

    number: int
    station: str
    first_position: int
    last_position: int


def gather(
    subject: Subject, stored: Log, keys: Disclosing, further: Iterable[Notification] = ()
) -> Rows:
    """All rows about a transaction, and what opens its driver's data in them, nobody else's.

    `further` are facts that the proof rests on beside its own: keys of the meter.
    """
    facts = list(_facts(subject, stored))
    facts = sorted({each.position: each for each in (*facts, *further)}.values())
    journal = _journal(subject, facts, stored)
    there = {(row.entry.station, row.entry.key) for row in journal}
    gone = {(each.station, each.cause) for each in facts} - there
    return Rows(
        facts=tuple(map(Fact.of, facts)),
        journal=tuple(map(Entry.of, journal)),
        openings=tuple(_openings(subject, facts, journal, keys)),
        gone=tuple(sorted(f"{station} {key}" for station, key in gone)),
    )


def _facts(subject: Subject, stored: Log) -> Iterator[Notification]:
    """Of the transaction and its readings, and what was put aside on the way."""
    ours = {Transaction.id_of(subject.number), Meter.of_transaction(subject.number)}
    near = list(_near(subject, stored))
    causes = {(each.station, each.cause) for each in near if each.stream in ours}
    cases: set[str] = set()
    for each in near:
        if each.stream in ours:
            cases |= _case(each)
            yield each
        elif each.topic.startswith("quarantine.") and (each.station, each.cause) in causes:
            yield each
    if cases:
        yield from _kept(subject, cases, stored)


def _near(subject: Subject, stored: Log) -> Iterator[Notification]:
    """Facts of the station while the transaction was; of all, for facts that name no station."""
    after, upto = subject.first_position - 1, subject.last_position
    known = stored.since(after, limit=1, station=subject.station)
    station = subject.station if known and known[0].position == after + 1 else ""
    return facts_between(stored, after, upto, topics=_TOPICS, station=station)


def _case(noted: Notification) -> set[str]:
    """The case that a correction rests on."""
    if noted.topic != _CORRECTED:
        return set()
    fact = decode(noted.stream, noted.version, noted.topic, noted.state)
    return {fact.case}  # type: ignore[attr-defined]  # a correction has one


def _kept(subject: Subject, cases: set[str], stored: Log) -> Iterator[Notification]:
    """How these cases began: perhaps before the transaction, or long after it."""
    found = facts_between(stored, 0, topics=[_KEPT], station=subject.station)
    return (each for each in found if each.stream in cases)


def _journal(subject: Subject, facts: list[Notification], stored: Log) -> list[JournalRow]:
    """What led to the facts, and what else the station or an operator said of the transaction."""
    causes = {(each.station, each.cause): moment_of(each.state) for each in facts}
    found = {
        row.position: row
        for row in _around(subject, facts, stored)
        if (row.entry.station, row.entry.key) in causes or _is_about(row.entry, subject.number)
    }
    there = {(row.entry.station, row.entry.key) for row in found.values()}
    for cause, at in causes.items():
        if cause not in there:
            found |= {row.position: row for row in _exactly(cause, at, stored)}
    return [found[position] for position in sorted(found)]


def _around(subject: Subject, facts: list[Notification], stored: Log) -> Iterator[JournalRow]:
    ours = Transaction.id_of(subject.number)
    moments = [moment_of(each.state) for each in facts if each.stream == ours]
    begin, end = min(moments), max(moments) + _AFTERWARDS
    for action in _TOLD_BY:
        yield from _portions(stored, subject.station, begin, end, action=action)
    yield from _portions(stored, subject.station, begin, end, kind="wish")


def _portions(
    stored: Log, station: str, begin: datetime, end: datetime, *, action: str = "", kind: str = ""
) -> Iterator[JournalRow]:
    after = 0
    while True:
        found = stored.frames(
            station=station,
            after=after,
            limit=_PORTION,
            action=action,
            kind=kind,
            received_from=begin,
            received_to=end,
        )
        yield from found
        if len(found) < _PORTION:
            return
        after = found[-1].position


def _exactly(cause: _Key, at: datetime, stored: Log) -> Iterator[JournalRow]:
    station, key = cause
    found = stored.frames(
        station=station, limit=_PORTION, received_from=at, received_to=at + _INSTANT
    )
    return (row for row in found if row.entry.key == key)


def _is_about(entry: JournalEntry, number: int) -> bool:
    """Whether it names the transaction, or is answered with its number."""
    return any(_is_named(_read(text), number) for text in (entry.payload, entry.answer))


def _is_named(told: object, number: int) -> bool:
    waiting = [told]  # a list: stations may nest as deeply as they like
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            if any(name.lower() in _NAMES and value == number for name, value in each.items()):
                return True
            inner = each.get("payload")  # of a call that an operator wished
            waiting += [*each.values(), _read(inner) if isinstance(inner, str) else None]
    return False


def _read(text: bytes | str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _openings(
    subject: Subject, facts: list[Notification], journal: list[JournalRow], keys: Disclosing
) -> Iterator[Opening]:
    """Of all tokens that the transaction and its signed readings name."""
    ours = {Transaction.id_of(subject.number), Meter.of_transaction(subject.number)}
    own = {
        literal.pseudonym
        for each in facts
        if each.stream in ours
        for literal in literals(each.state)
    }
    seen: set[bytes] = set()
    for text in _texts(facts, journal):
        meant = {each.text for each in literals(text) if each.pseudonym in own} - seen
        if meant:
            seen |= meant
            for literal, key in keys.openings(text):
                if literal in meant:
                    yield Opening(literal.decode(), key)


def _texts(facts: list[Notification], journal: list[JournalRow]) -> Iterator[bytes]:
    for each in facts:
        yield from filter(has_any, (each.stream.encode(), each.state))
    for row in journal:
        entry = row.entry
        told = (entry.payload, entry.answer, entry.deviations.encode(), entry.context.encode())
        yield from filter(has_any, told)

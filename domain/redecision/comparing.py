"""What differs between facts, and between answers, in words for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec
import orjson

from domain import facts
from domain.facts import UnknownTopic
from domain.log import JournalEntry, Notification, StoredFact
from domain.store.entries import printable

Told = StoredFact | Notification

_LONGEST = 2000  # characters of what is shown of a value
_COMMON = ("originator_id", "originator_version")
_CLOCKS = JournalEntry._fields.index("received_at")
_OF_ROWS = ("answer", "payload", "action", "message_id", "direction", "deviations")


class Change(NamedTuple):
    """One thing that would be otherwise; "" where there was nothing, or would be nothing."""

    what: str  # "answer", or e.g. "transaction:7 transaction.stopped meter_stop_wh"
    was: str
    would_be: str


def is_repeated(
    entry: JournalEntry,
    again: JournalEntry,
    recorded: Sequence[Notification],
    now: Sequence[StoredFact],
) -> bool:
    """Whether all is as it was, to the byte."""
    return (
        entry[:_CLOCKS] == again[:_CLOCKS]
        and len(recorded) == len(now)
        and all(a[1:5] == b[:4] for a, b in zip(recorded, now, strict=True))
    )


def of_stream(stream: str, told: Iterable[Told]) -> list[Told]:
    """The facts of one stream."""
    return [fact for fact in told if fact.stream == stream]


def are_same(recorded: Sequence[Told], now: Sequence[Told], *, versions: bool = True) -> bool:
    """Whether facts say the same, however they are written.

    Older shapes are read in their newest. `versions`: also at the same places of their streams.
    """
    if len(recorded) != len(now):
        return False
    return all(
        (not versions or a.version == b.version) and _is_same(a, b)
        for a, b in zip(recorded, now, strict=True)
    )


def changes(
    entry: JournalEntry,
    again: JournalEntry,
    recorded: Sequence[Told],
    now: Sequence[Told],
    *,
    versions: bool = True,
) -> list[Change]:
    """Of the row, and of the facts. `versions`: their places in their streams matter too."""
    (again,) = printable([again])
    return [*_of_rows(entry, again), *_of_facts(recorded, now, versions=versions)]


def _of_rows(entry: JournalEntry, again: JournalEntry) -> Iterator[Change]:
    for name in _OF_ROWS:
        was, would_be = getattr(entry, name), getattr(again, name)
        if was != would_be:
            yield Change(name, _shown(was), _shown(would_be))


def _of_facts(recorded: Sequence[Told], now: Sequence[Told], *, versions: bool) -> Iterator[Change]:
    if [_place(fact) for fact in recorded] == [_place(fact) for fact in now]:
        if are_same(recorded, now):
            return
    elif versions and sorted(map(_place, recorded)) == sorted(map(_place, now)):
        yield Change("order of facts", _streams(recorded), _streams(now))
    for stream in dict.fromkeys(fact.stream for fact in (*recorded, *now)):
        yield from _of_stream(of_stream(stream, recorded), of_stream(stream, now), versions)


def _place(fact: Told) -> tuple[str, int]:
    return fact.stream, fact.version


def _streams(facts: Sequence[Told]) -> str:
    return ", ".join(fact.stream for fact in facts)


def _of_stream(was: Sequence[Told], would_be: Sequence[Told], versions: bool) -> Iterator[Change]:  # noqa: FBT001 - as above
    if are_same(was, would_be, versions=versions):
        return
    if are_same(was, would_be, versions=False):
        yield Change(f"{was[0].stream} version", str(was[0].version), str(would_be[0].version))
    for one, other in zip_longest(was, would_be):
        yield from _of_fact((one or other).stream, one, other)


def _of_fact(stream: str, was: Told | None, would_be: Told | None) -> Iterator[Change]:
    if was and would_be and was.topic == would_be.topic:
        before, now = _members(was), _members(would_be)
        for name in dict.fromkeys((*before, *now)):
            if before.get(name) != now.get(name):
                what = f"{stream} {was.topic} {name}"
                yield Change(what, _shown(before.get(name)), _shown(now.get(name)))
        return
    if was:
        yield Change(f"{stream} {was.topic}", _shown(was.state), "")
    if would_be:
        yield Change(f"{stream} {would_be.topic}", "", _shown(would_be.state))


def _is_same(recorded: Told, now: Told) -> bool:
    if recorded.topic != now.topic:
        return False
    return recorded.state == now.state or _members(recorded) == _members(now)


def _members(fact: Told) -> Mapping[str, Any]:
    """What a fact says, in its newest shape."""
    try:
        told = dict(vars(facts.decode(fact.stream, fact.version, fact.topic, fact.state)))
    except UnknownTopic:
        read: dict[str, Any] = orjson.loads(fact.state)
        return read
    for name in _COMMON:
        del told[name]
    return told


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        text = value.decode(errors="replace")
    else:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

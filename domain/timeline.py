"""What happened, in one order: journal rows, each with the facts that it led to.

A row's facts are found by its key, and by when it was received: that is their timestamp. Where the
rows were pruned, the facts of one cause stand for it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import NamedTuple

import orjson

from domain.log import JournalEntry, JournalRow, Log, Notification
from domain.model.call import Call
from domain.model.meter import Meter
from domain.model.transaction import Transaction
from domain.moments import facts_between, moment_of, position_at, position_before

CALL, PRUNED = "call", "pruned"  # kinds beside those of the journal
_PORTION = 500
_GAP = timedelta(hours=1)  # between rows: what lies between is passed over
_AROUND = 50  # facts: more than one cause tells


class Happening(NamedTuple):
    """A message in or out, a wish or a timer, and what it led to. Without `entry`: pruned."""

    key: str
    at: datetime
    place: int  # its position in the journal, or that of its last fact
    entry: JournalEntry | None
    facts: tuple[Notification, ...]

    @property
    def kind(self) -> str:
        """As in the journal; but calls to stations are no frames of theirs."""
        if self.entry is None:
            return PRUNED
        return kind_of(self.entry)


class Window(NamedTuple):
    """Which of a timeline: from an instant to before another, after a place, some kinds."""

    begin: datetime | None = None
    end: datetime | None = None
    kinds: Collection[str] = ()
    newest_first: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether an instant is within."""
        return not (self.begin and at < self.begin) and not (self.end and at >= self.end)

    def wants(self, kind: str) -> bool:
        """Whether a kind was asked for."""
        return not self.kinds or kind in self.kinds


def kind_of(entry: JournalEntry) -> str:
    """The kind of a row; calls to stations are no frames of theirs."""
    return CALL if entry.kind == "frame" and entry.direction == "out" else entry.kind


def rows_of_station(
    log: Log, station: str, window: Window, *, place: int = 0, limit: int
) -> list[Happening]:
    """What is in the journal, beyond a position of it (0: from the end where one begins)."""
    found = list(islice(_rows(log, station, window, place), limit))
    in_order = found[::-1] if window.newest_first else found
    told = [each for run in _runs(in_order) for each in _with_facts(log, station, run)]
    return told[::-1] if window.newest_first else told


def pruned_of_station(
    log: Log, station: str, window: Window, *, place: int = 0, limit: int
) -> list[Happening]:
    """What only facts tell of any more, beyond a position of the log."""
    if not window.wants(PRUNED):
        return []
    upto = _horizon(log, station)
    if window.newest_first:
        groups = _backwards(log, station, min(upto, place or upto))
        groups = (each for each in groups if each.place != place)
    else:
        groups = _groups(facts_between(log, place, upto, station=station)) if upto else iter(())
    wanted = (each for each in groups if window.holds(each.at))
    return list(islice(_unrecorded(log, station, wanted), limit))


def of_transaction(log: Log, station: str, number: int, first: int, last: int) -> list[Happening]:
    """What concerned a transaction, the oldest first.

    Its facts stand between two positions; `last` is 0 while more may come.
    """
    upto = last + _AROUND if last else 0
    groups = _groups(facts_between(log, max(first - _AROUND, 0), upto, station=station))
    concern = _Concern(number)
    found = [each for each in groups if concern.holds(each.facts)]
    known = log.recorded([(station, each.key, each.at) for each in found])
    return [each._replace(entry=known.get((station, each.key))) for each in found]


class _Concern:
    """Which facts concern a transaction: its own, those that name it, those of calls that do."""

    def __init__(self, number: int) -> None:
        self._number, self._written = number, str(number).encode()
        transaction = Transaction.id_of(number)
        self._streams = {transaction, Meter.of_transaction(number)}

    def holds(self, told: Iterable[Notification]) -> bool:
        """Whether any of these facts does."""
        concern = [self._is_of_it(each) for each in told]  # of all: each may name a call
        return True in concern

    def _is_of_it(self, fact: Notification) -> bool:
        if fact.stream in self._streams:
            return True
        if self._written not in fact.state:
            return False
        state = orjson.loads(fact.state)
        if fact.topic == Call.Requested.TOPIC and self._is_named(state["payload"]):
            self._streams.add(fact.stream)
            return True
        return bool(state.get("transaction") == self._number)

    def _is_named(self, payload: str) -> bool:
        try:
            asked = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return False
        return isinstance(asked, dict) and asked.get("transactionId") == self._number


def _rows(log: Log, station: str, window: Window, place: int) -> Iterator[JournalRow]:
    backwards = window.newest_first
    one = next(iter(window.kinds), "") if len(window.kinds) == 1 else ""
    while True:
        found = log.frames(
            station=station,
            after=0 if backwards else place,
            before=place if backwards else 0,
            limit=_PORTION,
            newest_first=backwards,
            kind="frame" if one == CALL else one,
            received_from=window.begin,
            received_to=window.end,
        )
        yield from (row for row in found if window.wants(kind_of(row.entry)))
        if len(found) < _PORTION:
            return
        place = found[-1].position


def _runs(rows: Sequence[JournalRow]) -> Iterator[list[JournalRow]]:
    """Rows that follow each other closely; the oldest first."""
    run: list[JournalRow] = []
    for row in rows:
        if run and row.entry.received_at - run[-1].entry.received_at > _GAP:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _with_facts(log: Log, station: str, rows: Sequence[JournalRow]) -> Iterator[Happening]:
    received = [row.entry.received_at for row in rows]
    after = position_before(log, min(received), station)
    upto = position_at(log, max(received), station)
    told: dict[tuple[str, datetime], list[Notification]] = {
        (row.entry.key, row.entry.received_at): [] for row in rows
    }
    for fact in facts_between(log, after, upto, station=station) if upto else ():
        caused = told.get((fact.cause, moment_of(fact.state)))
        if caused is not None:  # there may be far more between rows of one kind
            caused.append(fact)
    for position, entry in rows:
        facts = told[entry.key, entry.received_at]
        yield Happening(entry.key, entry.received_at, position, entry, tuple(facts))


def _groups(facts: Iterable[Notification]) -> Iterator[Happening]:
    """Facts by their causes: those of one follow each other."""
    for key, group in groupby(facts, key=lambda fact: fact.cause):
        told = tuple(group)
        yield Happening(key, moment_of(told[-1].state), told[-1].position, None, told)


def _backwards(log: Log, station: str, upto: int) -> Iterator[Happening]:
    """The groups up to a position, the newest first, in widening steps."""
    width = _PORTION
    while upto > 0:
        after = max(upto - width, 0)
        groups = list(_groups(facts_between(log, after, upto, station=station)))
        if after and groups:
            groups.pop(0)  # it may have begun before
        yield from reversed(groups)
        upto = groups[0].facts[0].position - 1 if groups else upto if after else 0
        width *= 4


def _horizon(log: Log, station: str) -> int:
    """The position up to which rows may be gone."""
    first = log.frames(station=station, limit=1)
    return position_at(log, first[0].entry.received_at, station) if first else log.position()


def _unrecorded(log: Log, station: str, groups: Iterator[Happening]) -> Iterator[Happening]:
    while some := list(islice(groups, _PORTION)):
        known = log.recorded([(station, each.key, each.at) for each in some])
        yield from (each for each in some if (station, each.key) not in known)

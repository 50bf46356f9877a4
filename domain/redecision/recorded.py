"""What was recorded: journal rows in order, each with the facts it led to.

Rows and facts of a commit are in the order in which they were decided, and commits follow each
other: so the two run side by side, and a row's facts are found without looking for them.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.log import JournalEntry, JournalRow, Log, Notification
from domain.moments import moment_of

_ROWS, _FACTS = 1000, 2000  # read at a time
_PROBE = 64  # facts, looking for one whose row is there
_MICROSECOND = timedelta(microseconds=1)


class Recorded(NamedTuple):
    """A row, what it led to, and how far the log had come before."""

    position: int
    entry: JournalEntry
    facts: tuple[Notification, ...]
    before: int  # position of the last fact when it was decided
    strays: tuple[str, ...]  # streams that got facts before, of no row that is there


class Window(NamedTuple):
    """The rows that are meant, by their positions; both are among them. `station`: of this one."""

    first: int
    last: int
    station: str = ""


def window(
    log: Log, begin: datetime | None, end: datetime | None, station: str = ""
) -> Window | None:
    """The rows from the first that was received at `begin` or later to the last before `end`.

    None when there are none. Rows that came out of order in between are among them.
    """
    span = {"station": station, "received_from": begin, "received_to": end}
    first = log.frames(**span, limit=1)  # type: ignore[arg-type]  # as they are named
    last = log.frames(**span, limit=1, newest_first=True)  # type: ignore[arg-type]  # as above
    return Window(first[0].position, last[0].position, station) if first and last else None


class Tape:
    """Reads a window once, from its beginning to its end, in batches."""

    def __init__(self, log: Log, window: Window) -> None:
        self._log, self._window = log, window
        self._before = self._read_upto = _beginning(log, window)
        self._ahead: deque[Notification] = deque()
        self._strays: list[str] = []
        self._begun = False

    def batches(self) -> Iterator[list[Recorded]]:
        """All rows, with their facts; raises Unavailable."""
        first, last, station = self._window
        after = first - 1
        while True:
            rows = self._log.frames(station=station, after=after, before=last + 1, limit=_ROWS)
            if not rows:
                return
            yield list(self._with_facts(rows))
            after, self._begun = rows[-1].position, True

    def _with_facts(self, rows: Sequence[JournalRow]) -> Iterator[Recorded]:
        told = self._facts_of(rows)
        for row in rows:
            facts, strays = told.get(row.position, ((), ()))
            before = facts[0].position - 1 if facts else self._before
            yield Recorded(row.position, row.entry, facts, before, strays)
            if facts:
                self._before = facts[-1].position

    def _facts_of(
        self, rows: Sequence[JournalRow]
    ) -> dict[int, tuple[tuple[Notification, ...], tuple[str, ...]]]:
        """By the row's position; and which streams had strays before."""
        causes = defaultdict(list)
        for row in rows:
            causes[row.entry.station, row.entry.key].append(row)
        found: dict[int, tuple[tuple[Notification, ...], tuple[str, ...]]] = {}
        while group := self._next():
            candidates = causes.get((group[0].station, group[0].cause))
            if candidates is None and self._is_after(rows[-1], group[0]):
                self._ahead.extendleft(reversed(group))
                break
            if candidates is None:
                self._strays += [each.stream for each in group]
                continue
            row = candidates[0] if len(candidates) == 1 else _received_with(group[0], candidates)
            found[row.position] = (tuple(group), tuple(self._strays))
            self._strays = []
        return found

    def _next(self) -> list[Notification]:
        """The facts of the next row that led to any."""
        group: list[Notification] = []
        while self._ahead or self._fetch():
            fact = self._ahead[0]
            if group and (fact.station, fact.cause) != (group[0].station, group[0].cause):
                break
            group.append(self._ahead.popleft())
        return group

    def _fetch(self) -> bool:
        found = self._log.since(self._read_upto, limit=_FACTS, station=self._window.station)
        if found:
            self._ahead.extend(found)
            self._read_upto = found[-1].position
        return bool(found)

    def _is_after(self, row: JournalRow, fact: Notification) -> bool:
        """Whether its row comes later; else there is none, or not in this window."""
        if not self._log.recorded([(fact.station, fact.cause, moment_of(fact.state))]):
            return False
        return self._begun or _position_of_row(self._log, fact) > row.position


def _received_with(fact: Notification, rows: Sequence[JournalRow]) -> JournalRow:
    """A key may come again on another day: then the time of receipt tells."""
    moment = moment_of(fact.state)
    return next((row for row in rows if row.entry.received_at == moment), rows[-1])


def _beginning(log: Log, window: Window) -> int:
    """The position after which the facts of a window are."""
    low, high = 0, log.position()
    while low < high:
        middle = (low + high) // 2
        facts = log.since(middle, limit=_PROBE, station=window.station)
        known = _first_with_a_row(log, facts)
        if facts and known is None:
            low = facts[-1].position
        elif known is not None and _position_of_row(log, known) < window.first:
            low = known.position
        else:
            high = middle
    return low


def _first_with_a_row(log: Log, facts: Sequence[Notification]) -> Notification | None:
    rows = log.recorded([(each.station, each.cause, moment_of(each.state)) for each in facts])
    return next((each for each in facts if (each.station, each.cause) in rows), None)


def _position_of_row(log: Log, fact: Notification) -> int:
    """Of the row that led to a fact; 0: there is none."""
    at, after = moment_of(fact.state), 0
    while rows := log.frames(
        station=fact.station,
        after=after,
        limit=_ROWS,
        received_from=at,
        received_to=at + _MICROSECOND,
    ):
        for row in rows:
            if row.entry.key == fact.cause:
                return row.position
        after = rows[-1].position
    return 0

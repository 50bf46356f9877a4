"""The composite schedule: what installed charging profiles together allow, instant by instant."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from operator import itemgetter
from types import MappingProxyType

from domain.model.course import Course, Word, first, least_at, merged, total_at

CHARGE_POINT_MAX, TX_DEFAULT, TX = "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"
ABSOLUTE, RECURRING, RELATIVE = "Absolute", "Recurring", "Relative"
AMPERES, WATTS = "A", "W"  # amperes are those of one phase, watts those of all (rule C6)

MOST_POINTS = 50_000  # periods looked at for one answer: some tenths of a second

_SECOND = timedelta(seconds=1)
_EVERY = MappingProxyType({"Daily": 86_400, "Weekly": 604_800})  # s, in UTC: no zone moves them


class TooMuch(Exception):
    """The answer would take more than `MOST_POINTS` periods."""

    def __init__(self) -> None:
        super().__init__("too much to compute: ask for a shorter duration")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` seconds on, `limit` in the plan's unit; `phases` None: the supply's."""

    start: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A charging profile that is installed on `connector` (OCPP 1.6 sections 7.8 and 7.13)."""

    id: int
    connector: int
    purpose: str
    stack_level: int
    kind: str
    unit: str
    periods: tuple[Period, ...]
    recurrency: str = ""  # Daily or Weekly
    start: datetime | None = None  # startSchedule; None: the start of charging
    duration: int | None = None  # s; None: the last period stays open
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction: int | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """What turns amperes into watts and back: volts to neutral, phases where none are told."""

    voltage: float = 230.0
    phases: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who charges at a connector, and since when; nobody: what would be if one began at once."""

    connector: int
    since: datetime | None = None
    transaction: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """From `start` seconds on, no more than `limit`; None: as much as the station can give.

    `plans` are the ids of the profiles that say so; two limits that differ only in them are equal.
    """

    start: int
    limit: float | None
    phases: int | None = None
    plans: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Window:
    """The seconds that are asked for, and how they are to be told."""

    begin: datetime
    duration: int
    unit: str
    supply: Supply
    looks: Iterator[int] = field(default_factory=lambda: iter(range(MOST_POINTS)))

    def second(self, moment: datetime) -> int:
        """The first whole second of the window that is not before a moment."""
        return -((self.begin - moment) // _SECOND)

    def word(self, plan: Plan, period: Period) -> Word:
        """A period's limit, in its own unit."""
        phases = period.phases if period.phases and period.phases > 0 else self.supply.phases
        return Word(period.limit, plan.unit == AMPERES, phases, (plan.id,))

    def told(self, word: Word) -> float | None:
        """A limit in the unit that is asked for; None for one that limits nothing."""
        volts = self.supply.voltage
        limit = word.amperes(volts) if self.unit == AMPERES else word.watts(volts)
        return limit if isfinite(limit) else None

    def look(self) -> None:
        """Count a period that is looked at. Raises TooMuch."""
        if next(self.looks, None) is None:
            raise TooMuch


def composite(
    plans: Iterable[Plan],
    *,
    connector: int,
    begin: datetime,
    duration: int,
    unit: str,
    supply: Supply,
    charging_since: datetime | None,
    transaction: int | None,
) -> tuple[Limit, ...]:
    """What a connector may draw in the `duration` seconds from `begin` on, in A or W.

    Neighbours that say the same are one; the first starts at 0 (section 3.13, rules C2 to C5). The
    phases are the fewest of those who limit, and each limit is taken for them: the answers in
    amperes and in watts are the same power. Raises TooMuch.
    """
    known, window = tuple(plans), _Window(begin, duration, unit, supply)
    session = Session(connector=connector, since=charging_since, transaction=transaction)
    return _limits(_of_connector(known, window, session, _Maxima(known, window)), window)


def composite_of_station(
    plans: Iterable[Plan],
    *,
    sessions: Iterable[Session],
    begin: datetime,
    duration: int,
    unit: str,
    supply: Supply,
) -> tuple[Limit, ...]:
    """What a whole station may draw: the sum of its connectors, at most its own maximum.

    The sum is known where each connector has a limit. Watts add up; so do amperes, as if all were
    on the phase they share: the worst case, on the most phases. Raises TooMuch.
    """
    known, window = tuple(plans), _Window(begin, duration, unit, supply)
    maxima = _Maxima(known, window)
    outlets = [_of_connector(known, window, session, maxima) for session in sessions]
    total = merged(outlets, total_at(supply.voltage, each_phase=unit == AMPERES))
    maximum = maxima.during(Session(connector=0))
    return _limits(merged([total, maximum], least_at(supply.voltage)), window)


class _Maxima:
    """What the station as a whole may draw: the same for all, unless it counts from a charging."""

    def __init__(self, plans: Iterable[Plan], window: _Window) -> None:
        own = [plan for plan in plans if plan.purpose == CHARGE_POINT_MAX and plan.connector == 0]
        self._plans = sorted(own, key=lambda plan: (plan.stack_level, plan.id), reverse=True)
        self._window, self._known = window, dict[datetime, Course]()

    def during(self, session: Session) -> Course:
        """The maximum while somebody charges."""
        starts = [_anchor(plan, self._window, session) for plan in self._plans]
        relative = any(start != plan.start for start, plan in zip(starts, self._plans, strict=True))
        key = (session.since or self._window.begin) if relative else self._window.begin
        if key not in self._known:
            self._known[key] = _highest(self._plans, self._window, session)
        return self._known[key]


def _of_connector(
    plans: Sequence[Plan], window: _Window, session: Session, maxima: _Maxima
) -> Course:
    """The highest in rank that says something, at most the station's maximum (rule C2)."""
    ranked = sorted(
        ((rank, plan) for plan in plans if (rank := _rank(plan, session))),
        key=itemgetter(0),
        reverse=True,
    )
    usual = _highest((plan for _, plan in ranked), window, session)
    return merged([usual, maxima.during(session)], least_at(window.supply.voltage))


def _highest(plans: Iterable[Plan], window: _Window, session: Session) -> Course:
    """At each instant the first plan that says something; none is seen behind one without gaps."""
    courses: list[Course] = []
    for plan in plans:
        courses.append(_course(plan, window, session))
        if all(word is not None for _, word in courses[-1]):
            break
    return merged(courses, first)


def _rank(plan: Plan, session: Session) -> tuple[int, int, int] | None:
    """Who goes before whom; None for a plan that is not for this session (rules C1, C2).

    A TxProfile, then the connector's own default, then the station's; in each the higher level.
    """
    here = plan.connector == session.connector
    if plan.purpose == TX:
        ours = session.transaction is not None and plan.transaction in {None, session.transaction}
        return (3, plan.stack_level, plan.id) if here and ours else None
    if plan.purpose == TX_DEFAULT and (here or plan.connector == 0):
        return (2 if here else 1, plan.stack_level, plan.id)
    return None


def _course(plan: Plan, window: _Window, session: Session) -> Course:
    """What a plan says by itself; no two things at the same second."""
    window.look()
    course: Course = [(0, None)]
    for start, end, period in _spans(plan, window, session):
        window.look()
        if start < end:
            if course[-1][0] == start:
                course.pop()  # what went before ends where this begins
            course.append((start, window.word(plan, period)))
            if end < window.duration:
                course.append((end, None))
    return course


def _spans(plan: Plan, window: _Window, session: Session) -> Iterator[tuple[int, int, Period]]:
    """The periods within the window: each from its first second to before the last."""
    opens = 0 if plan.valid_from is None else max(0, window.second(plan.valid_from))
    closes = window.duration
    if plan.valid_to is not None:
        closes = min(closes, window.second(plan.valid_to))
    periods = sorted(plan.periods, key=lambda period: period.start)
    starts = [period.start for period in periods]
    for start, end in _occurrences(plan, window.second(_anchor(plan, window, session)), opens):
        if start >= closes:
            return
        last = closes if end is None else min(closes, end)
        running = max(0, bisect_right(starts, opens - start) - 1)  # those before it are over
        for number in range(running, bisect_left(starts, last - start)):
            then = last if number + 1 == len(starts) else min(last, start + starts[number + 1])
            yield max(start, start + starts[number], opens), then, periods[number]


def _anchor(plan: Plan, window: _Window, session: Session) -> datetime:
    """When a plan begins to count. Without startSchedule: with the charging (section 7.13)."""
    if plan.kind != RELATIVE and plan.start is not None:
        return plan.start
    return session.since or window.begin


def _occurrences(plan: Plan, anchor: int, opens: int) -> Iterator[tuple[int, int | None]]:
    """From when to when a schedule runs, again and again if it recurs; from second `opens` on."""
    every = _EVERY.get(plan.recurrency) if plan.kind == RECURRING else None
    if every is None:
        yield anchor, None if plan.duration is None else anchor + plan.duration
        return
    start = anchor + max(0, (opens - anchor) // every) * every
    while True:
        yield start, start + (every if plan.duration is None else min(every, plan.duration))
        start += every


def _limits(course: Course, window: _Window) -> tuple[Limit, ...]:
    """A course as it is told."""
    limits: list[Limit] = []
    for at, word in course or [(0, None)]:
        limit = None if word is None else window.told(word)
        phases = None if word is None or limit is None else word.phases
        plans = () if word is None else word.plans
        before = limits[-1] if limits else None
        if before is None or (limit, phases) != (before.limit, before.phases):
            limits.append(Limit(at, limit, phases, plans))
        elif not set(plans) <= set(before.plans):
            every = tuple(dict.fromkeys(before.plans + plans))
            limits[-1] = Limit(before.start, limit, phases, every)
    return tuple(limits)

"""The composite schedule: what installed charging profiles together allow, instant by instant."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

CHARGE_POINT_MAX, TX_DEFAULT, TX = "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"
ABSOLUTE, RECURRING, RELATIVE = "Absolute", "Recurring", "Relative"
AMPERES, WATTS = "A", "W"  # amperes are those of one phase, watts those of all (rule C6)

_SECOND = timedelta(seconds=1)
_EVERY = MappingProxyType({"Daily": 86_400, "Weekly": 604_800})  # s, in UTC: no zone moves them


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


class _Word(NamedTuple):
    """What is said at an instant. The least one is the smallest limit, then the fewest phases."""

    limit: float
    phases: int
    plans: tuple[int, ...]


_Course = list[tuple[int, _Word | None]]  # from which second on what is said; None: nothing


@dataclass(frozen=True, slots=True)
class _Window:
    """The seconds that are asked for, and how they are to be told."""

    begin: datetime
    duration: int
    unit: str
    supply: Supply

    def second(self, moment: datetime) -> int:
        """The first whole second of the window that is not before a moment."""
        return -((self.begin - moment) // _SECOND)

    def word(self, plan: Plan, period: Period) -> _Word:
        """A period's limit in the unit that is asked for."""
        phases = period.phases if period.phases and period.phases > 0 else self.supply.phases
        watts_of_an_ampere = self.supply.voltage * phases
        limit = period.limit
        if plan.unit != self.unit:
            amperes = plan.unit == AMPERES
            limit = limit * watts_of_an_ampere if amperes else limit / watts_of_an_ampere
        return _Word(limit, phases, (plan.id,))


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

    Neighbours that say the same are one; the first starts at 0 (section 3.13, rules C2 to C5).
    """
    window = _Window(begin, duration, unit, supply)
    session = Session(connector=connector, since=charging_since, transaction=transaction)
    return _limits(_of_connector(tuple(plans), window, session))


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

    The sum is known where each connector has a limit. Amperes add up on the phase they share.
    """
    known, window = tuple(plans), _Window(begin, duration, unit, supply)
    outlets = [_of_connector(known, window, session) for session in sessions]
    maximum = _maximum(known, window, Session(connector=0))
    return _limits(_merged([_merged(outlets, _sum), maximum], _least))


def _of_connector(plans: Sequence[Plan], window: _Window, session: Session) -> _Course:
    """The highest in rank that says something, at most the station's maximum (rule C2)."""
    ranked = sorted(
        ((rank, plan) for plan in plans if (rank := _rank(plan, session))),
        key=itemgetter(0),
        reverse=True,
    )
    usual = _merged([_course(plan, window, session) for _, plan in ranked], _first)
    return _merged([usual, _maximum(plans, window, session)], _least)


def _maximum(plans: Sequence[Plan], window: _Window, session: Session) -> _Course:
    """What the station as a whole may draw."""
    own = [plan for plan in plans if plan.purpose == CHARGE_POINT_MAX and plan.connector == 0]
    own.sort(key=lambda plan: (plan.stack_level, plan.id), reverse=True)
    return _merged([_course(plan, window, session) for plan in own], _first)


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


def _course(plan: Plan, window: _Window, session: Session) -> _Course:
    """What a plan says by itself."""
    course: _Course = [(0, None)]
    for start, end, period in _spans(plan, window, session):
        if start < end:
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
    for start, end in _occurrences(plan, window.second(_anchor(plan, window, session)), opens):
        if start >= closes:
            return
        last = closes if end is None else min(closes, end)
        ends = [start + each.start for each in periods[1:]]
        for period, until in zip(periods, [*ends, last], strict=False):
            yield max(start, start + period.start, opens), min(until, last), period


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


def _merged(
    courses: Sequence[_Course], choose: Callable[[Sequence[_Word | None]], _Word | None]
) -> _Course:
    """One course of several: at each instant what is chosen among what they say."""
    said: list[_Word | None] = [None] * len(courses)
    turns = [(at, rank, word) for rank, course in enumerate(courses) for at, word in course]
    turns.sort(key=itemgetter(0))  # stable: of one course, what ends goes before what begins
    merged: _Course = []
    for at, changes in groupby(turns, key=itemgetter(0)):
        for _, rank, word in changes:
            said[rank] = word
        merged.append((at, choose(said)))
    return merged


def _first(said: Sequence[_Word | None]) -> _Word | None:
    return next((word for word in said if word is not None), None)


def _least(said: Sequence[_Word | None]) -> _Word | None:
    return min((word for word in said if word is not None), default=None)


def _sum(said: Sequence[_Word | None]) -> _Word | None:
    words = [word for word in said if word is not None]
    if not words or len(words) < len(said):
        return None
    plans = dict.fromkeys(plan for word in words for plan in word.plans)
    limit = sum(word.limit for word in words)
    return _Word(limit, max(word.phases for word in words), tuple(plans))


def _limits(course: _Course) -> tuple[Limit, ...]:
    """A course as it is told."""
    limits: list[Limit] = []
    for at, word in course or [(0, None)]:
        limit, phases, plans = word or (None, None, ())
        before = limits[-1] if limits else None
        if before is None or (limit, phases) != (before.limit, before.phases):
            limits.append(Limit(at, limit, phases, plans))
        elif not set(plans) <= set(before.plans):
            every = tuple(dict.fromkeys(before.plans + plans))
            limits[-1] = Limit(before.start, limit, phases, every)
    return tuple(limits)

"""Courses of limits: what is said from second to second, and several of them made into one."""

from collections.abc import Callable, Sequence
from itertools import groupby
from math import isfinite
from operator import itemgetter
from typing import NamedTuple


class Word(NamedTuple):
    """What is said at an instant: amperes of each phase, or watts of all of them (rule C6).

    A limit that is not finite limits nothing.
    """

    limit: float
    each_phase: bool  # amperes
    phases: int
    plans: tuple[int, ...]  # ids of those who say so

    def amperes(self, volts: float) -> float:
        """Of each phase."""
        return self.limit if self.each_phase else self.limit / (volts * self.phases)

    def watts(self, volts: float) -> float:
        """Of all phases."""
        return self.limit * (volts * self.phases) if self.each_phase else self.limit


Course = list[tuple[int, Word | None]]  # from which second on what is said; None: nothing
Choice = Callable[[Sequence[Word | None]], Word | None]


def merged(courses: Sequence[Course], choose: Choice) -> Course:
    """One course of several: at each instant what is chosen among what they say.

    Many are merged by halves, which keeps the work near the number of points: of more than two,
    it must not matter to a choice how they are grouped.
    """
    if len(courses) > 2:
        middle = len(courses) // 2
        courses = merged(courses[:middle], choose), merged(courses[middle:], choose)
    said: list[Word | None] = [None] * len(courses)
    turns = [(at, rank, word) for rank, course in enumerate(courses) for at, word in course]
    turns.sort(key=itemgetter(0))
    found: Course = []
    for at, changes in groupby(turns, key=itemgetter(0)):
        for _, rank, word in changes:
            said[rank] = word
        found.append((at, choose(said)))
    return found


def first(said: Sequence[Word | None]) -> Word | None:
    """Who is highest in rank, of those who say anything."""
    return next((word for word in said if word is not None), None)


def least_at(volts: float) -> Choice:
    """The smallest limit, for the fewest phases that any of those who limit names.

    Each limit is taken for that number of phases, so amperes and watts are the same power.
    """

    def least(said: Sequence[Word | None]) -> Word | None:
        words = [word for word in said if word is not None and isfinite(word.limit)]
        if not words:
            return None
        phases = min(word.phases for word in words)
        alike = [word._replace(phases=phases) for word in words]
        return min(alike, key=lambda word: word.watts(volts))

    return least


def total_at(volts: float, *, each_phase: bool) -> Choice:
    """The sum, where everybody has a limit; of the most phases.

    Watts add up. So do amperes, as if all loads shared a phase: the worst case, and of loads of
    fewer phases less power than it seems.
    """

    def total(said: Sequence[Word | None]) -> Word | None:
        words = [word for word in said if word is not None]
        if not words or len(words) < len(said):
            return None
        limit = sum(word.amperes(volts) if each_phase else word.watts(volts) for word in words)
        plans = dict.fromkeys(plan for word in words for plan in word.plans)
        return Word(limit, each_phase, max(word.phases for word in words), tuple(plans))

    return total

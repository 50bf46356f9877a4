"""How schedules differ from each other, and from what was drawn."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.model.schedule import Limit

RESOLUTION = 0.1  # of limits on the wire (OCPP 1.6 section 7.14): less than this is no difference


@dataclass(frozen=True, slots=True)
class Difference:
    """From second `start` to before second `until` the limits differ; None: there is none."""

    start: int
    until: int
    computed: float | None
    reported: float | None


def limit_at(limits: Sequence[Limit], second: int) -> float | None:
    """What may be drawn at a second of the window."""
    place = bisect_right(limits, second, key=lambda each: each.start)
    return limits[max(0, place - 1)].limit


def differences(
    computed: Sequence[Limit], reported: Sequence[Limit], *, start: int, until: int
) -> list[Difference]:
    """Where two schedules differ between two seconds; neighbours of the same values are one."""
    inner = {each.start for each in (*computed, *reported) if start < each.start < until}
    turns = [start, *sorted(inner), until]
    found: list[Difference] = []
    for begin, end in pairwise(turns):
        ours, theirs = limit_at(computed, begin), limit_at(reported, begin)
        if begin >= end or _same(ours, theirs):
            continue
        before = found[-1] if found else None
        if before and (before.until, before.computed, before.reported) == (begin, ours, theirs):
            found[-1] = Difference(before.start, end, ours, theirs)
        else:
            found.append(Difference(begin, end, ours, theirs))
    return found


def exceeds(drawn: float, limit: float | None, *, percent: float) -> bool:
    """Whether more was drawn than allowed, with so much tolerance; unlimited is never exceeded."""
    return limit is not None and drawn > limit * (1 + percent / 100) + RESOLUTION


def _same(ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return round(abs(ours - theirs), 6) < RESOLUTION

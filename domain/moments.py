"""Instants in the log: which position it had reached, as of a time that is past.

The log is in the order of decisions, while facts bear the times at which we received what led to
them: the two orders are the same but for the little while a record may wait for its decision.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from domain.log import Log, Notification

_FIRST_PORTION, _PORTION = 64, 2048  # who wants few facts shall not read many
_DISORDER = timedelta(minutes=1)  # how much later than its neighbours a record may be decided


class _Stamp(msgspec.Struct):
    timestamp: datetime


_stamp = msgspec.json.Decoder(_Stamp)


def moment_of(state: bytes) -> datetime:
    """When what led to a stored fact was received."""
    return _stamp.decode(state).timestamp


def position_at(log: Log, instant: datetime, station: str = "") -> int:
    """The position of the last fact in log order that is not later than an instant; 0: none is.

    `station`: of the facts that rows of this station led to.
    """
    position = _crossing(log, instant, station)
    for found in facts_between(log, position, station=station):
        moment = moment_of(found.state)
        if moment <= instant:
            position = found.position
        elif moment > instant + _DISORDER:
            break
    return position


def position_before(log: Log, instant: datetime, station: str = "") -> int:
    """A position after which all facts of an instant and later are, and few earlier ones."""
    return _crossing(log, instant - _DISORDER - timedelta(microseconds=1), station)


def facts_between(
    log: Log, after: int, upto: int = 0, *, topics: Sequence[str] = (), station: str = ""
) -> Iterator[Notification]:
    """Facts after a position, as far as another one (0: all), in order, read in portions."""
    portion = _FIRST_PORTION
    while True:
        found = log.since(after, limit=portion, topics=topics, station=station)
        for each in found:
            if upto and each.position > upto:
                return
            yield each
        if len(found) < portion:
            return
        after, portion = found[-1].position, min(2 * portion, _PORTION)


def _crossing(log: Log, instant: datetime, station: str) -> int:
    """A position whose fact is not later than an instant, while the next one is."""
    low, high = 0, log.position()
    while low < high:
        middle = (low + high) // 2
        found = log.since(middle, limit=1, station=station)
        if found and moment_of(found[0].state) <= instant:
            low = found[0].position
        else:
            high = middle
    return low

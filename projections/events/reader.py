"""Events read from the log, in portions."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from domain import facts
from domain.log import Log, Notification
from projections.events import catalogue
from projections.events.event import Event

# What a fact can be that is stored and cannot be told: it is passed over, and said so.
_UNTELLABLE = (
    facts.UnknownTopic,
    msgspec.MsgspecError,
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
)

_log = logging.getLogger("ampledger.events")


class Portion(NamedTuple):
    """Some events, and the position up to which there are no others."""

    events: list[Event]
    position: int
    full: bool  # there may be more at once


class EventReader:
    """Blocking; raises Unavailable. The log must be its pseudonymous view."""

    def __init__(self, log: Log, source: str = catalogue.SOURCE) -> None:
        """`source` is what events say of where they come from."""
        self._facts, self._source = log, source
        self._topics = catalogue.topics_of(())

    def head(self) -> int:
        """The last position of the log."""
        return self._facts.position()

    def wait(self, position: int, timeout: float) -> None:
        """Return when there may be more, or after `timeout` seconds."""
        self._facts.wait(position, timeout)

    def after(
        self,
        position: int,
        *,
        limit: int = 1000,
        topics: Sequence[str] = (),
        station: str = "",
    ) -> Portion:
        """What follows on a position; `topics` as of `catalogue.topics_of`, none for all."""
        head = self._facts.position()
        wanted = topics or self._topics
        found = self._facts.since(position, limit=limit, topics=wanted, station=station)
        full = len(found) == limit
        last = found[-1].position if found else position
        told = (self._told(each) for each in found)
        events = [each for each in told if each and station in {"", each.station}]
        return Portion(events, last if full else max(head, last), full)

    def _told(self, noted: Notification) -> Event | None:
        try:
            return catalogue.public(noted, self._source)
        except _UNTELLABLE:
            place = {"position": noted.position, "topic": noted.topic}
            _log.exception("a fact that cannot be told is passed over", extra=place)
            return None

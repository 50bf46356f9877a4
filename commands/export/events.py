"""Public events as an export: what streams and webhooks told, without tags."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from commands.export.exportable import PORTION, Span
from domain.log import Log
from domain.moments import position_before
from projections.events import catalogue
from projections.events.event import Event


@dataclass(slots=True, kw_only=True)
class EventLine:
    """An event; `body` is the whole CloudEvent as JSON."""

    position: int
    time: datetime
    type: str
    station: str
    body: str


class EventsExport:
    """Events in the order of the log."""

    record = EventLine

    def __init__(self, log: Log) -> None:
        """`log`: without tags."""
        self._log = log
        self._topics = catalogue.topics_of(())

    def portions(self, span: Span) -> Iterator[tuple[int, Sequence[EventLine]]]:
        """A fact is what a fact means: nothing is kept for it."""
        after = position_before(self._log, span.begin, span.station) if span.begin else 0
        while noted := self._log.since(
            after, limit=PORTION, topics=self._topics, station=span.station
        ):
            after = noted[-1].position
            told = [event for each in noted if (event := catalogue.public(each))]
            yield after, [_line(event) for event in told if span.holds(event.time)]

    def head(self) -> int:
        """The last position of the log."""
        return self._log.position()


def _line(event: Event) -> EventLine:
    return EventLine(
        position=event.position,
        time=event.time,
        type=event.type,
        station=event.station,
        body=event.body.decode(),
    )

"""Public events as an export: what streams and webhooks told, without tags."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from commands.export.exportable import PORTION, Span
from domain.log import Log
from domain.moments import position_before
from projections.events.event import Event
from projections.events.reader import EventReader


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

    def __init__(self, log: Log, events: EventReader) -> None:
        self._log, self._events = log, events

    def portions(self, span: Span) -> Iterator[tuple[int, Sequence[EventLine]]]:
        """A fact is what a fact means: nothing is kept for it."""
        after = position_before(self._log, span.begin, span.station) if span.begin else 0
        full = True
        while full:
            told, after, full = self._events.after(after, limit=PORTION, station=span.station)
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

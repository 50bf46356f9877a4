"""Events on their way to the broker's stream, by whoever owns the projections."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from domain import topics
from domain.ports import Broker, Clock, Retention, StreamMessage
from projections.database import Database
from projections.events import progress
from projections.events.event import Event
from projections.events.reader import EventReader
from projections.positions import Fenced
from projections.progress import Lag

CONTENT_TYPE = "application/cloudevents+json"
_POLL = 1.0  # s
_LONGEST_PAUSE = 10.0  # s
_LONGEST_REST = 0.1  # s: events gather, and cost less together

_log = logging.getLogger("ampledger.events")


class Publisher:
    """Publishes first, moves its position after: an event may come twice, and is never missing.

    Two at work at once do no harm: both tell all from a position on, in order.
    """

    def __init__(
        self, reader: EventReader, broker: Broker, database: Database, *, retention: Retention
    ) -> None:
        self._reader, self._broker, self._database = reader, broker, database
        self._retention = retention
        self._position: int | None = None
        self.published = 0

    async def run(self, active: Callable[[], bool]) -> None:
        """Publish while `active`, for ever."""
        pause = 0.1
        while True:
            try:
                await self._turn(active())
                pause = 0.1
            except Fenced:
                self._position = None
            except Exception:  # noqa: BLE001 - the next turn tries again
                _log.exception("publishing events failed; it is tried again")
                self._position = None
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def declare(self) -> None:
        """Make the stream; to be awaited before anything is published."""
        await self._broker.declare_stream(topics.EVENTS, self._retention)

    async def step(self) -> bool:
        """Publish a portion; whether there may be more at once."""
        if self._position is None:
            self._position = await asyncio.to_thread(self._database.write, progress.begin)
        old = self._position
        portion = await asyncio.to_thread(self._reader.after, old)
        if portion.events:
            messages = [_message(each) for each in portion.events]
            await self._broker.publish_stream(topics.EVENTS, messages)
            self.published += len(messages)
        if portion.position != old:
            await asyncio.to_thread(
                self._database.write, progress.advance, old=old, new=portion.position
            )
            self._position = portion.position
        return portion.full

    async def _turn(self, active: bool) -> None:  # noqa: FBT001 - the answer to a question
        if not active:
            self._position = None
            await asyncio.sleep(_POLL)
            return
        begun, before = monotonic(), self._position
        if await self.step():
            return
        if self._position == before:
            await asyncio.to_thread(self._reader.wait, self._position or 0, _POLL)
        else:
            await asyncio.sleep(min(monotonic() - begun, _LONGEST_REST))


def lag(reader: EventReader, database: Database, *, clock: Clock) -> Lag:
    """How far the stream is behind the log."""
    position = database.read(progress.reached) or 0
    oldest = reader.after(position, limit=1).events
    if not oldest:
        return Lag(0, 0.0)
    return Lag(reader.head() - position, _seconds_since(oldest[0].time, clock()))


def _seconds_since(moment: datetime, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds())


def _message(event: Event) -> StreamMessage:
    headers: dict[str, str | int] = {
        "position": event.position,
        "type": event.type,
        "station": event.station,
    }
    return StreamMessage(str(event.position), event.body, CONTENT_TYPE, headers)

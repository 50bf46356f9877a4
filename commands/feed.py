"""The newest events, read once for all who follow them."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import NamedTuple

from domain.log import Unavailable
from projections.events import catalogue
from projections.events.event import Event
from projections.events.reader import EventReader, Portion

_PORTION = 500  # events
_MOST_RECENT = 5_000  # events
_MOST_BYTES = 16 << 20
_MOST_FOLLOWERS = 300
_MOST_READERS = 2  # of those who are behind, at once: threads are few, and others need them
_POLL = 1.0  # s
_GATHER = 0.02  # s between two reads: more events leave together
_PAUSE_AWAY = 1.0  # s while the database is away

_log = logging.getLogger("ampledger.events")


class Crowded(Exception):
    """There is no room for one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which events; none of either for all. Types as of `catalogue.named`."""

    types: frozenset[str] = frozenset()
    station: str = ""

    def takes(self, event: Event) -> bool:
        """Whether an event is meant."""
        return self.station in {"", event.station} and (not self.types or event.type in self.types)

    @property
    def topics(self) -> tuple[str, ...]:
        """What the events chosen follow from."""
        return catalogue.topics_of(self.types)


class Passage(NamedTuple):
    """Events that came, maybe none, and the position up to which there are no others."""

    events: list[Event]
    position: int


class Feed:
    """Followers hold no queue: whoever is behind what is held here reads the log by himself."""

    def __init__(
        self, reader: EventReader, *, keep: int = _MOST_RECENT, most: int = _MOST_FOLLOWERS
    ) -> None:
        """`keep` newest events for at most so many followers."""
        self._reader, self._keep, self._most = reader, keep, most
        self._recent: deque[Event] = deque()  # all there are between two positions:
        self._floor, self._position = 0, 0
        self._bytes = 0
        self._live = False
        self._followers = 0
        self._readers = asyncio.Semaphore(_MOST_READERS)
        self._wanted = asyncio.Event()
        self._news = asyncio.Event()  # another one each time
        self._ended = False

    async def run(self) -> None:
        """Read as long as somebody follows, for ever."""
        while True:
            await self._wanted.wait()
            try:
                await self._read_on()
            except Unavailable:
                self._live = False
                await asyncio.sleep(_PAUSE_AWAY)

    def end(self) -> None:
        """Let everybody go: the process ends."""
        self._ended = True
        self._tell()

    def page(self, position: int, choice: Choice, *, limit: int) -> Portion:
        """Some events after a position. Blocking; raises Unavailable."""
        return self._reader.after(
            position, limit=limit, topics=choice.topics, station=choice.station
        )

    async def follow(
        self, position: int | None, choice: Choice, *, patience: float
    ) -> AsyncGenerator[Passage, None]:
        """What comes after a position (None: from now on), for ever.

        A passage without events says that there were none for `patience` seconds, or only others.
        Raises Crowded, Unavailable.
        """
        if self._followers >= self._most:
            raise Crowded
        self._followers += 1
        self._wanted.set()
        try:
            reached = await asyncio.to_thread(self._reader.head) if position is None else position
            async with aclosing(self._passages(reached, choice, patience)) as passages:
                async for passage in passages:
                    yield passage
        finally:
            self._leave()

    async def _passages(
        self, reached: int, choice: Choice, patience: float
    ) -> AsyncGenerator[Passage, None]:
        seconds = asyncio.get_running_loop().time
        told_at = -patience  # the first one is told at once
        while not self._ended:
            news = self._news
            passage = await self._next(reached, choice)
            if passage.events or seconds() >= told_at + patience:
                told_at = seconds()
                yield passage
            if passage.position == reached:
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), told_at + patience - seconds())
            reached = passage.position

    async def _next(self, position: int, choice: Choice) -> Passage:
        if self._live and position >= self._floor:
            fresh = [each for each in self._since(position) if choice.takes(each)]
            return Passage(fresh, max(position, self._position))
        async with self._readers:
            portion = await asyncio.to_thread(self.page, position, choice, limit=_PORTION)
        return Passage(portion.events, portion.position)

    def _since(self, position: int) -> list[Event]:
        found = []
        for event in reversed(self._recent):
            if event.position <= position:
                break
            found.append(event)
        return found[::-1]

    def _leave(self) -> None:
        self._followers -= 1
        if not self._followers:
            self._wanted.clear()
            self._live = False
            self._recent.clear()
            self._bytes = 0

    async def _read_on(self) -> None:
        if not self._live:
            self._floor = self._position = await asyncio.to_thread(self._reader.head)
            self._recent.clear()
            self._bytes, self._live = 0, True
            self._tell()  # who is behind reads by himself
        portion = await asyncio.to_thread(self._reader.after, self._position, limit=_PORTION)
        if not self._live:  # all have gone meanwhile
            return
        moved, self._position = portion.position != self._position, portion.position
        self._hold(portion.events)
        if moved:
            self._tell()
        if not portion.full:
            await asyncio.to_thread(self._reader.wait, self._position, _POLL)
            await asyncio.sleep(_GATHER)

    def _hold(self, events: list[Event]) -> None:
        self._recent.extend(events)
        self._bytes += sum(len(each.body) for each in events)
        while self._bytes > _MOST_BYTES or len(self._recent) > self._keep:
            oldest = self._recent.popleft()
            self._floor = oldest.position
            self._bytes -= len(oldest.body)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

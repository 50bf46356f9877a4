"""One reader for all who follow; whoever is behind reads by himself, and nobody misses anything."""

import asyncio
import threading
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import orjson
import pytest

from commands.feed import Choice, Crowded, Feed
from domain.log import StoredFact, Unavailable
from domain.store.memory import MemoryLog
from projections.events.reader import EventReader

PATIENCE = 10.0  # s
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC).isoformat()
REMOVED = Choice(types=frozenset({"ampledger.station.removed.v1"}))
EVERYTHING = Choice()


class CountedLog(MemoryLog):
    """How often it was read, and whether it is away."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.away = False

    def since(self, position, *, limit, topics=(), station=""):
        self.reads += 1
        if self.away:
            raise Unavailable
        return super().since(position, limit=limit, topics=topics, station=station)


class Telling:
    """Facts, one after the other."""

    def __init__(self, log):
        self._log, self._version = log, 0

    def __call__(self, count=1, station="S", topic="station.removed"):
        for _ in range(count):
            self._version += 1
            state = orjson.dumps({"timestamp": NOW, "by": "somebody"})
            stream = f"station:{station}"
            self._log.commit([StoredFact(stream, self._version, topic, state, "key", station)], ())


@pytest.fixture
def log():
    log = CountedLog()
    yield log
    log.close()


@pytest.fixture
def tell(log):
    return Telling(log)


@asynccontextmanager
async def fed(log, **bounds):
    feed = Feed(EventReader(log), **bounds)
    running = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        feed.end()
        running.cancel()
        await asyncio.wait([running])


async def heard(passages, count):
    """The positions of so many events."""
    found: list[int] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            found += [each.position for each in (await anext(passages)).events]
    return found


async def test_from_now_on_means_what_comes(log, tell):
    tell(3)
    async with fed(log) as feed:
        following = feed.follow(None, EVERYTHING, patience=PATIENCE)
        assert (await anext(following)).events == []
        tell(2)
        assert await heard(following, 2) == [4, 5]


async def test_the_past_and_what_comes_follow_on_each_other(log, tell):
    tell(700)
    async with fed(log) as feed:
        following = feed.follow(0, EVERYTHING, patience=PATIENCE)
        past = await heard(following, 700)
        tell(5)
        assert past + await heard(following, 5) == list(range(1, 706))


async def test_followers_share_what_is_read(log, tell):
    async with fed(log) as feed:
        followers = [feed.follow(None, EVERYTHING, patience=PATIENCE) for _ in range(50)]
        for each in followers:
            await anext(each)
        tell(1)  # from then on the shared reader is at work
        assert await heard(followers[0], 1) == [1]
        before = log.reads
        tell(20)
        for each in followers[1:]:
            assert await heard(each, 21) == list(range(1, 22))
        assert log.reads - before < 50


async def test_who_is_behind_what_is_kept_reads_by_himself(log, tell):
    async with fed(log, keep=3) as feed:
        slow = feed.follow(None, EVERYTHING, patience=PATIENCE)
        quick = feed.follow(None, EVERYTHING, patience=PATIENCE)
        await anext(slow)
        await anext(quick)
        for number in range(1, 31):
            tell(1)
            assert await heard(quick, 1) == [number]
        assert await heard(slow, 30) == list(range(1, 31))


async def test_each_hears_what_it_chose(log, tell):
    async with fed(log) as feed:
        following = feed.follow(0, Choice(station="A"), patience=PATIENCE)
        of_type = feed.follow(0, REMOVED, patience=PATIENCE)
        await anext(following)
        await anext(of_type)
        tell(1, "B")
        tell(1, "A")
        tell(1, "A", "station.restored")
        assert await heard(following, 2) == [2, 3]
        assert await heard(of_type, 2) == [1, 2]


async def test_silence_is_told_with_the_position_that_was_reached(log, tell):
    async with fed(log) as feed:
        following = feed.follow(None, Choice(station="A"), patience=0.05)
        await anext(following)
        tell(3, "B")
        async with asyncio.timeout(PATIENCE):
            while (passage := await anext(following)).position < 3:
                assert passage.events == []


async def test_there_is_no_room_for_any_number(log):
    async with fed(log, most=1) as feed:
        first = feed.follow(None, EVERYTHING, patience=PATIENCE)
        await anext(first)
        with pytest.raises(Crowded):
            await anext(feed.follow(None, EVERYTHING, patience=PATIENCE))
        await first.aclose()
        await anext(feed.follow(None, EVERYTHING, patience=PATIENCE))


async def test_the_end_lets_everybody_go(log):
    async with fed(log) as feed:
        following = feed.follow(None, EVERYTHING, patience=PATIENCE)
        await anext(following)
        feed.end()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(StopAsyncIteration):
                await anext(following)


async def test_the_shared_reader_comes_back_with_the_database(log, tell, monkeypatch):
    monkeypatch.setattr("commands.feed._PAUSE_AWAY", 0.01)
    async with fed(log) as feed:
        following = feed.follow(None, EVERYTHING, patience=PATIENCE)
        await anext(following)
        log.away = True
        tell(1)
        reads = log.reads
        async with asyncio.timeout(PATIENCE):
            while log.reads < reads + 3:  # noqa: ASYNC110 - a thread counts
                await asyncio.sleep(0.01)
        log.away = False
        tell(1)
        assert await heard(following, 2) == [1, 2]


async def test_many_who_are_behind_leave_threads_to_others(log, tell):
    tell(20)
    reader = Crowding(log)
    feed = Feed(reader)
    followers = [feed.follow(0, EVERYTHING, patience=PATIENCE) for _ in range(12)]
    found = await asyncio.gather(*(heard(each, 20) for each in followers))
    assert {len(each) for each in found} == {20}
    assert 1 <= reader.most <= 2
    for each in followers:
        await each.aclose()


class Crowding(EventReader):
    """How many read at the same time, at most."""

    def __init__(self, log):
        super().__init__(log)
        self.most, self._now, self._lock = 0, 0, threading.Lock()
        self._two = threading.Barrier(3)

    def after(self, position, **wanted):
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            with suppress(threading.BrokenBarrierError):
                self._two.wait(0.2)  # a third one breaks nothing: it would be here too
            return super().after(position, **wanted)
        finally:
            with self._lock:
                self._now -= 1

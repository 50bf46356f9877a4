import asyncio
import threading

import pytest_asyncio

from commands.watch import Watch
from domain.log import Unavailable


class Shown:
    """What the database shows, and how often it was asked."""

    def __init__(self):
        self.keys, self.looks, self.away = set(), 0, False
        self.asked = threading.Event()

    def look(self, keys):
        self.looks += 1
        self.asked.set()
        if self.away:
            self.away = False
            raise Unavailable
        return self.keys & keys


@pytest_asyncio.fixture
async def stage():
    shown = Shown()
    watch = Watch(shown.look)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch.run())
        yield watch, shown
        task.cancel()


async def test_what_is_true_already_is_seen(stage):
    watch, shown = stage
    shown.keys = {"a"}
    assert await watch.until("a", patience=5)


async def test_what_comes_true_is_seen(stage):
    watch, shown = stage
    waiting = asyncio.ensure_future(watch.until("a", patience=5))
    await asyncio.to_thread(shown.asked.wait, 5)
    shown.keys = {"a"}
    assert await waiting


async def test_patience_ends(stage):
    watch, _ = stage
    assert not await watch.until("a", patience=0.01)


async def test_one_look_serves_all_who_wait(stage):
    watch, shown = stage
    shown.keys = {"a", "b", "c"}
    assert all(await asyncio.gather(*(watch.until(key, patience=5) for key in "abc" * 10)))
    assert shown.looks == 1


async def test_nobody_looks_while_nobody_waits(stage):
    watch, shown = stage
    await watch.until("a", patience=0.01)
    shown.keys = {"b"}
    await watch.until("b", patience=5)
    looks = shown.looks
    await asyncio.sleep(0)
    assert shown.looks == looks


async def test_a_database_that_is_away_is_asked_again(stage, monkeypatch):
    monkeypatch.setattr("commands.watch._PAUSE_AWAY", 0)
    watch, shown = stage
    shown.away, shown.keys = True, {"a"}
    assert await watch.until("a", patience=5)
    assert shown.looks == 2

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from commands.housekeeping import Housekeeping
from domain.log import JournalEntry
from domain.store.memory import MemoryLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Vault:
    def __init__(self):
        self.swept = []

    def sweep(self, now):
        self.swept.append(now)
        return 0


def entry(at):
    return JournalEntry(
        at.isoformat(), "CP1", "frame", "in", 1, "n", "m", "Heartbeat", b"", b"", "", at, at
    )


@pytest.fixture
def log():
    log = MemoryLog()
    log.commit([], [entry(NOON - timedelta(days=days)) for days in (40, 20, 0)])
    return log


@pytest.mark.parametrize(("keep_days", "left"), [(0, 3), (30, 2), (5, 1)])
def test_what_is_older_than_wished_goes(log, keep_days, left):
    Housekeeping([Vault()], log, lambda: NOON, keep_days=keep_days).tidy()
    assert len(log.frames(station="CP1")) == left


def test_the_vault_is_swept_each_time_the_journal_pruned_each_hour(log):
    vault, now = Vault(), [NOON]
    keeping = Housekeeping([vault], log, lambda: now[0], keep_days=30)
    keeping.tidy()
    log.commit([], [entry(NOON - timedelta(days=50))])
    keeping.tidy()
    assert (vault.swept, len(log.frames(station="CP1"))) == ([NOON, NOON], 3)
    now[0] += timedelta(hours=1)
    keeping.tidy()
    assert len(log.frames(station="CP1")) == 2


async def test_only_the_owner_tidies(log, monkeypatch):
    monkeypatch.setattr("commands.housekeeping._EVERY", 0)
    vault, asked = Vault(), asyncio.Event()

    def active():
        asked.set()
        return False

    keeping = Housekeeping([vault], log, lambda: NOON, keep_days=0)
    running = asyncio.ensure_future(keeping.run(active))
    await asked.wait()
    running.cancel()
    assert vault.swept == []

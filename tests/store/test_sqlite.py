"""What is SQLite's own: one file, several processes, positions that outlive a VACUUM."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from domain.log import Log, StoredFact, Unavailable
from domain.store.opening import open_log
from domain.store.sqlite import SQLiteLog
from tests.store.aids import PATIENCE, entry, fact, follow, migrate_and_write, write_streams


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    opened = open_log(f"sqlite:///{path}")
    yield opened
    opened.close()


def test_what_was_committed_is_there_after_reopening(path: Path, log: Log) -> None:
    position = log.commit([fact("a", 1)], [entry("1")])
    log.close()
    again = open_log(f"sqlite:///{path}")
    assert again.position() == position
    assert again.read({"a": 0}) == ([], [fact("a", 1)])
    assert again.frames()[0].entry == entry("1")
    again.close()


def test_processes_may_open_and_write_at_the_same_time(path: Path) -> None:
    url = f"sqlite:///{path}"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        done = [processes.submit(migrate_and_write, url, w) for w in "ab"]
        assert [each.result(PATIENCE) for each in done] == [None, None]
    log = open_log(url)
    assert len(log.since(0, limit=99)) == 12
    log.close()


def test_threads_may_open_the_same_new_file(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        logs = list(threads.map(lambda _: open_log(f"sqlite:///{path}"), range(8)))
    for log in logs:
        log.close()


def test_a_follower_misses_nothing_of_other_processes(path: Path, log: Log) -> None:
    url = f"sqlite:///{path}"
    with (
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes,
        ThreadPoolExecutor(1) as thread,
    ):
        following = thread.submit(follow, log, lambda seen: len(seen) >= 400)
        for done in [processes.submit(write_streams, url, w, 100) for w in "ab"]:
            done.result(PATIENCE)
        seen = following.result(PATIENCE)
    assert [n.position for n in seen] == sorted({n.position for n in seen})
    assert {n.stream for n in seen} == {"a-a", "a-b", "b-a", "b-b"}


def test_who_waits_notices_a_commit_of_another_process(path: Path, log: Log) -> None:
    other = open_log(f"sqlite:///{path}")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(log.wait, 0, 3600.0)
        other.commit([fact("a", 1)], ())
        waiting.result(PATIENCE)
    other.close()


def test_a_vacuum_does_not_move_positions(path: Path, log: Log) -> None:
    log.commit([fact("a", 1), fact("b", 1)], ())
    before = log.since(0, limit=9)
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.close()
    assert log.since(0, limit=9) == before


def test_commits_are_durable(path: Path) -> None:
    log = SQLiteLog(str(path))
    with log.datastore.get_connection(commit=False) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2  # FULL
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
    log.close()


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        open_log(f"sqlite:///{tmp_path / 'nowhere' / 'log.db'}")


def test_a_missing_table_is_told_and_tried_again_and_costs_no_message(log: Log) -> None:
    assert isinstance(log, SQLiteLog)
    with pytest.raises(Unavailable, match="no such table"):
        log._select("SELECT * FROM nowhere", ())


def is_open(log: Log) -> bool:
    try:
        log.position()
    except Unavailable:
        return False
    return True


def test_closing_lets_a_reader_finish(path: Path) -> None:
    log = SQLiteLog(str(path))  # closing a connection under a statement ends the process
    with ThreadPoolExecutor(1) as thread:
        with log._reading() as cursor:
            closing = thread.submit(log.close)
            while is_open(log):
                pass
            cursor.execute("SELECT 1")
            assert cursor.fetchone()[0] == 1
            assert not closing.done()
        closing.result(PATIENCE)


def test_a_closed_log_is_unavailable(log: Log) -> None:
    log.close()
    with pytest.raises(Unavailable):
        log.position()


def test_the_library_reads_and_writes_the_same_facts(path: Path) -> None:
    recorder = SQLiteLog(str(path))
    recorder.insert_events([StoredEvent("a", 1, "station.booted", b"{}")])
    assert recorder.read({"a": 0}) == ([], [StoredFact("a", 1, "station.booted", b"{}", "")])
    assert recorder.select_events("a") == [StoredEvent("a", 1, "station.booted", b"{}")]
    assert [n.id for n in recorder.select_notifications(None, 9)] == [1]
    recorder.close()

"""What is PostgreSQL's own: lost connections, unclear commits, partitions, schemas, migration."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from secrets import token_hex
from time import monotonic

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.log import Conflict, Log, StoredFact, Unavailable
from domain.store.opening import migrate, open_log
from domain.store.postgres import PostgresLog
from tests.store.aids import (
    NOON,
    PATIENCE,
    entry,
    fact,
    follow,
    line_to,
    migrate_and_write,
    write_streams,
)

# A listener asks for the position right after LISTEN.
LISTENING = """EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND query LIKE '%max(notification_id)%' AND state = 'idle')"""


@pytest.fixture
def url(postgres_database: str) -> str:
    migrate(postgres_database)
    return postgres_database


@pytest.fixture
def log(url: str) -> Iterator[Log]:
    opened = open_log(url)
    yield opened
    opened.close()


def end_every_connection(url: str) -> None:
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        wait_until(admin, f"NOT EXISTS (SELECT FROM pg_stat_activity WHERE {others})")


def wait_until(admin: psycopg.Connection[tuple[object, ...]], condition: str) -> None:
    deadline = monotonic() + PATIENCE
    while admin.execute(f"SELECT 1 WHERE {condition}").fetchone() is None:
        assert monotonic() < deadline, condition


# --- connections come and go ---


def test_a_restart_of_the_server_between_two_calls_is_not_noticed(url: str, log: Log) -> None:
    with ThreadPoolExecutor(4) as threads:  # several idle connections
        list(threads.map(log.take_numbers, [1] * 16))
    end_every_connection(url)
    log.commit([fact("a", 1)], [entry("1")])
    assert log.read({"a": 0}) == ([], [fact("a", 1)])


def test_who_waits_is_woken_after_a_restart_too(url: str, log: Log) -> None:
    other = open_log(url)
    log.wait(0, 0.0)  # from here on it listens
    with psycopg.connect(url, autocommit=True) as admin, ThreadPoolExecutor(1) as thread:
        wait_until(admin, LISTENING)
        waiting = thread.submit(log.wait, 0, 3600.0)
        end_every_connection(url)
        other.commit([fact("a", 1)], ())
        waiting.result(PATIENCE)
    other.close()


def test_without_a_server_the_log_is_unavailable() -> None:
    log = open_log("postgresql://postgres@127.0.0.1:1/nowhere")
    with pytest.raises(Unavailable):
        log.position()
    with pytest.raises(Unavailable):
        log.commit([fact("a", 1)], ())
    log.wait(0, 0.01)
    log.close()


def test_a_closed_log_is_unavailable(log: Log) -> None:
    log.position()
    log.close()
    with pytest.raises(Unavailable):
        log.position()


def test_a_commit_that_is_cut_off_before_it_happened_can_be_repeated(url: str, log: Log) -> None:
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as admin:
        other.execute("LOCK TABLE ampledger_events IN EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as thread:
            committing = thread.submit(log.commit, [fact("a", 1)], [entry("1")])
            wait_until(admin, "EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
            assert isinstance(committing.exception(PATIENCE), Unavailable)
    assert log.recorded([("CP-1", "1", NOON)]) == {}
    log.commit([fact("a", 1)], [entry("1")])


def test_a_commit_whose_answer_is_lost_happened_once(url: str) -> None:
    with (
        line_to(url) as line,
        psycopg.connect(url, autocommit=True) as admin,
        ThreadPoolExecutor(1) as thread,
    ):
        log = open_log(line.url)
        log.commit([fact("a", 1)], [entry("1")])
        line.go_deaf()
        committing = thread.submit(log.commit, [fact("a", 2)], [entry("2")])
        wait_until(admin, "2 = (SELECT count(*) FROM ampledger_events)")
        line.cut()
        assert isinstance(committing.exception(PATIENCE), Unavailable)
        assert log.recorded([("CP-1", "2", NOON)]) == {("CP-1", "2"): entry("2")}
        with pytest.raises(Conflict):
            log.commit([fact("a", 2)], [entry("2")])
        log.close()


# --- several processes ---


def test_processes_may_migrate_and_write_at_the_same_time(postgres_database: str) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        done = [processes.submit(migrate_and_write, postgres_database, w) for w in "ab"]
        assert [each.result(PATIENCE) for each in done] == [None, None]
    log = open_log(postgres_database)
    assert len(log.since(0, limit=99)) == 12
    log.close()


def test_a_follower_misses_nothing_of_other_processes(url: str, log: Log) -> None:
    with (
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes,
        ThreadPoolExecutor(1) as thread,
    ):
        following = thread.submit(follow, log, lambda seen: len(seen) >= 400)
        for done in [processes.submit(write_streams, url, w, 100) for w in "ab"]:
            done.result(PATIENCE)
        seen = following.result(PATIENCE)
    assert [n.position for n in seen] == sorted({n.position for n in seen})
    for stream in ("a-a", "a-b", "b-a", "b-b"):
        assert [n.version for n in seen if n.stream == stream] == list(range(1, 101))


def test_threads_may_meet_a_new_day_at_the_same_time(log: Log) -> None:
    days = [NOON + timedelta(days=30 * (n // 4)) for n in range(16)]
    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda n: log.commit([fact(str(n), 1)], [entry(str(n), at=days[n])]), range(16)
            )
        )
    assert len(log.frames()) == len(log.since(0, limit=99)) == 16


def test_a_reader_of_the_journal_does_not_hold_up_a_new_day(url: str, log: Log) -> None:
    with psycopg.connect(url) as reader:
        reader.execute("SELECT count(*) FROM ampledger_journal")  # and no commit
        log.commit((), [entry("1", at=NOON + timedelta(days=400))])
    assert len(log.frames()) == 1


def test_a_reader_of_the_journal_puts_pruning_off(url: str, log: Log) -> None:
    log.commit((), [entry("1")])
    with psycopg.connect(url) as reader:
        reader.execute("SELECT count(*) FROM ampledger_journal")  # and no commit
        with pytest.raises(Unavailable):
            log.prune(NOON + timedelta(days=2))
        log.commit((), [entry("2")])
    assert log.prune(NOON + timedelta(days=2)) == 2


# --- one database, several schemas ---


def test_logs_in_two_schemas_do_not_meet(postgres_database: str) -> None:
    urls = [f"{postgres_database}?options=-csearch_path%3D{name}" for name in ("one", "two")]
    for url in urls:
        migrate(url)
    one, two = (open_log(url) for url in urls)
    one.commit([fact("a", 1)], [entry("1")])
    two.commit([fact("a", 1), fact("a", 2)], [entry("1")])
    assert (len(one.since(0, limit=9)), len(two.since(0, limit=9))) == (1, 2)
    one.close()
    two.close()


# --- the library's side ---


def test_the_library_reads_and_writes_the_same_facts(url: str) -> None:
    recorder = PostgresLog(url)
    recorder.insert_events([StoredEvent("a", 1, "station.booted", b"{}")])
    assert recorder.read({"a": 0}) == ([], [StoredFact("a", 1, "station.booted", b"{}", "")])
    assert recorder.select_events("a") == [StoredEvent("a", 1, "station.booted", b"{}")]
    assert [n.id for n in recorder.select_notifications(None, 9)] == [recorder.position()]
    recorder.close()


def test_a_value_too_long_for_an_index_is_not_taken_for_a_missing_database(log: Log) -> None:
    endless = entry("1")._replace(message_id=token_hex(20_000))
    with pytest.raises(psycopg.errors.ProgramLimitExceeded):
        log.commit([fact("a", 1)], [endless])
    assert log.commit([fact("a", 1)], [entry("1")]) > 0

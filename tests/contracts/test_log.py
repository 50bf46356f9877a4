"""What everybody may rely on, whichever database the log is in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from domain.log import Conflict, JournalRow, Log, StoredSnapshot
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.memory_keyring import MemoryKeyring
from domain.store.opening import migrate, open_log
from tests.store.aids import NOON, PATIENCE, entry, fact, follow

DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "sqlite", "postgres", "sealed"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    if request.param == "memory":
        url = "memory://"
    elif request.param in {"sqlite", "sealed"}:
        url = f"sqlite:///{tmp_path / 'log.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    migrate(url)
    opened = open_log(url)
    if request.param == "sealed":
        opened = SealedLog(opened, KeyCache(MemoryKeyring()))
    yield opened
    opened.close()


def keys(rows: list[JournalRow]) -> list[str]:
    return [row.entry.key for row in rows]


# --- facts ---


def test_facts_come_back_by_stream_and_version(log: Log) -> None:
    log.commit([fact("b", 1), fact("a", 1), fact("é", 1), fact("Z", 1)], ())
    log.commit([fact("a", 2)], ())
    expected = [fact("Z", 1), fact("a", 1), fact("a", 2), fact("b", 1), fact("é", 1)]
    assert log.read({"é": 0, "b": 0, "a": 0, "Z": 0, "nobody": 0}) == ([], expected)


def test_only_facts_after_the_known_version_are_read(log: Log) -> None:
    log.commit([fact("a", 1), fact("a", 2), fact("b", 1)], ())
    assert log.read({"a": 1, "b": 1}) == ([], [fact("a", 2)])


def test_nothing_is_read_of_no_stream(log: Log) -> None:
    log.commit([fact("a", 1)], ())
    assert log.read({}) == ([], [])
    assert log.tails([], 1) == []


def test_a_name_that_no_stream_can_have_is_looked_up_in_vain(log: Log) -> None:
    log.commit([fact("a", 1)], ())
    assert log.read({"call:\0": 0, "a": 0}) == ([], [fact("a", 1)])
    assert log.tails(["call:\0", "a"], 1) == [fact("a", 1)]


def test_a_stream_is_read_as_it_was_at_a_position(log: Log) -> None:
    log.commit([fact("a", 1), fact("b", 1)], (), [StoredSnapshot("a", 1, "station", b"state")])
    position = log.position()
    log.commit([fact("a", 2), fact("c", 1)], ())
    known = {"a": 0, "b": 0, "c": 0}
    assert log.read(known, upto=position) == ([], [fact("a", 1), fact("b", 1)])
    assert log.read({"a": 1}, upto=position) == ([], [])
    assert log.read(known, upto=0) == ([], [])


def test_the_log_is_read_by_station(log: Log) -> None:
    ours = [fact("a", 1, station="CP-1"), fact("a", 2, station="CP-1", topic="station.closed")]
    log.commit([*ours, fact("b", 1, station="CP-2"), fact("c", 1)], ())
    found = log.since(0, limit=9, station="CP-1")
    assert [(each.stream, each.version, each.station) for each in found] == [
        ("a", 1, "CP-1"),
        ("a", 2, "CP-1"),
    ]
    assert log.since(found[0].position, limit=9, station="CP-1") == found[1:]
    closed = log.since(0, limit=9, station="CP-1", topics=["station.closed"])
    assert closed == found[1:]


def test_an_unknown_stream_is_read_from_its_snapshot(log: Log) -> None:
    snapshot = StoredSnapshot("a", 2, "station", b"\x00state")
    log.commit([fact("a", 1), fact("a", 2), fact("b", 1)], (), [snapshot])
    log.commit([fact("a", 3)], ())
    assert log.read({"a": 0, "b": 0}) == ([snapshot], [fact("a", 3), fact("b", 1)])


def test_a_known_stream_is_read_without_snapshot(log: Log) -> None:
    snapshot = StoredSnapshot("a", 2, "station", b"state")
    log.commit([fact("a", 1), fact("a", 2), fact("a", 3)], (), [snapshot])
    assert log.read({"a": 1}) == ([], [fact("a", 2), fact("a", 3)])


def test_the_latest_snapshot_counts(log: Log) -> None:
    first, second, third = (StoredSnapshot("a", v, "station", b"%d" % v) for v in (1, 2, 3))
    log.commit([fact("a", 1), fact("a", 2), fact("a", 3)], (), [second, third])
    log.commit((), (), [first])
    assert log.read({"a": 0}) == ([third], [])


def test_the_tails_are_the_last_facts(log: Log) -> None:
    log.commit([fact("a", 1), fact("a", 2), fact("b", 1), fact("c", 1)], ())
    assert log.tails(["b", "a", "nobody"], 1) == [fact("a", 2), fact("b", 1)]
    assert log.tails(["a"], 5) == [fact("a", 1), fact("a", 2)]


def test_the_tails_are_told_as_of_a_position(log: Log) -> None:
    for version in range(1, 5):
        log.commit([fact("a", version), fact("b", version)], ())
    here = log.since(0, limit=5)[-1].position
    assert log.tails(["a", "b"], 2, upto=here) == [
        fact("a", 2),
        fact("a", 3),
        fact("b", 1),
        fact("b", 2),
    ]
    assert log.tails(["a"], 2, upto=0) == []


def test_a_commit_returns_the_last_position(log: Log) -> None:
    assert log.position() == 0
    assert log.commit((), [entry("1")]) == 0
    position = log.commit([fact("a", 1), fact("a", 2)], ())
    assert position == log.position() == log.since(0, limit=9)[-1].position
    assert log.commit((), [entry("2")]) == log.commit((), ()) == position


def test_the_log_is_read_in_order_in_portions(log: Log) -> None:
    log.commit([fact("b", 1), fact("a", 1), fact("b", 2)], ())
    first, second = log.since(0, limit=2)
    (third,) = log.since(second.position, limit=2)
    assert first.position < second.position < third.position
    assert [n[1:] for n in (first, second, third)] == [fact("b", 1), fact("a", 1), fact("b", 2)]
    assert log.since(third.position, limit=2) == []


def test_the_log_is_read_by_topics(log: Log) -> None:
    log.commit([fact("a", v, topic=t) for v, t in enumerate("xyzxy", start=1)], ())
    assert [n.version for n in log.since(0, limit=3, topics=("x", "z"))] == [1, 3, 4]
    assert log.since(0, limit=3, topics=("nothing",)) == []


# --- all or nothing ---


@pytest.mark.parametrize(
    ("facts", "journal"),
    [
        ([fact("b", 1), fact("a", 1)], [entry("2")]),
        ([fact("b", 1)], [entry("2"), entry("1")]),
        ([], [entry("2"), entry("1")]),
        ([fact("b", 1), fact("b", 1)], [entry("2")]),
        ([fact("b", 1)], [entry("2"), entry("2")]),
    ],
    ids=["version", "key", "key without facts", "version twice", "key twice"],
)
def test_a_conflict_stores_nothing(log: Log, facts: list, journal: list) -> None:
    log.commit([fact("a", 1)], [entry("1")])
    with pytest.raises(Conflict):
        log.commit(facts, journal, [StoredSnapshot("a", 1, "station", b"")])
    assert log.read({"a": 0, "b": 0}) == ([], [fact("a", 1)])
    assert keys(log.frames()) == ["1"]


def test_work_goes_on_after_a_conflict(log: Log) -> None:
    log.commit([fact("a", 1)], [entry("1")])
    with pytest.raises(Conflict):
        log.commit([fact("a", 1)], [entry("2")])
    log.commit([fact("a", 2)], [entry("2")])
    assert keys(log.frames()) == ["1", "2"]


def test_a_key_is_unique_per_station_and_day(log: Log) -> None:
    log.commit((), [entry("1"), entry("1", station="CP-2"), entry("1", at=NOON + DAY)])
    with pytest.raises(Conflict):
        log.commit((), [entry("1", at=NOON + timedelta(hours=1))])


def test_the_day_is_that_of_utc(log: Log) -> None:
    east = timezone(timedelta(hours=2))
    log.commit((), [entry("1", at=datetime(2024, 5, 1, 23, 30, tzinfo=UTC))])
    with pytest.raises(Conflict):
        log.commit((), [entry("1", at=datetime(2024, 5, 2, 1, 45, tzinfo=east))])
    log.commit((), [entry("1", at=datetime(2024, 5, 2, 2, 0, tzinfo=east))])


# --- the journal ---


def test_an_entry_is_found_again_to_the_byte(log: Log) -> None:
    log.commit((), [entry("1"), entry("2"), entry("1", station="CP-2")])
    wanted = [("CP-1", "1", NOON), ("CP-2", "1", NOON), ("CP-2", "2", NOON), ("CP-3", "1", NOON)]
    assert log.recorded(wanted) == {
        ("CP-1", "1"): entry("1"),
        ("CP-2", "1"): entry("1", station="CP-2"),
    }
    assert log.recorded([]) == {}


def test_an_entry_is_recorded_on_its_day_only(log: Log) -> None:
    log.commit((), [entry("1")])
    later = NOON + timedelta(hours=11)
    assert log.recorded([("CP-1", "1", later)]) == {("CP-1", "1"): entry("1")}
    assert log.recorded([("CP-1", "1", NOON + DAY)]) == {}


def test_journal_rows_stand_in_the_order_of_their_commits(log: Log) -> None:
    log.commit((), [entry("b", at=NOON + DAY), entry("a")])
    log.commit((), [entry("c", at=NOON - DAY)])
    rows = log.frames()
    assert keys(rows) == ["b", "a", "c"]
    assert [r.position for r in rows] == sorted({r.position for r in rows})
    assert keys(log.frames(newest_first=True, limit=2)) == ["c", "a"]


def test_journal_rows_are_found_by_position(log: Log) -> None:
    log.commit((), [entry(key) for key in "abcde"])
    first, *_, last = log.frames()
    assert keys(log.frames(after=first.position, before=last.position)) == ["b", "c", "d"]
    assert keys(log.frames(before=last.position, newest_first=True, limit=1)) == ["d"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"station": "CP-2"}, ["b"]),
        ({"action": "Heartbeat"}, ["c"]),
        ({"message_id": "message-b"}, ["b"]),
        ({"kind": "wish"}, ["d"]),
        ({"station": "CP-1", "action": "BootNotification", "kind": "frame"}, ["a"]),
        ({"station": "CP-1", "message_id": "message-b"}, []),
    ],
)
def test_journal_rows_are_found_by_content(
    log: Log, filters: dict[str, str], found: list[str]
) -> None:
    heartbeat = entry("c")._replace(action="Heartbeat")
    wish = entry("d")._replace(kind="wish", message_id="")
    log.commit((), [entry("a"), entry("b", station="CP-2"), heartbeat, wish])
    assert keys(log.frames(**filters)) == found  # type: ignore[arg-type] # only texts


def test_journal_rows_are_found_by_the_time_of_receipt(log: Log) -> None:
    times = [NOON, NOON + DAY, NOON + 2 * DAY]
    log.commit((), [entry(str(n), at=at) for n, at in enumerate(times)])
    found = log.frames(received_from=NOON + DAY, received_to=NOON + 2 * DAY)
    assert keys(found) == ["1"]
    assert keys(log.frames(received_from=NOON)) == ["0", "1", "2"]


def test_a_nul_from_a_station_does_not_stop_its_batch(log: Log) -> None:
    strange = entry("1")._replace(message_id="a\0b", action="\0", deviations="x\0")
    log.commit([fact("a", 1)], [strange, entry("2")])
    first, second = log.frames()
    assert first.entry == strange._replace(
        message_id="a\ufffdb", action="\ufffd", deviations="x\ufffd"
    )
    assert second.entry == entry("2")
    assert log.frames(message_id="a\0b") == [first]


@pytest.mark.parametrize("year", [1970, 1999, 2099, 9000])
def test_a_frame_of_a_far_off_day_is_kept(log: Log, year: int) -> None:
    far = entry("1", at=NOON.replace(year=year))
    log.commit([fact("a", 1)], [entry("2"), far])
    assert log.recorded([("CP-1", "1", far.received_at)]) == {("CP-1", "1"): far}
    assert log.read({"a": 0}) == ([], [fact("a", 1)])


def test_days_that_have_ended_are_pruned(log: Log) -> None:
    midnight = NOON.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [NOON - DAY * 40, midnight - timedelta(microseconds=1), midnight, NOON + DAY]
    position = log.commit([fact("a", 1)], [entry(str(n), at=at) for n, at in enumerate(moments)])
    assert log.prune(midnight - timedelta(microseconds=1)) == 1
    assert log.prune(NOON) == 1
    assert log.prune(NOON) == 0
    assert keys(log.frames()) == ["2", "3"]
    assert log.position() == position


def test_a_pruned_day_takes_late_frames_at_new_positions(log: Log) -> None:
    log.commit((), [entry("1"), entry("2")])
    last = log.frames()[-1].position
    log.prune(NOON + DAY)
    log.commit((), [entry("1")])
    (row,) = log.frames()
    assert row.position > last


# --- numbers and partitions ---


def test_numbers_are_positive_and_nobody_gets_one_twice(log: Log) -> None:
    with ThreadPoolExecutor(4) as threads:
        blocks = list(threads.map(log.take_numbers, [1, 10, 100] * 8))
    taken = [number for block in blocks for number in block]
    assert [len(block) for block in blocks] == [1, 10, 100] * 8
    assert len(set(taken)) == len(taken)
    assert min(taken) > 0


def test_transaction_numbers_end_at_31_bits(log: Log) -> None:
    assert log.take_numbers(2**31 - 1)[-1] == 2**31 - 1
    with pytest.raises(OverflowError):
        log.take_numbers(1)


def test_the_first_number_of_partitions_stays(log: Log) -> None:
    assert log.claim_partitions(32) == 32
    assert log.claim_partitions(16) == 32


# --- waiting and following ---


def test_who_is_behind_does_not_wait(log: Log) -> None:
    log.commit([fact("a", 1)], ())
    with ThreadPoolExecutor(1) as thread:
        thread.submit(log.wait, 0, 3600.0).result(PATIENCE)


def test_who_waits_is_woken_by_a_commit(log: Log) -> None:
    position = log.commit([fact("a", 1)], ())
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(log.wait, position, 3600.0)
        log.commit([fact("a", 2)], ())
        waiting.result(PATIENCE)


def test_waiting_ends_with_the_timeout(log: Log) -> None:
    log.wait(log.commit([fact("a", 1)], ()), 0.01)


def test_closing_wakes_who_waits(log: Log) -> None:
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(log.wait, 0, 3600.0)
        log.close()
        assert waiting.exception(PATIENCE) is None


def test_a_follower_misses_nothing_of_several_writers(log: Log) -> None:
    def write(writer: str) -> None:
        for version in range(1, 21):
            log.commit([fact(writer, version)], [entry(str(version), station=writer)])

    with ThreadPoolExecutor(4) as threads:
        following = threads.submit(follow, log, lambda seen: len(seen) >= 60)
        for done in threads.map(write, ["a", "b", "c"]):
            assert done is None
        seen = following.result(PATIENCE)
    assert [n.position for n in seen] == sorted({n.position for n in seen})
    assert sorted((n.stream, n.version) for n in seen) == [
        (writer, version) for writer in "abc" for version in range(1, 21)
    ]

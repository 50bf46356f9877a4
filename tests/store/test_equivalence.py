"""Whatever is committed, in whatever order: the log in a file answers like the one in memory."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.log import Conflict, JournalEntry, Log, StoredFact, StoredSnapshot
from domain.store.memory import MemoryLog
from domain.store.sqlite import SQLiteLog
from tests.store.aids import NOON, entry, fact

Commit = tuple[list[StoredFact], list[JournalEntry], list[StoredSnapshot]]

STREAMS = ("a", "ab", "B", "\N{SNOWMAN}", "")
VERSIONS = st.integers(1, 4)
DAYS = tuple(NOON + timedelta(hours=7 * n) for n in range(-6, 7))

facts = st.builds(fact, st.sampled_from(STREAMS), VERSIONS, topic=st.sampled_from("xyz"))
entries = st.builds(
    entry, st.sampled_from("123"), station=st.sampled_from("ST"), at=st.sampled_from(DAYS)
)
snapshots = st.builds(
    StoredSnapshot, st.sampled_from(STREAMS), VERSIONS, st.just("station"), st.binary(max_size=3)
).map(lambda s: s._replace(state=b"%d" % s.version))
commits = st.tuples(
    st.lists(facts, max_size=4), st.lists(entries, max_size=3), st.lists(snapshots, max_size=2)
)
known = st.dictionaries(st.sampled_from(STREAMS), st.integers(0, 4))


def attempt(log: Log, commit: Commit) -> int | None:
    """The position, or None after a conflict."""
    try:
        return log.commit(*commit)
    except Conflict:
        return None


def contents(log: Log) -> list[object]:
    return [
        log.read(dict.fromkeys(STREAMS, 0)),
        log.tails(STREAMS, 1),
        log.since(0, limit=99),
        log.since(2, limit=3, topics=("x", "y")),
        [row.entry for row in log.frames()],
        [row.entry for row in log.frames(station="S", newest_first=True, limit=2)],
        log.recorded([(s, k, at) for s in "ST" for k in "123" for at in DAYS[::4]]),
    ]


def same(first: Log, second: Log, question: Callable[[Log], object]) -> None:
    assert question(first) == question(second)


@settings(max_examples=40)
@given(st.lists(commits, max_size=6), known, st.sampled_from(DAYS))
def test_file_and_memory_agree(
    work: list[Commit],
    versions: dict[str, int],
    cut: datetime,
) -> None:
    with TemporaryDirectory() as folder:
        memory, file = MemoryLog(), SQLiteLog(str(Path(folder) / "log.db"))
        for commit in work:
            same(memory, file, partial(attempt, commit=commit))
        same(memory, file, contents)
        same(memory, file, lambda log: log.read(versions))
        same(memory, file, lambda log: log.prune(cut))
        same(memory, file, contents)
        file.close()

"""The log: event store and journal. What is stored, and the port to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Conflict(Exception):
    """A version or a journal key is already there: another writer, or a redelivery."""


class Unavailable(Exception):
    """The database does not answer at the moment. Whether a commit happened is unknown."""


class StoredFact(NamedTuple):
    """One fact of one stream, as stored."""

    stream: str
    version: int
    topic: str
    state: bytes
    cause: str  # key of the journal row that led to it
    station: str = ""  # of that journal row


class StoredSnapshot(NamedTuple):
    """The state of a stream as of a version."""

    stream: str
    version: int
    topic: str
    state: bytes


class Notification(NamedTuple):
    """A stored fact with its position in the log."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
    cause: str
    station: str


class JournalEntry(NamedTuple):
    """One message in or out, as it was, with the answer it got. Secrets are masked before.

    `key` is unique per station and day and the same on every redelivery.
    """

    key: str
    station: str
    kind: str  # frame, opened, closed, knocked, returned, timed_out, wish, due
    direction: str  # "in" or "out"
    connection: int
    node: str
    message_id: str
    action: str
    payload: bytes  # the frame, or the wish's JSON
    answer: bytes  # the frame that answered it, b"" when none
    deviations: str  # what was read tolerantly, "" when nothing
    received_at: datetime
    decided_at: datetime
    context: str = ""  # what else the record said, and what it was decided on: see domain.journal


class JournalRow(NamedTuple):
    """A journal entry with its position."""

    position: int
    entry: JournalEntry


class Streams(Protocol):
    """What aggregates are restored from. Every method raises Unavailable."""

    def read(
        self, known: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        """All streams named, from the version after the one known (0: from the latest snapshot).

        Snapshots only for streams known at 0. Facts in order of (stream, version). `upto`: as the
        log was at that position, and then without snapshots.
        """
        ...

    def tails(
        self, streams: Sequence[str], count: int, *, upto: int | None = None
    ) -> list[StoredFact]:
        """The last `count` facts of each stream, in order of (stream, version).

        `upto`: as the log was at that position.
        """
        ...


class Log(Streams, Protocol):
    """The event store and the journal beside it. Synchronous: called from worker threads.

    Every method raises Unavailable when the database is away.
    """

    def commit(
        self,
        facts: Sequence[StoredFact],
        journal: Sequence[JournalEntry],
        snapshots: Sequence[StoredSnapshot] = (),
    ) -> int:
        """All of it in one transaction, durably, or nothing; returns the log's last position.

        Raises Conflict when a (stream, version) or a journal key is there already.
        """
        ...

    def recorded(
        self, keys: Sequence[tuple[str, str, datetime]]
    ) -> dict[tuple[str, str], JournalEntry]:
        """The entries that exist among (station, key, received_at), by (station, key)."""
        ...

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = (), station: str = ""
    ) -> list[Notification]:
        """Facts after a position, in order, of these topics (of all when none are named).

        `station`: only those that journal rows of this station led to.
        """
        ...

    def position(self) -> int:
        """The position of the last fact; 0 when there is none."""
        ...

    def frames(
        self,
        *,
        station: str = "",
        after: int = 0,
        before: int = 0,
        limit: int = 100,
        newest_first: bool = False,
        action: str = "",
        message_id: str = "",
        kind: str = "",
        received_from: datetime | None = None,
        received_to: datetime | None = None,
    ) -> list[JournalRow]:
        """Journal rows by filters ("", 0, None: any).

        `after` and `before` are positions, both exclusive; `received_to` is exclusive too.
        """
        ...

    def prune(self, before: datetime) -> int:
        """Drop journal days that ended before an instant; how many rows went."""
        ...

    def take_numbers(self, count: int) -> range:
        """`count` positive integers nobody else ever gets (transaction ids)."""
        ...

    def claim_partitions(self, partitions: int) -> int:
        """Record the number of partitions at first use; returns the recorded one."""
        ...

    def wait(self, position: int, timeout: float) -> None:
        """Return when a fact after `position` may exist, or after `timeout` seconds."""
        ...

    def close(self) -> None:
        """Give back every connection; wakes those who wait."""
        ...

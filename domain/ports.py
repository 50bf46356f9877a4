"""What the domain, the gateway and the projections need from outside, as Protocols."""

from collections.abc import Callable, Mapping, Sequence

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

# --- the broker ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """Some records that arrived together on one queue; acknowledged together."""

    queue: str
    items: tuple[bytes, ...]
    redelivered: bool
    tag: int  # the adapter's own handle for acknowledging
    epoch: int  # grows with every (re)connection: an old epoch's tags are void


class Unroutable(Exception):
    """The queue that a mandatory message was for does not exist (any more)."""


class Overloaded(Exception):
    """The bounded memory for messages that wait for the broker is full."""



class Consumer(Protocol):
    """A subscription to one queue."""

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """The deliveries are done with. Those of an earlier epoch are ignored: they come again."""
        ...

    async def cancel(self) -> None:
        """No more deliveries; what is not acknowledged goes back to the queue."""
        ...


class Broker(Protocol):
    """Queues of byte strings. Everything published is durable once `publish` has returned.

    An adapter reconnects by itself, for ever, and subscribes again. While the broker is away,
    `publish` waits.
    """

    async def declare_durable(self, queue: str) -> None:
        """A queue that survives: quorum, single active consumer, poison to the quarantine queue."""
        ...

    async def publish(self, queue: str, items: Sequence[bytes], *, mandatory: bool = False) -> None:
        """Returns once the broker has confirmed. At least once: a lost confirm means a repeat.

        Raises Unroutable when `mandatory` and there is no such queue; without, it is dropped.
        """
        ...

    async def consume(
        self,
        queue: str,
        receive: Callable[[Delivery], None],
        *,
        lost: Callable[[], None] | None = None,
        prefetch: int = 32,
    ) -> Consumer:
        """Single active consumer of a durable queue: others stand by.

        `receive` is called on the event loop, in order. `lost` is called when deliveries not yet
        acknowledged may be given to another consumer (connection lost, cancelled by the broker).
        """
        ...

    async def consume_own(self, queue: str, receive: Callable[[Delivery], None]) -> Consumer:
        """A private queue that lives as long as this process: declared, consumed, auto-acknowledged."""
        ...

    async def depth(self, queue: str) -> int:
        """How many messages wait in a queue; raises Unroutable when there is none."""
        ...

    @property
    def connected(self) -> bool:
        """Whether the broker answers at the moment."""
        ...


class Outbox(Protocol):
    """Items on their way to the broker: in order per queue, in bounded memory."""

    async def put(
        self, queue: str, item: bytes, *, unroutable: Callable[[bytes], None] | None = None
    ) -> None:
        """Post an item as soon as there is room."""
        ...

    def post(
        self, queue: str, item: bytes, *, unroutable: Callable[[bytes], None] | None = None
    ) -> None:
        """Post an item now; raises Overloaded when the memory is full.

        With `unroutable` the item is mandatory: the callback gets it back when its queue is gone.
        """
        ...


# --- the log: event store and journal --------------------------------------------------------


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
    cause: str  # id of the journal row that led to it


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


class JournalEntry(NamedTuple):
    """One message in or out, as it was, with the answer it got. Secrets are masked before.

    `key` is unique per station and day and the same on every redelivery.
    """

    key: str
    station: str
    kind: str  # "frame", "opened", "closed", "knocked", "sent", "returned", "timed_out", "wish", "due"
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


class JournalRow(NamedTuple):
    """A journal entry with its position."""

    position: int
    entry: JournalEntry


class Log(Protocol):
    """The event store and the journal beside it. Synchronous: called from worker threads.

    Every method raises Unavailable when the database is away.
    """

    def read(self, known: Mapping[str, int]) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        """All streams named, from the version after the one known (0: from the latest snapshot).

        Snapshots only for streams known at 0. Facts in order of (stream, version).
        """
        ...

    def heads(self, streams: Sequence[str]) -> dict[str, StoredFact]:
        """The last fact of each stream that has one."""
        ...

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

    def recorded(self, keys: Sequence[tuple[str, str, datetime]]) -> dict[tuple[str, str], JournalEntry]:
        """The entries that exist among (station, key, received_at), by (station, key)."""
        ...

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> list[Notification]:
        """Facts after a position, in order, of these topics (of all when none are named)."""
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
    ) -> list[JournalRow]:
        """Journal rows by filters ("" and 0: any); `after` and `before` are positions, exclusive."""
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


# --- what the gateway asks ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listing:
    """What the gateway must know of a station before it lets it in."""

    station: str
    protocols: tuple[str, ...]
    security_profile: int
    password_hash: str  # argon2id; "" when the station has no password
    connection: int  # the highest connection id seen; the next one is greater


class Directory(Protocol):
    """The stations an operator has registered."""

    async def find(self, station: str) -> Listing | None:
        """The listing, or None when nobody registered that station; raises Unavailable."""
        ...


# --- secrets on their way to a station -------------------------------------------------------


class Vault(Protocol):
    """Payloads with secrets, sealed, from the wish until the call is done. Synchronous."""

    def put(self, call: str, payload: bytes) -> None:
        """Keep the payload of a call."""
        ...

    def take(self, call: str) -> bytes | None:
        """The payload of a call, when it has one."""
        ...

    def forget(self, call: str) -> None:
        """The call is done: destroy its payload."""
        ...


class Clock(Protocol):
    """The time, in UTC."""

    def __call__(self) -> datetime:
        """Now."""
        ...



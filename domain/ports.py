"""What the domain, the gateway and the projections need from outside, as Protocols."""

from collections.abc import Callable, Collection, Mapping, Sequence
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


class Retention(NamedTuple):
    """How much of a stream is kept: the oldest goes once either is reached."""

    max_bytes: int
    max_days: int


class StreamMessage(NamedTuple):
    """One message of a stream, for anybody who speaks the broker's protocol."""

    id: str
    body: bytes
    content_type: str
    headers: Mapping[str, str | int]


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
        """A private queue that lives as long as this process; acknowledged by itself."""
        ...

    async def depth(self, queue: str) -> int:
        """How many messages wait in a queue; raises Unroutable when there is none."""
        ...

    async def declare_stream(self, queue: str, retention: Retention) -> None:
        """A log of messages that reading does not take away; one that exists is taken as it is."""
        ...

    async def publish_stream(self, queue: str, messages: Sequence[StreamMessage]) -> None:
        """Append to a stream that was declared; returns once the broker has confirmed all.

        In order, at least once: after a lost confirm all of them are appended again, in order.
        """
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


# --- what the gateway asks ------------------------------------------------------------------


class Password(NamedTuple):
    """A password that a station may come with."""

    credential: str  # its id
    hash: str  # argon2id


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the gateway must know of a station before it lets it in.

    While an upgrade is under way `next_profile` is as good as `security_profile`, and while a
    password is being changed there are two of them (white paper A05.FR.07, A01.FR.05).
    """

    station: str
    protocols: tuple[str, ...]
    security_profile: int = 0  # that it must come with; 1 when that is 0 and it has a password
    next_profile: int = 0  # that it may come with too, a higher one; 0: none
    passwords: tuple[Password, ...] = ()
    serial_number: str = ""  # that its client certificate must name; "": its id
    connection: int = 0  # the highest connection id seen; the next one is greater


class Directory(Protocol):
    """The stations an operator has registered."""

    async def find(self, station: str) -> Listing | None:
        """The listing, or None when nobody registered that station; raises Unavailable."""
        ...


# --- secrets on their way to a station -------------------------------------------------------


class Vault(Protocol):
    """Payloads with secrets, sealed until the call is done. Blocking; raises Unavailable."""

    def put(self, call: str, payload: bytes, *, expires_at: datetime) -> None:
        """Keep the payload of a call that waits for its station until `expires_at`."""
        ...

    def take(self, call: str) -> bytes | None:
        """The payload of a call, when it has one."""
        ...

    def forget(self, call: str) -> None:
        """The call is done: destroy its payload."""
        ...


# --- keys of what is personal ----------------------------------------------------------------


class TokenKey(NamedTuple):
    """What seals all that is personal of one token."""

    pseudonym: str  # what stands for the tag where it may not be shown
    secret: bytes  # 32 bytes; b"" once destroyed
    tag: str  # folded; "" once the key is destroyed
    forgotten_at: datetime | None = None


class Keyring(Protocol):
    """The keys of tokens, by tag until they are destroyed. Blocking; raises Unavailable."""

    def of_tags(self, tags: Collection[str], *, create: bool) -> dict[str, TokenKey]:
        """The keys of folded tags, by tag; those that lack are made when `create`."""
        ...

    def of_pseudonyms(self, pseudonyms: Collection[str]) -> dict[str, TokenKey]:
        """Those that were ever made, by pseudonym; of the destroyed ones the secret is b""."""
        ...

    def changes(self) -> int:
        """Grows with every token that is forgotten, and with every key that is destroyed."""
        ...

    def forget(self, pseudonym: str, *, at: datetime) -> bool:
        """The key is to be used for sealing only, and to be destroyed. Whether that is news."""
        ...

    def forgotten(self, before: datetime) -> list[TokenKey]:
        """Tokens that were forgotten before an instant and whose keys are still to be destroyed."""
        ...

    def destroy(self, pseudonym: str) -> None:
        """Destroy the key of a forgotten token: its pseudonym stays, its tag gets a new key."""
        ...


# --- certificates of stations ----------------------------------------------------------------


class Subject(NamedTuple):
    """Whom a certificate is for: we say that, not the request (white paper A02.FR.04)."""

    common_name: str  # the serial number of the station
    organisation: str  # the operator; "": none is named


class AuthorityAway(Exception):
    """The authority cannot be asked now; it may be tried again."""


class AuthorityRefused(Exception):
    """The authority will not do it, or what it did is of no use; the message says why."""


class AuthorityLocked(Exception):
    """The authority's key is locked: its passphrase is missing or wrong."""


class CertificateAuthority(Protocol):
    """Whoever signs the certificates of stations. Blocking, for seconds.

    Raises AuthorityAway, AuthorityRefused, AuthorityLocked.
    """

    def sign(self, request: str, subject: Subject, *, days: int) -> str:
        """A certificate for the key of a PKCS#10 request, valid for some days from now.

        Returns PEM: the certificate, then those of intermediate authorities, no root.
        """
        ...

    def revoke(self, serial_number: str) -> None:
        """A certificate, by its serial number in hex, is not to be trusted any more.

        A repeat changes nothing.
        """
        ...


class Clock(Protocol):
    """The time, in UTC."""

    def __call__(self) -> datetime:
        """Now."""
        ...

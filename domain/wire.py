"""The messages on the broker: small typed records, msgpack, one byte string each.

An AMQP body is a list of such byte strings, so that one bad record never spoils its neighbours.
`Inbound` records travel on a partition queue and reach the one writer of their station (or token);
`ToGateway` records travel on the queue of one gateway; `Reply` goes back to whoever wished;
`Lease` tells the projections which gateways live and which stations spoke.
"""

from datetime import datetime
from zlib import crc32

import msgspec


class _Record(msgspec.Struct, frozen=True, tag_field="is", array_like=False, omit_defaults=True):
    """What all wire records share: immutable, tagged, defaults not sent."""


class Opened(_Record, frozen=True, kw_only=True, tag="opened"):
    """A station's socket was accepted. `connection` grows per station: it is the fencing token.

    `profile` is the security profile it came with (0-3), `credential` the id of the password that
    fitted, `certificate` the SHA-256 of its client certificate, hexadecimal; "" for none.
    """

    station: str
    connection: int
    node: str
    protocol: str
    remote: str
    at: datetime
    profile: int = 0
    credential: str = ""
    certificate: str = ""


class Closed(_Record, frozen=True, kw_only=True, tag="closed"):
    """A station's socket has ended; `code` and `reason` as in RFC 6455 section 7.4."""

    station: str
    connection: int
    node: str
    code: int
    reason: str
    at: datetime


class Received(_Record, frozen=True, kw_only=True, tag="received"):
    """A text frame from a station, untouched. (connection, seq) identifies it for ever."""

    station: str
    connection: int
    seq: int
    node: str
    protocol: str
    at: datetime
    frame: bytes


class Knocked(_Record, frozen=True, kw_only=True, tag="knocked"):
    """A station nobody registered asked for a connection and was refused."""

    station: str
    connection: int
    node: str
    protocol: str
    remote: str
    at: datetime


class Barred(_Record, frozen=True, kw_only=True, tag="barred"):
    """A registered station's request for a connection was refused for its security: why."""

    station: str
    connection: int
    node: str
    remote: str
    reason: str
    at: datetime


class Sent(_Record, frozen=True, kw_only=True, tag="sent"):
    """A call was written to the station's socket."""

    station: str
    connection: int
    call: str
    at: datetime


class Returned(_Record, frozen=True, kw_only=True, tag="returned"):
    """A call could not be written, its connection is gone: it waits for the next one."""

    station: str
    connection: int
    call: str
    reason: str
    at: datetime


class TimedOut(_Record, frozen=True, kw_only=True, tag="timed_out"):
    """A call that was written got no answer in time, or its socket ended first."""

    station: str
    connection: int
    call: str
    reason: str
    at: datetime


class Wish(_Record, frozen=True, kw_only=True, tag="wish"):
    """What an operator wants: `name` is a class of `domain.model.operations`, `body` its JSON."""

    id: str
    key: str  # what the partition is computed from: a station id, or "token:" + id tag
    name: str
    body: bytes
    by: str
    at: datetime
    reply_to: str = ""  # queue of the process that waits for the Reply; "" when nobody does
    origin: str = ""  # the address that whoever wished came from; "" for a part of the program


class Due(_Record, frozen=True, kw_only=True, tag="due"):
    """A timer fired: `name` says which, `subject` for what. Same id on every repetition."""

    id: str
    key: str
    name: str
    subject: str
    at: datetime


Inbound = Opened | Closed | Received | Knocked | Barred | Sent | Returned | TimedOut | Wish | Due


class Answer(_Record, frozen=True, kw_only=True, tag="answer"):
    """A CALLRESULT or CALLERROR to write to the socket the CALL came from, if it still stands."""

    station: str
    connection: int
    frame: bytes


class Call(_Record, frozen=True, kw_only=True, tag="call"):
    """A CALL to write to the station's socket; `call` is its message id."""

    station: str
    connection: int
    call: str
    frame: bytes
    timeout: float  # seconds to wait for the answer
    after: str = ""  # a message id of the station's: while its answer is not written, this waits


class Disconnect(_Record, frozen=True, kw_only=True, tag="disconnect"):
    """Close the socket of a station."""

    station: str
    connection: int
    reason: str


ToGateway = Answer | Call | Disconnect


class Reply(_Record, frozen=True, kw_only=True, tag="reply"):
    """What became of a wish: the log position it produced, or why it was refused."""

    wish: str
    position: int = 0
    refused: str = ""  # a kind: "not_found", "not_connected", "conflict", "invalid"
    message: str = ""
    result: str = ""  # what the wish made, e.g. the id of a call


class Lease(_Record, frozen=True, kw_only=True, tag="lease"):
    """A gateway lives until `until`; `seen` are the stations that spoke since its last lease."""

    node: str
    until: datetime
    seen: tuple[tuple[str, int, datetime], ...] = ()  # station, connection, when


_encoder = msgspec.msgpack.Encoder()
_inbound = msgspec.msgpack.Decoder(Inbound)
_to_gateway = msgspec.msgpack.Decoder(ToGateway)
_reply = msgspec.msgpack.Decoder(Reply)
_lease = msgspec.msgpack.Decoder(Lease)
_bundle = msgspec.msgpack.Decoder(tuple[bytes, ...])

encode = _encoder.encode
decode_inbound = _inbound.decode
decode_to_gateway = _to_gateway.decode
decode_reply = _reply.decode
decode_lease = _lease.decode


def bundle(items: list[bytes]) -> bytes:
    """Several records as one AMQP body."""
    return _encoder.encode(items)


def unbundle(body: bytes) -> tuple[bytes, ...]:
    """The records of one AMQP body; raises msgspec.DecodeError when it is none."""
    return _bundle.decode(body)


def partition_of(key: str, partitions: int) -> int:
    """The partition that owns a station (or "token:…")."""
    return crc32(key.encode()) % partitions


def key_of(record: Inbound) -> str:
    """What the partition of an inbound record is computed from."""
    return record.key if isinstance(record, Wish | Due) else record.station

"""A stored row as text that is the same whoever writes it: what the chain hashes (ADR 27).

The text is a JSON array without spaces of strings and integers; bytes are in base64, instants in
microseconds since 1970. The position is not in it: a block's record says where the row stood.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

import msgspec

from domain.log import JournalRow, Notification

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000  # microseconds
_encode = msgspec.json.Encoder().encode


class Kind(StrEnum):
    """The two tables of the log, each with positions of its own."""

    FACT = "fact"
    ENTRY = "entry"  # of the journal


class Row(NamedTuple):
    """A row as it is stored, and where."""

    kind: Kind
    position: int
    day: int  # of receipt, counted from 1970; 0 for facts, which are never pruned
    text: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256 of the text."""
        return sha256(self.text).digest()


def of_fact(noted: Notification) -> Row:
    """A fact as the chain sees it."""
    if not isinstance(noted.state, bytes):
        noted = noted._replace(state=_bytes(noted.state))
    return Row(Kind.FACT, noted.position, 0, _encode(noted[1:]))


def of_entry(row: JournalRow) -> Row:
    """A row of the journal as the chain sees it."""
    entry = row.entry
    if not isinstance(entry.payload, bytes) or not isinstance(entry.answer, bytes):
        entry = entry._replace(payload=_bytes(entry.payload), answer=_bytes(entry.answer))
    *said, received_at, decided_at, context = entry
    received = micros(received_at)
    text = _encode((*said, received, micros(decided_at), context))
    return Row(Kind.ENTRY, row.position, received // _DAY, text)


def _bytes(content: object) -> bytes:
    """SQLite takes text where bytes should be: it must not pass for the base64 of others."""
    return content if isinstance(content, bytes) else str(content).encode()


def micros(at: datetime) -> int:
    """Microseconds since 1970, as rows and blocks count time."""
    return (at - _EPOCH) // _MICROSECOND


def instant(count: int) -> datetime:
    """The instant that is so many microseconds after 1970."""
    return _EPOCH + count * _MICROSECOND


def days(at: datetime) -> int:
    """The UTC day of an instant, counted from 1970."""
    return micros(at) // _DAY


def day_of(kind: Kind, text: bytes) -> int:
    """The day of receipt that a text says; 0 when it says none."""
    try:
        return int(msgspec.json.decode(text)[-3]) // _DAY if kind is Kind.ENTRY else 0
    except (ValueError, TypeError, IndexError, KeyError):
        return 0


def named(row: Row) -> tuple[str, str]:
    """Station and key of a row, for people; of a fact the key is stream, version and topic."""
    try:
        said = msgspec.json.decode(row.text)
        if row.kind is Kind.FACT:
            stream, version, topic, _, _, station = said
            return str(station), f"{stream} {version} {topic}"
        return str(said[1]), str(said[0])
    except (ValueError, TypeError, IndexError, KeyError):
        return "", ""

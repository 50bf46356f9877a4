"""The rows of the log that a proof carries, as they are stored."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from domain.chain.rows import Kind, Row, of_entry, of_fact
from domain.log import JournalEntry, JournalRow, Notification


class Encoded(msgspec.Struct, frozen=True):
    """Bytes that are no text."""

    base64: bytes


Text = str | Encoded


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it is stored."""

    position: int
    stream: str
    version: int
    topic: str
    state: Text
    cause: str  # the key of the journal row that led to it
    station: str  # of that row

    @classmethod
    def of(cls, noted: Notification) -> "Fact":
        """A fact of the log."""
        told = noted._asdict()
        return cls(**told | {"state": _text(noted.state)})

    @property
    def noted(self) -> Notification:
        """As the log tells it."""
        told = msgspec.structs.asdict(self)
        return Notification(**told | {"state": _bytes(self.state)})

    @property
    def row(self) -> Row:
        """As the chain sees it."""
        return of_fact(self.noted)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the journal as it is stored: a frame with its answer, or a wish."""

    position: int
    key: str
    station: str
    kind: str
    direction: str
    connection: int
    node: str
    message_id: str
    action: str
    payload: Text
    answer: Text
    deviations: str
    received_at: datetime
    decided_at: datetime
    context: str

    @classmethod
    def of(cls, row: JournalRow) -> "Entry":
        """A row of the log."""
        entry = row.entry
        told = entry._asdict() | {"payload": _text(entry.payload), "answer": _text(entry.answer)}
        return cls(position=row.position, **told)

    @property
    def entry(self) -> JournalEntry:
        """As the log tells it."""
        told = msgspec.structs.asdict(self)
        del told["position"]
        both = {"payload": _bytes(self.payload), "answer": _bytes(self.answer)}
        return JournalEntry(**told | both)

    @property
    def row(self) -> Row:
        """As the chain sees it."""
        return of_entry(JournalRow(self.position, self.entry))


class Opening(msgspec.Struct, frozen=True):
    """The key of one sealed value: it opens that one and no other."""

    literal: str
    key: bytes


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What of the log is about a transaction, as it is stored."""

    facts: tuple[Fact, ...]
    journal: tuple[Entry, ...]
    openings: tuple[Opening, ...] = ()
    gone: tuple[str, ...] = ()  # rows of the journal that facts name and that are not kept any more


def texts_of(rows: Rows) -> dict[tuple[Kind, int], bytes]:
    """What the chain is to have hashed, by kind and position."""
    each: Iterable[Fact | Entry] = (*rows.facts, *rows.journal)
    return {(row.kind, row.position): row.text for row in (one.row for one in each)}


def _text(content: bytes) -> Text:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return Encoded(content)


def _bytes(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text.base64

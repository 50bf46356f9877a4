"""Blocks: which rows stood where, sealed in one hash that the next block begins with (ADR 27)."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

import msgspec

from domain.chain import merkle
from domain.chain.rows import Kind, Row

_FORMAT = "ampledger.block.1"
_RECORD = Struct(">cqi32s")
_LETTERS = {Kind.FACT: b"F", Kind.ENTRY: b"J"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
GENESIS = "0" * 64  # what the first block has in place of a digest


class Record(NamedTuple):
    """What a block says of a row: 45 bytes, and a leaf of the block's hash tree."""

    kind: Kind
    position: int
    day: int  # of receipt, which says when the row may be pruned; 0 for facts
    hash: bytes  # of the row's text

    @property
    def leaf(self) -> bytes:
        """The record as bytes: `F` or `J`, 8 of position, 4 of day, 32 of hash, big-endian."""
        return _RECORD.pack(_LETTERS[self.kind], self.position, self.day, self.hash)


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """The header of a block. It answers for every position from the first to the last.

    Positions that have no record were never committed. When the last is before the first, there is
    none of that kind.
    """

    number: int
    previous: str  # digest of the block before, in hex
    first_fact: int
    last_fact: int
    first_entry: int
    last_entry: int
    rows: int
    root: str  # of the hash tree over the records: facts first, each kind by position
    pruned_before: int  # journal days before this one may be gone from now on; 0: nothing was told
    at: int  # microseconds since 1970

    @property
    def digest(self) -> str:
        """SHA-256 of the header's text, in hex: it stands for all rows up to here."""
        return sha256(self.text).hexdigest()

    @property
    def text(self) -> bytes:
        """The header as a JSON array without spaces, in the order of the fields."""
        return msgspec.json.encode((_FORMAT, *msgspec.structs.astuple(self)))


class Sealed(NamedTuple):
    """A block with what it was made of."""

    block: Block
    records: bytes


def seal(
    previous: Block | None,
    facts: Sequence[Row],
    entries: Sequence[Row],
    *,
    at: int,
    pruned_before: int = 0,
) -> Sealed:
    """The block after `previous` (None: the first), over rows in the order of their positions."""
    leaves = [leaf_of(row) for row in (*facts, *entries)]
    after_fact, after_entry = (previous.last_fact, previous.last_entry) if previous else (0, 0)
    block = Block(
        number=previous.number + 1 if previous else 1,
        previous=previous.digest if previous else GENESIS,
        first_fact=after_fact + 1,
        last_fact=facts[-1].position if facts else after_fact,
        first_entry=after_entry + 1,
        last_entry=entries[-1].position if entries else after_entry,
        rows=len(leaves),
        root=merkle.root(leaves).hex(),
        pruned_before=pruned_before,
        at=at,
    )
    return Sealed(block, b"".join(leaves))


def leaf_of(row: Row) -> bytes:
    """The record of a row, as bytes."""
    return _RECORD.pack(_LETTERS[row.kind], row.position, row.day, row.hash)


def leaves_of(records: bytes) -> list[bytes]:
    """The records, one by one, as they were."""
    size = _RECORD.size
    return [records[start : start + size] for start in range(0, len(records), size)]


def records_of(records: bytes) -> Iterator[Record]:
    """The records, read; raises ValueError when they are none."""
    if len(records) % _RECORD.size:
        raise ValueError("not a whole number of records")
    for letter, position, day, hashed in _RECORD.iter_unpack(records):
        if letter not in _KINDS:
            raise ValueError(f"no kind of row: {letter!r}")
        yield Record(_KINDS[letter], position, day, hashed)

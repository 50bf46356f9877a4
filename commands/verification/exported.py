"""The chain as a file: JSON lines in gzip, written and read in constant memory (ADR 27).

`["fact", position, text]` and `["entry", position, text]`, where the text is hashed as it stands in
the line; then the `["block", header, records]` they are of, and `["checkpoint", …]` over it.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from domain.chain.blocks import Block
from domain.chain.checkpoints import Checkpoint, differs
from domain.chain.rows import Kind, Row, day_of
from domain.chain.verifying import Portion, Pruning

_FORMAT = "ampledger.chain.1"
_LEVEL = 6  # of gzip: more costs time and saves little

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


class Unreadable(Exception):
    """It is no such file, or a part of one; the message says what, and in which line."""


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A block after the file's last that tells of pruned days, and the signature over it."""

    block: Block
    checkpoint: Checkpoint

    def told(self, keys: Mapping[str, bytes]) -> Pruning | None:
        """What it tells, None when nobody who is trusted has signed it."""
        if differs(self.checkpoint, self.block) or not self.checkpoint.is_genuine(keys):
            return None
        return Pruning(self.block.number, self.block.pruned_before)


class Preface(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: what is in the file."""

    format: str = _FORMAT
    first: int  # number of a block
    last: int
    written_at: str
    prunings: tuple[Pruning, ...] = ()
    witnesses: tuple[Witness, ...] = ()  # of prunings that the blocks of the file do not tell

    def unproven(self, keys: Mapping[str, bytes]) -> Iterator[Pruning]:
        """Prunings that nothing in the file proves."""
        proven = {each.told(keys) for each in self.witnesses}
        for each in self.prunings:
            if each.number > self.last and each not in proven:
                yield each


class Writer:
    """Writes a file: the preface, portions, the end."""

    def __init__(self, file: IO[bytes], preface: Preface) -> None:
        self._packed = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0)
        self._line(preface)

    def add(self, portion: Portion) -> None:
        """The rows of a block, the block, its checkpoints."""
        for row in portion.rows:
            self._line((row.kind, row.position, msgspec.Raw(row.text)))
        self._line(("block", portion.block, portion.records))
        for checkpoint in portion.checkpoints:
            self._line(("checkpoint", checkpoint))

    def close(self) -> None:
        """Say that this is all: a file that was cut short lacks it."""
        self._line(("end",))
        self._packed.close()

    def _line(self, value: object) -> None:
        self._packed.write(_encode(value) + b"\n")


class ExportedChain:
    """Reads a file; needs nothing else. Raises OSError, Unreadable."""

    def __init__(self, path: Path) -> None:
        self._lines = _numbered(path)
        try:
            _, line = next(self._lines)
            self.preface = msgspec.json.decode(line, type=Preface)
        except (StopIteration, msgspec.MsgspecError):
            raise Unreadable(f"{path} was not written by `ampledger verify --write`") from None
        if self.preface.format != _FORMAT:
            raise Unreadable(f"{path} is of another format: {self.preface.format}")

    def portions(self) -> Iterator[Portion]:
        """Each block with its rows and checkpoints."""
        rows: list[Row] = []
        waiting: Portion | None = None
        for number, line in self._lines:
            found = _read(number, line)
            if isinstance(found, Row):
                rows.append(found)
            elif isinstance(found, Checkpoint) and waiting:
                waiting = waiting._replace(checkpoints=(*waiting.checkpoints, found))
            elif isinstance(found, Portion | None):
                if waiting:
                    yield waiting
                if found is None:
                    self._expect_nothing()
                    return
                waiting, rows = found._replace(rows=rows), []
        raise Unreadable("the file was cut short: it has no end")

    def _expect_nothing(self) -> None:
        for number, _ in self._lines:
            raise Unreadable(f"line {number} follows the end")


def _read(number: int, line: bytes) -> Row | Portion | Checkpoint | None:
    """What a line says; None at the end."""
    try:
        what, *said = msgspec.json.decode(line, type=list[msgspec.Raw])
        kind = _of(str, what)
        if kind in set(Kind):
            return _row(Kind(kind), said)
        if kind == "block":
            block, records = said
            return Portion(_of(Block, block), _of(bytes, records), ())
        if kind == "checkpoint":
            return _of(Checkpoint, said[0])
    except (msgspec.MsgspecError, ValueError, IndexError) as error:
        raise Unreadable(f"line {number} cannot be read: {error}") from error
    if kind == "end":
        return None
    raise Unreadable(f"line {number} is of no kind: {kind}")


def _row(kind: Kind, said: Sequence[msgspec.Raw]) -> Row:
    position, text = said
    return Row(kind, _of(int, position), day_of(kind, bytes(text)), bytes(text))


def _of(kind: type[T], raw: msgspec.Raw) -> T:
    return msgspec.json.decode(raw, type=kind)


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with gzip.open(path, "rb") as file:
            yield from enumerate(file, start=1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"the file is damaged: {error}") from error


def write(file: IO[bytes], preface: Preface, portions: Iterable[Portion]) -> Iterator[Portion]:
    """Write portions, and give each back, so that somebody can watch."""
    writer = Writer(file, preface)
    for portion in portions:
        writer.add(portion)
        yield portion
    writer.close()

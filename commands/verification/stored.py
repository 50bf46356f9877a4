"""The chain and the log as they are stored, portion by portion, in constant memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from domain.chain.blocks import Block, Sealed
from domain.chain.checkpoints import Checkpoint
from domain.chain.rows import Row, of_entry, of_fact
from domain.chain.verifying import Portion
from domain.log import Log
from projections import chain
from projections.database import Database

_ROWS = 5000  # read at once
_BLOCKS = 32  # likewise
_LEAST = -(2**62)  # no position is less

T = TypeVar("T")


class _Ahead(Generic[T]):
    """Things in the order of a number, read some at a time and given out up to a number."""

    def __init__(
        self, read: Callable[[int], list[T]], number: Callable[[T], int], *, after: int
    ) -> None:
        self._read, self._number, self._reached = read, number, after
        self._waiting: deque[T] = deque()

    def upto(self, last: int) -> list[T]:
        """What comes next, up to a number and with it."""
        found: list[T] = []
        while self._fill(last):
            while self._waiting and self._number(self._waiting[0]) <= last:
                found.append(self._waiting.popleft())
        return found

    def rest(self) -> Iterator[T]:
        """All that is left."""
        while self._waiting or self._more():
            yield self._waiting.popleft()

    def _fill(self, last: int) -> bool:
        """Whether there is something up to that number."""
        if not self._waiting and self._reached < last:
            self._more()
        return bool(self._waiting) and self._number(self._waiting[0]) <= last

    def _more(self) -> bool:
        self._waiting.extend(self._read(self._reached))
        if self._waiting:
            self._reached = self._number(self._waiting[-1])
        return bool(self._waiting)


class StoredChain:
    """Reads a database from a block on; raises Unavailable."""

    def __init__(
        self,
        stored: Log,
        database: Database,
        *,
        first: int = 1,
        published: Iterable[Checkpoint] = (),
    ) -> None:
        """`published`: checkpoints that were kept elsewhere, to be met by the chain too."""
        self._stored, self._database, self._first = stored, database, first
        known = _Ahead(self._read_checkpoints, lambda each: each.number, after=first - 1)
        kept = sorted((c for c in published if c.number >= first), key=lambda each: each.number)
        elsewhere = _Ahead(
            lambda number: [each for each in kept if each.number > number],
            lambda each: each.number,
            after=0,
        )
        self._checkpoints = (known, elsewhere) if kept else (known,)

    def portions(self, last: int) -> Iterator[Portion]:
        """The blocks up to one and with it, each with what stands where it says."""
        rows: tuple[_Ahead[Row], _Ahead[Row]] | None = None
        for sealed in self._sealed(last):
            block = sealed.block
            rows = rows or self._rows(block)
            yield Portion(*sealed, self._of(block, *rows), self._signed(block.number))

    def rest(self) -> Iterator[Checkpoint]:
        """Checkpoints after the last portion whose blocks are not there.

        Blocks that were sealed meanwhile are there, and left to the next check.
        """
        for ahead in self._checkpoints:
            for checkpoint in ahead.rest():
                found = self._database.read(chain.sealed_from, checkpoint.number, limit=1)
                if not found or found[0].block.number != checkpoint.number:
                    yield checkpoint

    def _sealed(self, last: int) -> Iterator[Sealed]:
        number = self._first
        while found := self._database.read(chain.sealed_from, number, limit=_BLOCKS):
            for sealed in found:
                if sealed.block.number > last:
                    return
                yield sealed
            number = found[-1].block.number + 1

    def _rows(self, block: Block) -> tuple[_Ahead[Row], _Ahead[Row]]:
        fact, entry = _first(block)
        facts = _Ahead(self._read_facts, _position, after=fact - 1)
        return facts, _Ahead(self._read_entries, _position, after=entry - 1)

    def _of(self, block: Block, facts: _Ahead[Row], entries: _Ahead[Row]) -> Sequence[Row]:
        """Rows of blocks that are missing are passed over."""
        fact, entry = _first(block)
        found = facts.upto(block.last_fact)
        there = entries.upto(block.last_entry)
        return [
            *(row for row in found if row.position >= fact),
            *(row for row in there if row.position >= entry),
        ]

    def _signed(self, number: int) -> list[Checkpoint]:
        """The same checkpoint may be known from both."""
        found = [each for ahead in self._checkpoints for each in ahead.upto(number)]
        return list(dict.fromkeys(found))

    def _read_facts(self, position: int) -> list[Row]:
        return [of_fact(each) for each in self._stored.since(position, limit=_ROWS)]

    def _read_entries(self, position: int) -> list[Row]:
        return [of_entry(row) for row in self._stored.frames(after=position, limit=_ROWS)]

    def _read_checkpoints(self, number: int) -> list[Checkpoint]:
        return self._database.read(chain.after, number)


def _first(block: Block) -> tuple[int, int]:
    """Before the first block there is nothing: what stands there was put there."""
    return (_LEAST, _LEAST) if block.number == 1 else (block.first_fact, block.first_entry)


def _position(row: Row) -> int:
    return row.position

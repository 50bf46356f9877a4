"""Who makes the chain longer: reads the log as it is stored, seals, signs (ADR 27)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.chain import blocks, checkpoints
from domain.chain.blocks import Block
from domain.chain.checkpoints import Checkpoint, Signer
from domain.chain.rows import Row, days, micros, of_entry, of_fact
from domain.log import Conflict, Log
from domain.ports import Clock
from projections import chain
from projections.database import Database

_PORTION = 2000  # rows of each kind in a block
_ATTEMPTS = 5  # of sealing what another one may be sealing too
_MICROSECOND = timedelta(microseconds=1)


class Growth(NamedTuple):
    """What a step did."""

    rows: int
    full: bool  # whether there is more
    checkpoint: Checkpoint | None


class Chain:
    """The end of the chain, as this process knows it.

    A block's number is taken once: of two that seal, one raises Conflict, and has to `forget`.
    Only what this process has sealed itself is signed: whoever puts a block into the database gets
    no signature for it.
    """

    def __init__(
        self,
        stored: Log,
        database: Database,
        signer: Signer,
        clock: Clock,
        *,
        interval: float,
        portion: int = _PORTION,
    ) -> None:
        """`stored` is the log as it is stored; `interval` the seconds between checkpoints."""
        self._stored, self._database, self._signer = stored, database, signer
        self._clock, self._portion = clock, portion
        self._interval = timedelta(seconds=interval) // _MICROSECOND
        self._known = False
        self._last: Block | None = None
        self._signed: Checkpoint | None = None
        self._own = False  # whether the last block was sealed here

    def forget(self) -> None:
        """Read in the next step where the chain ends."""
        self._known = False

    def grow(self) -> Growth:
        """Seal what is new, at most a portion; raises Conflict, Unavailable."""
        self._look()
        facts, entries = self._news()
        at = micros(self._clock())
        is_due = self._is_due(at)
        if facts or entries or (is_due and self._is_unsigned and not self._own):
            self._seal(facts, entries, at=at, is_signed=is_due)
        elif is_due and self._last and self._is_unsigned:
            self._append(None, self._signature(self._last, at))
        else:
            is_due = False
        is_full = self._portion in {len(facts), len(entries)}
        return Growth(len(facts) + len(entries), is_full, self._signed if is_due else None)

    def prune(self, before: datetime) -> int:
        """Drop journal days that ended before an instant, all sealed; how many rows went."""
        self._tell_pruned(before)
        return self._stored.prune(before)

    def _tell_pruned(self, before: datetime) -> None:
        """Another process may seal meanwhile: then what it did is read, and it is tried again."""
        for attempt in range(_ATTEMPTS):
            try:
                while self.grow().full:
                    pass
                at = micros(self._clock())
                self._seal((), (), at=at, is_signed=True, pruned_before=days(before))
            except Conflict:
                self.forget()
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def _look(self) -> None:
        if not self._known:
            self._last, self._signed = self._database.read(chain.end)
            self._known, self._own = True, False

    def _news(self) -> tuple[list[Row], list[Row]]:
        fact, entry = (self._last.last_fact, self._last.last_entry) if self._last else (0, 0)
        facts = self._stored.since(fact, limit=self._portion)
        entries = self._stored.frames(after=entry, limit=self._portion)
        return [of_fact(each) for each in facts], [of_entry(each) for each in entries]

    @property
    def _is_unsigned(self) -> bool:
        """Whether there are blocks after the last checkpoint."""
        if self._last is None:
            return False
        return self._signed is None or self._signed.number < self._last.number

    def _is_due(self, at: int) -> bool:
        """Also when the clock was put back: what is signed in the future says nothing of now."""
        return self._signed is None or not 0 <= at - self._signed.at < self._interval

    def _seal(
        self,
        facts: Sequence[Row],
        entries: Sequence[Row],
        *,
        at: int,
        is_signed: bool,
        pruned_before: int = 0,
    ) -> None:
        sealed = blocks.seal(self._last, facts, entries, at=at, pruned_before=pruned_before)
        self._append(sealed, self._signature(sealed.block, at) if is_signed else None)

    def _signature(self, block: Block, at: int) -> Checkpoint:
        return checkpoints.sign(block, self._signer, at=at)

    def _append(self, sealed: blocks.Sealed | None, checkpoint: Checkpoint | None) -> None:
        """What is not known to have been written is looked up in the next step."""
        self._known = False
        self._database.write(chain.append, sealed, checkpoint)
        self._known = True
        if sealed:
            self._last, self._own = sealed.block, True
        self._signed = checkpoint or self._signed


class Behind(NamedTuple):
    """How far the chain is behind the log."""

    blocks: int  # there are
    rows: int  # not sealed yet
    seconds: float  # since the oldest of them was received
    unsigned: float  # seconds since the last checkpoint; 0 when all is signed


def behind(stored: Log, database: Database, clock: Clock) -> Behind:
    """How far the chain is behind at the moment; raises Unavailable."""
    block, signed = database.read(chain.end)
    newest = stored.frames(newest_first=True, limit=1)
    rows = stored.position() + sum(row.position for row in newest)
    now, oldest = clock(), stored.frames(after=block.last_entry if block else 0, limit=1)
    seconds = sum((now - row.entry.received_at).total_seconds() for row in oldest)
    if block is None:
        return Behind(0, rows, seconds, 0.0)
    rows -= block.last_fact + block.last_entry
    is_signed = signed is not None and signed.number == block.number
    unsigned = 0 if is_signed else micros(now) - (signed.at if signed else block.at)
    return Behind(block.number, rows, seconds, unsigned / 1e6)

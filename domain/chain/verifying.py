"""The whole chain checked, block by block: from a database or from a file, it is the same check."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.chain import merkle
from domain.chain.blocks import GENESIS, Block, Record, leaves_of, records_of
from domain.chain.checkpoints import Checkpoint, differs
from domain.chain.comparing import differences, same
from domain.chain.findings import Finding, Problem
from domain.chain.rows import Kind, Row


class Portion(NamedTuple):
    """A block as it is stored, and the rows that stand where it says."""

    block: Block
    records: bytes
    rows: Sequence[Row]
    checkpoints: Sequence[Checkpoint] = ()  # since the block before, up to this one


class Pruning(NamedTuple):
    """A block that tells that the journal's days before one may be gone."""

    number: int
    before: int  # a day, counted from 1970


@dataclass(slots=True)
class Tally:
    """What was checked."""

    blocks: int = 0
    rows: int = 0
    pruned: int = 0  # rows that are told to be gone
    checkpoints: int = 0
    signed: Checkpoint | None = None  # the last that is genuine
    sealed_at: int = 0  # when the last block was, in microseconds since 1970


class Verifier:
    """Takes portions in order; tells what is not as it was sealed."""

    def __init__(
        self,
        keys: Mapping[str, bytes],
        prunings: Iterable[Pruning] = (),
        *,
        whole: bool = True,
    ) -> None:
        """`keys`: public keys that are trusted, by their ids. `whole`: from the first block on."""
        self.tally = Tally()
        self._keys = keys
        told = sorted(prunings)
        self._told = dict(told)
        self._numbers = [each.number for each in told]
        self._gone = _greatest_to_come([each.before for each in told])
        self._last: Block | None = None
        self._whole = whole

    def check(self, portion: Portion) -> Iterator[Finding]:
        """What is wrong with the next block and its rows."""
        signed = portion.block.number in self._genuine(portion)
        yield from self._check_place(portion.block)
        yield from self._check_signatures(portion)
        yield from self._check_pruning(portion.block, signed=signed)
        yield from self._check_rows(portion)
        self._last = portion.block
        self.tally.blocks += 1
        self.tally.sealed_at = portion.block.at

    def check_rest(self, checkpoints: Iterable[Checkpoint]) -> Iterator[Finding]:
        """What is wrong at the end: checkpoints of blocks that are not there."""
        for checkpoint in checkpoints:
            yield self._orphan(checkpoint)

    def _check_place(self, block: Block) -> Iterator[Finding]:
        last = self._last
        if last is None and not self._whole:
            return
        number, digest, fact, entry = 1, GENESIS, 1, 1
        if last:
            number, digest = last.number + 1, last.digest
            fact, entry = last.last_fact + 1, last.last_entry + 1
        if block.number != number:
            told = f"block {block.number} is the next one that is there"
            yield Finding(Problem.MISSING, "block", number, detail=told)
        elif block.previous != digest:
            told = f"block {number} was sealed upon another one"
            yield Finding(Problem.ALTERED, "block", number - 1, detail=told)
        elif (block.first_fact, block.first_entry) != (fact, entry):
            told = "it does not begin where the block before ends"
            yield Finding(Problem.ALTERED, "block", number, detail=told)

    def _check_signatures(self, portion: Portion) -> Iterator[Finding]:
        for checkpoint in portion.checkpoints:
            self.tally.checkpoints += 1
            if checkpoint.key_id not in self._keys:
                told = f"it is signed with the key {checkpoint.key_id}, which is not trusted"
                yield Finding(Problem.FORGED, "checkpoint", checkpoint.number, detail=told)
            elif not checkpoint.is_genuine(self._keys):
                told = "its signature is wrong"
                yield Finding(Problem.FORGED, "checkpoint", checkpoint.number, detail=told)
            elif checkpoint.number != portion.block.number:
                yield self._orphan(checkpoint)
            elif differs(checkpoint, portion.block):
                told = "the block is not the one that was signed"
                yield Finding(Problem.ALTERED, "block", checkpoint.number, detail=told)
            else:
                self.tally.signed = checkpoint

    def _genuine(self, portion: Portion) -> set[int]:
        return {each.number for each in portion.checkpoints if each.is_genuine(self._keys)}

    def _orphan(self, checkpoint: Checkpoint) -> Finding:
        told = "a checkpoint was signed over it"
        return Finding(Problem.MISSING, "block", checkpoint.number, detail=told)

    def _check_pruning(self, block: Block, *, signed: bool) -> Iterator[Finding]:
        """Rows may be gone because a block says so: such a block bears a signature of its own."""
        if block.pruned_before != self._told.get(block.number, 0):
            told = "it is told otherwise what was pruned"
            yield Finding(Problem.ALTERED, "block", block.number, detail=told)
        if block.pruned_before and not signed:
            told = "it tells of pruned rows and no genuine checkpoint is signed over it"
            yield Finding(Problem.FORGED, "block", block.number, detail=told)

    def _check_rows(self, portion: Portion) -> Iterator[Finding]:
        block = portion.block
        try:
            records = list(records_of(portion.records))
        except ValueError as error:
            yield Finding(Problem.ALTERED, "block", block.number, detail=str(error))
            return
        if not _are_of(records, block) or merkle.root(leaves_of(portion.records)).hex() != (
            block.root
        ):
            told = "its records are not those that were sealed"
            yield Finding(Problem.ALTERED, "block", block.number, detail=told)
        self.tally.rows += len(portion.rows)
        if same(portion.rows, portion.records):
            return
        gone = self._gone_after(block.number)
        self.tally.pruned += max(len(records) - len(portion.rows), 0) if gone else 0
        yield from differences(portion.rows, records, may_be_gone=lambda each: _fits(each, gone))

    def _gone_after(self, number: int) -> int:
        """The day before which rows of a block may be gone, by what later blocks tell."""
        return self._gone[bisect_right(self._numbers, number)]


def _fits(record: Record, gone: int) -> bool:
    return record.kind is Kind.ENTRY and record.day < gone


def _are_of(records: Sequence[Record], block: Block) -> bool:
    """Whether the records fill the block: as many as it says, in order, within its positions."""
    facts = [each.position for each in records if each.kind is Kind.FACT]
    entries = [each.position for each in records if each.kind is Kind.ENTRY]
    return (
        len(records) == block.rows
        and _within(facts, block.first_fact, block.last_fact)
        and _within(entries, block.first_entry, block.last_entry)
    )


def _within(positions: Sequence[int], first: int, last: int) -> bool:
    """In order, from not before the first to exactly the last."""
    if not positions:
        return last == first - 1
    return first <= positions[0] and positions == sorted(set(positions)) and positions[-1] == last


def _greatest_to_come(days: Sequence[int]) -> list[int]:
    """For each place the greatest day from there on; 0 beyond the last."""
    found = [0]
    for day in reversed(days):
        found.append(max(day, found[-1]))
    return found[::-1]

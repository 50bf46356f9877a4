"""The part of the chain that proves some rows, small enough to hand out with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise

import msgspec

from domain.chain import merkle
from domain.chain.blocks import Block, Record, leaves_of, records_of
from domain.chain.checkpoints import Checkpoint, differs
from domain.chain.rows import Kind

Place = tuple[Kind, int]  # a kind of row and a position


class NotSealed(Exception):
    """A row is in no block yet, or no checkpoint was signed since."""


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the chain a row is, and the hashes that lead from it to its block's root."""

    kind: Kind
    position: int
    day: int
    block: int
    index: int
    path: tuple[str, ...]  # in hex


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive blocks, the last of them signed, and where in them each row is."""

    blocks: tuple[Block, ...]
    inclusions: tuple[Inclusion, ...]
    checkpoint: Checkpoint


def inclusions(block: Block, records: bytes, places: Iterable[Place]) -> Iterator[Inclusion]:
    """The inclusions of rows that a block has; those of other blocks are passed over."""
    wanted = set(places)
    found = [
        (index, record)
        for index, record in enumerate(records_of(records))
        if (record.kind, record.position) in wanted
    ]
    ways = merkle.paths(leaves_of(records), [index for index, _ in found])
    for (index, record), way in zip(found, ways, strict=True):
        yield Inclusion(
            kind=record.kind,
            position=record.position,
            day=record.day,
            block=block.number,
            index=index,
            path=tuple(step.hex() for step in way),
        )


def problems(
    segment: Segment, texts: Mapping[Place, bytes], keys: Mapping[str, bytes]
) -> list[str]:
    """Why the segment does not prove these rows, given by their texts; nothing when it does.

    `keys` are the public keys that are trusted, by their ids.
    """
    return [
        *_unsigned(segment.checkpoint, segment.blocks, keys),
        *_broken(segment.blocks),
        *_unproven(segment, texts),
    ]


def _unsigned(
    checkpoint: Checkpoint, blocks: Sequence[Block], keys: Mapping[str, bytes]
) -> Iterator[str]:
    if checkpoint.key_id not in keys:
        yield f"the checkpoint is signed with another key: {checkpoint.key_id}"
    elif not checkpoint.is_genuine(keys):
        yield "the signature of the checkpoint is wrong"
    if not blocks or checkpoint.number != blocks[-1].number or differs(checkpoint, blocks[-1]):
        yield "the checkpoint is not that of the last block"


def _broken(blocks: Sequence[Block]) -> Iterator[str]:
    for one, next_one in pairwise(blocks):
        if next_one.number != one.number + 1 or next_one.previous != one.digest:
            yield f"block {next_one.number} does not follow block {one.number}"


def _unproven(segment: Segment, texts: Mapping[Place, bytes]) -> Iterator[str]:
    blocks = {block.number: block for block in segment.blocks}
    included = {(each.kind, each.position): each for each in segment.inclusions}
    for (kind, position), text in texts.items():
        found = included.get((kind, position))
        if found is None:
            yield f"{kind} {position} is not in the segment"
        elif not _is_proven(found, text, blocks.get(found.block)):
            yield f"{kind} {position} is not what was sealed"


def _is_proven(found: Inclusion, text: bytes, block: Block | None) -> bool:
    if block is None:
        return False
    leaf = Record(found.kind, found.position, found.day, sha256(text).digest()).leaf
    try:
        way = [bytes.fromhex(step) for step in found.path]
    except ValueError:
        return False
    return merkle.climbed(leaf, found.index, block.rows, way).hex() == block.root

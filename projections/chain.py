"""The hash chain as it is kept: blocks with their records, and signed checkpoints (ADR 27)."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, Index, Select, func, select

from domain.chain.blocks import Block, Sealed
from domain.chain.checkpoints import Checkpoint
from domain.chain.rows import Kind
from domain.chain.segments import NotSealed, Place, Segment, inclusions
from domain.chain.verifying import Pruning
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class BlockRow:
    """A block: its header, and the records it was made of."""

    number: int
    previous: str
    first_fact: int
    last_fact: int
    first_entry: int
    last_entry: int
    rows: int
    root: str
    pruned_before: int
    at: int
    records: bytes


@dataclass(slots=True, kw_only=True)
class CheckpointRow:
    """A signature over a block."""

    number: int
    digest: str
    last_fact: int
    last_entry: int
    at: int
    key_id: str
    signature: str


BLOCKS = table(
    "chain_blocks",
    BlockRow,
    Index("chain_blocks_last_fact", "last_fact"),
    Index("chain_blocks_last_entry", "last_entry"),
    Index("chain_blocks_at", "at"),
    key=["number"],
)
CHECKPOINTS = table("chain_checkpoints", CheckpointRow, key=["number"])
_HEADER = [BLOCKS.c[name] for name in Block.__struct_fields__]


def append(connection: Connection, sealed: Sealed | None, checkpoint: Checkpoint | None) -> None:
    """Add a block, a checkpoint or both; raises IntegrityError when the number is taken."""
    if sealed:
        row = BlockRow(**msgspec.structs.asdict(sealed.block), records=sealed.records)
        connection.execute(BLOCKS.insert(), asdict(row))
    if checkpoint:
        connection.execute(CHECKPOINTS.insert(), msgspec.structs.asdict(checkpoint))


def end(connection: Connection) -> tuple[Block | None, Checkpoint | None]:
    """The last block and the last checkpoint."""
    block = fetch(connection, _newest(select(*_HEADER), BLOCKS.c.number), Block)
    signed = fetch(connection, _newest(select(CHECKPOINTS), CHECKPOINTS.c.number), Checkpoint)
    return next(iter(block), None), next(iter(signed), None)


def _newest(
    query: Select[tuple[object, ...]], number: ColumnElement[int]
) -> Select[tuple[object, ...]]:
    return query.order_by(number.desc()).limit(1)


def sealed_from(connection: Connection, number: int, *, limit: int) -> list[Sealed]:
    """Blocks with their records, from a number on, in order."""
    query = select(BLOCKS).where(BLOCKS.c.number >= number).order_by(BLOCKS.c.number)
    return [
        Sealed(_block(row), row.records) for row in fetch(connection, query.limit(limit), BlockRow)
    ]


def _block(row: BlockRow) -> Block:
    return Block(**{name: getattr(row, name) for name in Block.__struct_fields__})


def checkpoints(
    connection: Connection,
    *,
    after: int = 0,
    before: int = 0,
    limit: int = 100,
    newest_first: bool = False,
) -> list[Checkpoint]:
    """Checkpoints between two numbers (0: any), both exclusive."""
    number = CHECKPOINTS.c.number
    query = select(CHECKPOINTS).where(number > after)
    if before:
        query = query.where(number < before)
    query = query.order_by(number.desc() if newest_first else number)
    return fetch(connection, query.limit(limit), Checkpoint)


def prunings(connection: Connection) -> list[Pruning]:
    """The blocks that tell of pruned days."""
    query = select(BLOCKS.c.number, BLOCKS.c.pruned_before).where(BLOCKS.c.pruned_before != 0)
    return [Pruning(*row) for row in connection.execute(query)]


def numbers(connection: Connection, *, since: int, until: int) -> tuple[int, int]:
    """The first and the last number of blocks that were sealed between two instants (0: any)."""
    query = select(func.min(BLOCKS.c.number), func.max(BLOCKS.c.number))
    query = query.where(BLOCKS.c.at >= since)
    if until:
        query = query.where(BLOCKS.c.at < until)
    first, last = connection.execute(query).one()
    return first or 0, last or 0


def segment(connection: Connection, facts: Collection[int], entries: Collection[int]) -> Segment:
    """What proves the rows at these positions; raises NotSealed while there is no such proof."""
    places: set[Place] = {(Kind.FACT, position) for position in facts}
    places |= {(Kind.ENTRY, position) for position in entries}
    found = [each for block in _around(connection, places) for each in inclusions(*block, places)]
    if len(found) < len(places) or not found:
        raise NotSealed
    first, last = found[0].block, found[-1].block
    signed = checkpoints(connection, after=last - 1, limit=1)
    if not signed:
        raise NotSealed
    headers = select(*_HEADER).where(BLOCKS.c.number.between(first, signed[0].number))
    return Segment(
        blocks=tuple(fetch(connection, headers.order_by(BLOCKS.c.number), Block)),
        inclusions=tuple(found),
        checkpoint=signed[0],
    )


def _around(connection: Connection, places: Collection[Place]) -> Iterator[Sealed]:
    """The blocks that answer for these positions."""
    numbers = {number for kind in Kind for number in _numbers(connection, kind, places)}
    for number in sorted(numbers):
        yield from sealed_from(connection, number, limit=1)


def _numbers(connection: Connection, kind: Kind, places: Collection[Place]) -> Iterator[int]:
    """One query a block, however many positions it answers for."""
    last = 0
    for position in sorted(place for each, place in places if each is kind):
        if position > last and (found := _covering(connection, kind, position)):
            number, last = found
            yield number


def _covering(connection: Connection, kind: Kind, position: int) -> tuple[int, int] | None:
    """The number of the block that answers for a position, and its last one."""
    first, last = (
        (BLOCKS.c.first_fact, BLOCKS.c.last_fact)
        if kind is Kind.FACT
        else (BLOCKS.c.first_entry, BLOCKS.c.last_entry)
    )
    query = select(BLOCKS.c.number, last).where(last >= position, first <= position)
    found = connection.execute(query.order_by(last, BLOCKS.c.number).limit(1)).one_or_none()
    return None if found is None else (found[0], found[1])


def after(connection: Connection, number: int) -> list[Checkpoint]:
    """Checkpoints after a number, some of them."""
    return checkpoints(connection, after=number)

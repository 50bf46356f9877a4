"""The rows that are there against the records of their block."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from domain.chain.blocks import Record, leaf_of
from domain.chain.findings import Finding, Problem, of_row
from domain.chain.rows import Kind, Row

_Place = tuple[Kind, int]


def same(rows: Sequence[Row], records: bytes) -> bool:
    """Whether the rows are those of the records: the way most blocks go."""
    return records == b"".join(map(leaf_of, rows))


def differences(
    rows: Sequence[Row], records: Sequence[Record], *, may_be_gone: Callable[[Record], bool]
) -> Iterator[Finding]:
    """What differs, facts first, by position."""
    there: dict[_Place, Row] = {}
    for each in rows:
        if there.setdefault((each.kind, each.position), each) is not each:
            yield of_row(Problem.INSERTED, each, "there is one already")
    sealed = {(record.kind, record.position): record for record in records}
    places = {record.hash: place for place, record in sealed.items()}
    moved = {row.hash for place, row in there.items() if places.get(row.hash, place) != place}
    for place in sorted(there.keys() | sealed.keys(), key=_order):
        row, record = there.get(place), sealed.get(place)
        if row is not None:
            yield from _of_present(row, record, places)
        elif record is not None and not may_be_gone(record) and record.hash not in moved:
            yield Finding(Problem.MISSING, record.kind, record.position)


def _of_present(
    row: Row, record: Record | None, places: Mapping[bytes, _Place]
) -> Iterator[Finding]:
    if record is not None and record.hash == row.hash:
        return
    if row.hash in places:
        kind, position = places[row.hash]
        yield of_row(Problem.REORDERED, row, f"it stood at {kind} {position}")
    else:
        yield of_row(Problem.INSERTED if record is None else Problem.ALTERED, row)


def _order(place: _Place) -> tuple[bool, int]:
    kind, position = place
    return kind is Kind.ENTRY, position

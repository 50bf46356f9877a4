"""What a check of the chain comes upon."""

from enum import StrEnum
from typing import NamedTuple

from domain.chain.rows import Row, named


class Problem(StrEnum):
    """What is wrong with a row, a block or a checkpoint."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    FORGED = "forged"
    UNSIGNED = "unsigned"


class Finding(NamedTuple):
    """Something that is not as it was sealed."""

    problem: Problem
    kind: str  # fact, entry, block, checkpoint, file
    position: int  # of a block or a checkpoint: its number
    station: str = ""
    key: str = ""  # of an entry; of a fact its stream, version and topic
    detail: str = ""

    def __str__(self) -> str:
        told = f" of {self.station}" if self.station else ""
        key = f" ({self.key})" if self.key else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.kind} {self.position}{told}{key} {self.problem}{detail}"


def of_row(problem: Problem, row: Row, detail: str = "") -> Finding:
    """A finding about a row that is there."""
    return Finding(problem, row.kind, row.position, *named(row), detail=detail)

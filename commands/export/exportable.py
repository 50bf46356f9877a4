"""What can be exported: rows in the order of the log, portion by portion, however many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

PORTION = 5_000  # rows in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which rows are wanted: received from `begin` to before `end`, of a station; unset: any."""

    begin: datetime | None = None
    end: datetime | None = None
    station: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies within."""
        late_enough = self.begin is None or at >= self.begin
        return late_enough and (self.end is None or at < self.end)


class Exportable(Protocol):
    """A table that is read from its beginning to its present end."""

    @property
    def record(self) -> type:
        """A dataclass: its fields are the columns."""
        ...

    def portions(self, span: Span) -> Iterator[tuple[int, Sequence[Any]]]:
        """Records, and the position up to which all are told; raises Unavailable."""
        ...

    def head(self) -> int:
        """The last position there is; raises Unavailable."""
        ...

"""Read models as exports: their rows as they are, in the order of the facts that made them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from commands.export.exportable import PORTION, Span
from projections import meter_values, transactions
from projections.database import Database, reached
from projections.meter_values import MeterValueRow
from projections.portions import Place, Portion
from projections.transactions import TransactionRow

R = TypeVar("R")


class RowsExport(Generic[R]):
    """The rows of one read model."""

    def __init__(
        self,
        database: Database,
        record: type[R],
        *,
        portion: Callable[[Any, Portion], Sequence[R]],
        place: Callable[[R], Place],
    ) -> None:
        """`portion` reads rows, by a connection, in order; `place` is where a row stands."""
        self.record = record
        self._database, self._portion, self._place = database, portion, place

    def portions(self, span: Span) -> Iterator[tuple[int, Sequence[R]]]:
        """Each in a transaction of its own: an export of hours holds nobody up."""
        wanted = Portion(begin=span.begin, end=span.end, station=span.station, limit=PORTION)
        while rows := self._database.read(self._portion, wanted):
            wanted = wanted.after_place(self._place(rows[-1]))
            yield wanted.after.position, rows

    def head(self) -> int:
        """The position that every read model has reached."""
        return self._database.read(reached)


def transactions_of(database: Database) -> RowsExport[TransactionRow]:
    """Transactions, as they stand now."""
    return RowsExport(
        database,
        TransactionRow,
        portion=transactions.portion,
        place=lambda row: Place(row.first_position, row.number),
    )


def meter_values_of(database: Database) -> RowsExport[MeterValueRow]:
    """Sampled values, one per row."""
    return RowsExport(
        database,
        MeterValueRow,
        portion=meter_values.portion,
        place=lambda row: Place(row.position, row.index),
    )

"""One export: from the database into a file, in bounded memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from commands import opening
from commands.choices import shared
from commands.export.events import EventsExport
from commands.export.exportable import Exportable, Span
from commands.export.files import writer
from commands.export.journal import JournalExport
from commands.export.kinds import Format, What
from commands.export.rows import meter_values_of, transactions_of
from commands.settings import Settings, SettingsError
from domain.log import Log
from projections.database import Database
from projections.events.reader import EventReader
from projections.events.view import pseudonymous

_Making = Callable[[Log, Database, Settings], Exportable]
_MADE: Mapping[What, _Making] = MappingProxyType(
    {
        What.EVENTS: lambda log, _, settings: EventsExport(
            log, EventReader(pseudonymous(log), shared.event_source(settings))
        ),
        What.TRANSACTIONS: lambda _, database, __: transactions_of(database),
        What.METER_VALUES: lambda _, database, __: meter_values_of(database),
        What.JOURNAL: lambda log, _, __: JournalExport(log),
    }
)
Tell = Callable[[int, int], None]  # how many rows, and the position they lead to


@contextmanager
def exportable(what: What, settings: Settings) -> Iterator[Exportable]:
    """Open the database for an export; raises Unavailable, SettingsError."""
    if settings.database_url == opening.MEMORY:
        raise SettingsError(f"{opening.MEMORY} is within the process that runs it")
    stored, database = opening.open_database(settings)
    try:
        yield _MADE[what](opening.sealed(stored, database), database, settings)
    finally:
        stored.close()
        database.close()


def export(table: Exportable, span: Span, format: Format, out: BinaryIO, tell: Tell) -> int:
    """Write all rows of a span; how many they were."""
    count = 0
    with writer(format, table.record, out) as write:
        for position, records in table.portions(span):
            write(records)
            count += len(records)
            tell(count, position)
    return count


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name once it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

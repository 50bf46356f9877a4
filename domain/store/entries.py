"""What the three adapters share: identity and clean text of journal rows, blocks of numbers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from domain.log import JournalEntry

_GREATEST_NUMBER = 2**31 - 1  # transaction ids are signed 32 bit integers in many stations


def day_of(at: datetime) -> date:
    """The UTC day of an instant."""
    return at.astimezone(UTC).date()


def identity(entry: JournalEntry) -> tuple[str, str, date]:
    """What is unique in the journal: station, key, day of receipt."""
    return entry.station, entry.key, day_of(entry.received_at)


def printable(journal: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    """The entries without NUL in what a station wrote: PostgreSQL refuses it in text.

    The payload keeps it, so nothing is lost; one such frame must not stop its batch.
    """
    if any("\0" in e.message_id or "\0" in e.action or "\0" in e.deviations for e in journal):
        return [_without_nul(entry) for entry in journal]
    return journal


def _without_nul(entry: JournalEntry) -> JournalEntry:
    return entry._replace(
        message_id=_clean(entry.message_id),
        action=_clean(entry.action),
        deviations=_clean(entry.deviations),
    )


def filters(**given: str | int | datetime | None) -> dict[str, str | int | datetime]:
    """What is asked of journal rows, without what may be anything, and written as they are."""
    return {name: _clean(v) if isinstance(v, str) else v for name, v in given.items() if v}


def _clean(text: str) -> str:
    return text.replace("\0", "\ufffd")


def block(last: int, count: int) -> range:
    """The `count` numbers that end with `last`; raises OverflowError beyond 31 bits."""
    if last > _GREATEST_NUMBER:
        raise OverflowError("there are no more transaction numbers")
    return range(last - count + 1, last + 1)

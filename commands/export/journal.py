"""The journal as an export: each message as it came, with the answer it got."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from commands.export.exportable import PORTION, Span
from domain.log import JournalRow, Log


@dataclass(slots=True, kw_only=True)
class JournalLine:
    """A journal row; bytes that are no UTF-8 are replaced."""

    position: int
    received_at: datetime
    decided_at: datetime
    station: str
    kind: str
    direction: str
    connection: int
    node: str
    key: str
    message_id: str
    action: str
    payload: str
    answer: str
    deviations: str


_AS_THEY_ARE = frozenset(each.name for each in fields(JournalLine)) - {
    "position",
    "payload",
    "answer",
}


class JournalExport:
    """Rows in the order of their commits."""

    record = JournalLine

    def __init__(self, log: Log) -> None:
        self._log = log

    def portions(self, span: Span) -> Iterator[tuple[int, Sequence[JournalLine]]]:
        """Read by position, so that rows that come meanwhile are told at the end."""
        after = 0
        while rows := self._log.frames(
            station=span.station,
            after=after,
            limit=PORTION,
            received_from=span.begin,
            received_to=span.end,
        ):
            after = rows[-1].position
            yield after, [_line(row) for row in rows]

    def head(self) -> int:
        """The position of the newest row."""
        newest = self._log.frames(limit=1, newest_first=True)
        return newest[0].position if newest else 0


def _line(row: JournalRow) -> JournalLine:
    entry = row.entry
    return JournalLine(
        position=row.position,
        payload=entry.payload.decode(errors="replace"),
        answer=entry.answer.decode(errors="replace"),
        **{name: getattr(entry, name) for name in _AS_THEY_ARE},
    )

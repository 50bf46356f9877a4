"""What a station said of a transaction: its frames out of the rows, opened and read again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain import facts, frames
from domain.evidence.rows import Rows
from domain.log import JournalEntry
from domain.model.aggregate import Fact
from domain.ocpp import reading
from domain.ocpp.action import Incoming
from domain.ocpp.errors import Violation
from domain.ocpp.v16.core.meter_values import MeterValues
from domain.ocpp.v16.core.start_transaction import StartTransaction
from domain.ocpp.v16.core.stop_transaction import StopTransaction
from domain.ocpp.v16.types import MeterValue
from domain.sealing.literals import disclosed


@dataclass(frozen=True, slots=True)
class Told:
    """A fact, opened, and where it stands."""

    position: int
    cause: tuple[str, str]  # station and key of a journal row
    fact: Fact


@dataclass(frozen=True, slots=True)
class Said:
    """A row of the journal, opened; a frame that was read has a request."""

    position: int
    entry: JournalEntry
    request: Any = None  # of StartTransaction, MeterValues or StopTransaction

    @property
    def key(self) -> tuple[str, str]:
        """What facts name as their cause."""
        return self.entry.station, self.entry.key

    def names(self, number: int) -> bool:
        """Whether it is of a transaction by what it says itself; what has no values always is."""
        return number == getattr(self.request, "transactionId", number)

    @property
    def source(self) -> str:
        """Where that stands, in words."""
        return f"{self.entry.action or self.entry.kind}, journal {self.position}"

    @property
    def moment(self) -> datetime | None:
        """What the station's clock said when it wrote the frame, if it tells."""
        if self.request is None:
            return None
        if isinstance(self.request, MeterValues.Request):
            return self.request.meterValue[-1].timestamp if self.request.meterValue else None
        moment: datetime | None = self.request.timestamp
        return moment

    @property
    def values(self) -> tuple[MeterValue, ...]:
        """The meter values that came with it."""
        if isinstance(self.request, MeterValues.Request):
            return self.request.meterValue
        if isinstance(self.request, StopTransaction.Request):
            return self.request.transactionData
        return ()


@dataclass(frozen=True, slots=True)
class Record:
    """All rows of a transaction, opened."""

    told: tuple[Told, ...]
    said: tuple[Said, ...]

    def by_cause(self, told: Told) -> Said | None:
        """The row that led to a fact; None when it is not kept any more."""
        return self.find(*told.cause)

    def find(self, station: str, key: str) -> Said | None:
        """The row of the journal with a key."""
        return next((each for each in self.said if each.key == (station, key)), None)


def opened(rows: Rows) -> Record:
    """The rows with what is sealed in them, in the order of the log, whatever theirs is.

    Raises Unopenable, UnknownTopic, ValueError.
    """
    keys = {each.literal.encode(): each.key for each in rows.openings}
    told = sorted(_facts(rows, keys), key=lambda each: each.position)
    said = sorted(_entries(rows, keys), key=lambda each: each.position)
    return Record(tuple(told), tuple(said))


def _facts(rows: Rows, keys: Mapping[bytes, bytes]) -> Iterator[Told]:
    for row in rows.facts:
        noted = row.noted
        stream, state = _text(noted.stream, keys), disclosed(noted.state, keys)
        fact = facts.decode(stream, noted.version, noted.topic, state)
        yield Told(row.position, (row.station, row.cause), fact)


def _entries(rows: Rows, keys: Mapping[bytes, bytes]) -> Iterator[Said]:
    for row in rows.journal:
        stored = row.entry
        entry = stored._replace(
            payload=disclosed(stored.payload, keys),
            answer=disclosed(stored.answer, keys),
            deviations=_text(stored.deviations, keys),
            context=_text(stored.context, keys),
        )
        yield Said(row.position, entry, _request(entry))


def _text(text: str, keys: Mapping[bytes, bytes]) -> str:
    return disclosed(text.encode(), keys).decode()


def _request(entry: JournalEntry) -> Any:  # noqa: ANN401 - of its action
    """The request in a frame as it was read when it came, None when it is none of these."""
    action = _actions().get(entry.action)
    if entry.kind != "frame" or entry.direction != "in" or action is None:
        return None
    frame = frames.parse(entry.payload)
    if not isinstance(frame, frames.Call):
        return None
    try:
        return reading.read(action.Request, frame.payload, defaults=action.defaults)[0]
    except Violation:
        return None


def _actions() -> Mapping[str, Incoming]:
    return {each.name: each for each in (StartTransaction(), MeterValues(), StopTransaction())}

"""What an operator may wish of what was put aside, and how poison of the broker is put aside."""

from dataclasses import dataclass
from datetime import datetime

from domain.model.quarantine import Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An inbound record as the journal has it: the members of its row (`domain.log`)."""

    kind: str
    key: str
    payload: str
    context: str
    node: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReading:
    """A reading that is on record elsewhere, as in `domain.model.meter`."""

    connector: int
    transaction: int | None
    sampled_at: datetime
    samples: str
    register_wh: int | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveCase:
    """Decide of a case. What the decision rests on comes along, so that it can be repeated.

    `transaction` is for `assign`; `meter_wh` and `energy_wh` are what the operator knows better;
    `record` is what is decided again; `readings` are those that a transaction is to be given.
    """

    station: str
    case: str
    ruling: Ruling
    note: str
    transaction: int = 0
    meter_wh: int | None = None
    energy_wh: int | None = None
    record: Record | None = None
    readings: tuple[LateReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenCase:
    """Take the decision of a case back, and what it corrected."""

    station: str
    case: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPoison:
    """Put aside what the broker gave up: a record, or bytes that are none (`rubbish`, escaped).

    `station` is whose it is, or `NOBODY`; `digest` names it for ever.
    """

    station: str
    digest: str
    record: Record | None = None
    rubbish: str = ""


NOBODY = "broker:poison"  # whose writer decides of what names no station

CaseOperation = ResolveCase | ReopenCase | KeepPoison

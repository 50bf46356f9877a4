"""What could not be understood or contradicts the record: kept with its reason, for a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from domain.model.aggregate import Aggregate, Birth, Fact, Refused


class Kind(StrEnum):
    """What sort of case it is: what may be decided of it follows."""

    ORPHAN_STOP = "orphan-stop"  # a stop of no transaction, or of another station's
    SECOND_STOP = "second-stop"  # a transaction was stopped before, by other values
    METER_BACKWARDS = "meter-backwards"  # its stop shows less than its start
    LATE_VALUES = "late-values"  # readings taken after the end of their transaction
    FAILED = "failed"  # the program could not handle the record
    POISON = "poison"  # the broker gave it up, or it is no record


class Ruling(StrEnum):
    """What a person decides of a case."""

    ASSIGN = "assign"  # it belongs to this transaction
    ACCEPT = "accept"  # it is as the station says now: the record is corrected
    REJECT = "reject"  # it is as on record
    AGAIN = "again"  # the record is decided once more
    DISMISS = "dismiss"  # nothing is done about it


RULINGS: Mapping[Kind, tuple[Ruling, ...]] = MappingProxyType(
    {
        Kind.ORPHAN_STOP: (Ruling.ASSIGN, Ruling.DISMISS),
        Kind.SECOND_STOP: (Ruling.ACCEPT, Ruling.REJECT, Ruling.DISMISS),
        Kind.METER_BACKWARDS: (Ruling.ACCEPT, Ruling.REJECT, Ruling.DISMISS),
        Kind.LATE_VALUES: (Ruling.ASSIGN, Ruling.DISMISS),
        Kind.FAILED: (Ruling.AGAIN, Ruling.DISMISS),
        Kind.POISON: (Ruling.AGAIN, Ruling.DISMISS),
    }
)
_KINDS = MappingProxyType(  # by the reasons of the first version
    {
        "a stop of an unknown transaction": Kind.ORPHAN_STOP,
        "a stop of another station's transaction": Kind.ORPHAN_STOP,
        "a second stop with other values": Kind.SECOND_STOP,
        "the meter went backwards": Kind.METER_BACKWARDS,
        "values after the end of a transaction": Kind.LATE_VALUES,
    }
)
_NUMBER = re.compile(r"transaction (-?\d+)", re.ASCII)
_MOMENT = re.compile(r" at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$", re.ASCII)
_STOP = re.compile(r"(-?\d+) Wh, reason (.*), idTag (.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the station says in what was put aside; None and "" where it says nothing."""

    transaction: int | None = None
    connector: int | None = None
    id_tag: str = ""
    meter_wh: int | None = None
    happened_at: datetime | None = None  # the station's clock
    stop_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person decided, and why."""

    ruling: Ruling
    note: str
    by: str
    transaction: int = 0  # that it was assigned to, or that was corrected; 0: none


class Quarantine(Aggregate):
    """One thing put aside. The station was answered all the same."""

    TOPIC = "quarantine"

    class Kept(Birth):
        """Put aside, and why. `frame` names the journal row; `detail` may hold a traceback."""

        TOPIC = "quarantine.kept"
        class_version = 2  # 2: kind, and what the station claims
        station: str
        reason: str
        action: str
        message_id: str
        frame: str  # key of the journal row
        subject: str  # what it claims to be about, e.g. "transaction 17"
        detail: str
        kind: str
        transaction: int | None
        connector: int | None
        id_tag: str
        meter_wh: int | None
        happened_at: datetime | None
        stop_reason: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """The claim stood in the texts."""
            stop, number = _STOP.fullmatch(state["detail"]), _NUMBER.search(state["subject"])
            moment = _MOMENT.search(state["subject"])
            kind = _KINDS.get(state["reason"], Kind.FAILED)
            tag = stop[3] if stop else ""
            state["kind"] = kind.value
            state["transaction"] = int(number[1]) if number and kind is not Kind.FAILED else None
            state["connector"], state["happened_at"] = None, moment[1] if moment else None
            state["id_tag"] = "" if tag == "-" else tag
            state["meter_wh"] = int(stop[1]) if stop else None
            state["stop_reason"] = stop[2] if stop else ""

    class Resolved(Fact):
        """A person decided of it. What followed are facts of the same cause."""

        TOPIC = "quarantine.resolved"
        ruling: str
        transaction: int  # that it was assigned to, or that was corrected; 0: none
        note: str
        by: str

        def apply(self, case: "Quarantine") -> None:
            case.ruling, case.resolved_transaction = self.ruling, self.transaction

    class Reopened(Fact):
        """A person took the decision back, and with it what it corrected."""

        TOPIC = "quarantine.reopened"
        note: str
        by: str

        def apply(self, case: "Quarantine") -> None:
            case.ruling, case.resolved_transaction = "", 0

    class FailedAgain(Fact):
        """It was decided once more, and could not be handled again; `detail` tells why."""

        TOPIC = "quarantine.failed_again"
        detail: str
        by: str

        def apply(self, case: "Quarantine") -> None:
            """It is as open as before."""

    def __init__(
        self,
        *,
        station: str,
        frame: str,
        kind: str,
        transaction: int | None,
        id_tag: str,
        meter_wh: int | None,
        happened_at: datetime | None,
        stop_reason: str,
    ) -> None:
        self.station, self.frame, self.kind = station, frame, Kind(kind)
        self.claim = Claim(
            transaction=transaction,
            id_tag=id_tag,
            meter_wh=meter_wh,
            happened_at=happened_at,
            stop_reason=stop_reason,
        )
        self.ruling, self.resolved_transaction = "", 0

    @classmethod
    def id_of(cls, station: str, subject: str) -> str:
        """The same thing put aside twice is one stream."""
        return f"quarantine:{station}:{subject}"

    @classmethod
    def keep(
        cls,
        stream: str,
        *,
        station: str,
        reason: str,
        action: str,
        message_id: str,
        frame: str,
        subject: str,
        detail: str,
        at: datetime,
        kind: Kind = Kind.FAILED,
        claim: Claim | None = None,
    ) -> Self:
        """Put something aside."""
        claimed = claim or Claim()
        return cls._create(
            cls.Kept,
            id=stream,
            station=station,
            reason=reason,
            action=action,
            message_id=message_id,
            frame=frame,
            subject=subject,
            detail=detail,
            kind=kind.value,
            transaction=claimed.transaction,
            connector=claimed.connector,
            id_tag=claimed.id_tag,
            meter_wh=claimed.meter_wh,
            happened_at=claimed.happened_at,
            stop_reason=claimed.stop_reason,
            timestamp=at,
        )

    @property
    def open(self) -> bool:
        """Whether nobody has decided of it."""
        return not self.ruling

    def admit(self, ruling: Ruling) -> None:
        """Raise Refused unless this may be decided of it now."""
        if not self.open:
            raise Refused(f"this case is resolved ({self.ruling}): reopen it first")
        if ruling not in RULINGS[self.kind]:
            allowed = ", ".join(RULINGS[self.kind])
            raise Refused(f"of a case of {self.kind} one may decide: {allowed}", Refused.INVALID)

    def resolve(self, decided: Decided, *, at: datetime) -> None:
        """Record what a person decided."""
        self.admit(decided.ruling)
        self.trigger_event(
            self.Resolved,
            ruling=decided.ruling.value,
            transaction=decided.transaction,
            note=decided.note,
            by=decided.by,
            timestamp=at,
        )

    def reopen(self, *, note: str, by: str, at: datetime) -> None:
        """Take the decision back."""
        if self.open:
            raise Refused("this case is open")
        self.trigger_event(self.Reopened, note=note, by=by, timestamp=at)

    def fail_again(self, detail: str, *, by: str, at: datetime) -> None:
        """It could not be handled this time either."""
        self.trigger_event(self.FailedAgain, detail=detail, by=by, timestamp=at)

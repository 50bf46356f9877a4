"""Cases of the quarantine as the API shows and takes them."""

from typing import Literal

from pydantic import BaseModel, Field

from commands.api.shapes import LARGEST, Text, Time
from commands.api.transactions import Transaction
from domain.model.quarantine import RULINGS, Kind, Ruling
from projections.candidates import Candidate
from projections.quarantine import QuarantineRow

State = Literal["open", "resolved"]


class Case(BaseModel, from_attributes=True):
    """One thing put aside for a person; the station was answered all the same."""

    number: int = Field(validation_alias="first_position", description="what it is called by")
    id: str
    station: str = Field(description="broker:poison when it names none")
    kind: Kind
    state: State
    reason: str
    action: str
    message_id: str
    subject: str = Field(description="what it claims to be about, e.g. transaction 17")
    detail: str
    frame: str = Field(description="key of its row in the journal")
    transaction: int | None = Field(description="that the station names")
    connector: int | None
    id_tag: str
    meter_wh: int | None
    happened_at: Time | None = Field(description="by the station's clock")
    stop_reason: str
    kept_at: Time | None
    ruling: Ruling | None = Field(description="what was decided")
    resolved_transaction: int | None = Field(description="assigned to, or corrected")
    note: str
    decided_by: str
    decided_at: Time | None
    failures: int = Field(description="how often it was decided again in vain")
    failure: str = Field(description="how the last time")


class CandidateShape(BaseModel):
    """A transaction that the case may be about."""

    score: int = Field(ge=0, le=100, description="how well it fits; nothing is decided by it")
    reasons: list[str]
    energy_wh: int | None = Field(description="that it would have by the case's reading, Wh")
    transaction: Transaction


class CaseWithCandidates(Case):
    """A case, what came, and what may be decided of it."""

    record: str = Field(description="the frame as it came; empty once the journal has it no more")
    rulings: list[Ruling] = Field(description="what may be decided now")
    candidates: list[CandidateShape]


class Resolving(BaseModel, extra="forbid"):
    """What is decided, and why."""

    ruling: Ruling = Field(
        description="assign: it belongs to `transaction`; accept: it is as the station says now;"
        " reject: it is as on record; again: decide the record once more; dismiss: leave it"
    )
    note: Text = Field(min_length=1, max_length=1000, description="why, for the record")
    transaction: int = Field(0, ge=0, le=LARGEST, description="for assign")
    meter_wh: int | None = Field(
        None, ge=0, le=LARGEST, description="what the meter showed at the end, when known better"
    )
    energy_wh: int | None = Field(
        None, ge=0, le=LARGEST, description="what was charged, when the readings cannot tell"
    )


class Reopening(BaseModel, extra="forbid"):
    """Why a decision is taken back."""

    note: Text = Field(min_length=1, max_length=1000, description="why, for the record")


def shown(row: QuarantineRow) -> Case:
    """A case."""
    return Case.model_validate(_plain(row))


def shown_with(row: QuarantineRow, record: str, candidates: list[Candidate]) -> CaseWithCandidates:
    """A case with what helps to decide of it."""
    allowed = RULINGS[Kind(row.kind)] if row.state == "open" else ()
    found = [
        CandidateShape(
            score=each.score,
            reasons=list(each.reasons),
            energy_wh=each.energy_wh,
            transaction=Transaction.model_validate(each.transaction),
        )
        for each in candidates
    ]
    more = {"record": record, "rulings": list(allowed), "candidates": found}
    return CaseWithCandidates.model_validate(_plain(row) | more)


def _plain(row: QuarantineRow) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in _FIELDS}
    return values | {"ruling": row.ruling or None}


_FIELDS = tuple(
    str(field.validation_alias or name)
    for name, field in Case.model_fields.items()
    if name != "ruling"
)

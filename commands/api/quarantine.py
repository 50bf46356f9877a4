"""/api/v1/quarantine: what could not be understood, or contradicts the record, for a person."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query

from commands.api import case_evidence
from commands.api.access import Operator, viewing
from commands.api.case_shapes import (
    Case,
    CaseWithCandidates,
    Reopening,
    Resolving,
    State,
    shown,
    shown_with,
)
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import LARGEST, Cursor, Filter, Limit, Page, before, page_of
from domain.model.case_operations import ReopenCase, ResolveCase
from domain.model.quarantine import Kind, Ruling
from projections import candidates, quarantine, transactions
from projections.quarantine import QuarantineRow, Wanted

router = APIRouter(prefix="/api/v1/quarantine", tags=["quarantine"], dependencies=[viewing])

Number = Annotated[int, Path(ge=1, le=LARGEST, description="the number of the case")]


@router.get("")
def list_quarantine(
    office: AnOffice,
    *,
    station: Filter = "",
    state: State | None = None,
    kind: Kind | None = None,
    transaction: Annotated[int | None, Query(ge=-LARGEST, le=LARGEST)] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Case]:
    """The newest first. `transaction`: that the station names, or that a case was assigned to."""
    wanted = Wanted(station=station, state=state or "", kind=kind or "", transaction=transaction)
    rows = office.database.read(quarantine.listed, wanted, before=before(cursor), limit=limit + 1)
    return page_of(rows, limit, item=shown, place=lambda row: row.first_position)


@router.get("/{number}")
def get_case(office: AnOffice, number: Number) -> CaseWithCandidates:
    """One case with what came, and the transactions it may be about, the best first."""
    row = _row(office, number)
    found = office.database.read(candidates.of_case, row)
    return shown_with(row, case_evidence.text_of(office.log, row), found)


@router.post("/{number}/resolve")
async def resolve_case(
    office: AnOffice, number: Number, resolving: Resolving, by: Operator
) -> Case:
    """Decide of a case. What follows, e.g. the end of a transaction, has this as its cause."""
    wish = await asyncio.to_thread(_wish, office, number, resolving)
    await office.desk.wish(wish, by=by.name)
    return await asyncio.to_thread(_shown, office, number)


@router.post("/{number}/reopen")
async def reopen_case(office: AnOffice, number: Number, reopening: Reopening, by: Operator) -> Case:
    """Take a decision back, and what it corrected; a transaction that was open stays ended."""
    row = await asyncio.to_thread(_row, office, number)
    await office.desk.wish(
        ReopenCase(station=row.station, case=row.id, note=reopening.note), by=by.name
    )
    return await asyncio.to_thread(_shown, office, number)


def _row(office: Office, number: int) -> QuarantineRow:
    row = office.database.read(quarantine.find, number)
    if row is None:
        raise Problem(404, f"there is no case {number}", kind="not-found")
    return row


def _shown(office: Office, number: int) -> Case:
    return shown(_row(office, number))


def _wish(office: Office, number: int, resolving: Resolving) -> ResolveCase:
    """With what the decision rests on."""
    row, ruling = _row(office, number), resolving.ruling
    to, claimed = None, None
    if ruling is Ruling.ASSIGN and resolving.transaction:
        to = office.database.read(transactions.find, resolving.transaction)
        claimed = office.database.read(transactions.find, row.transaction or 0)
    is_again = ruling is Ruling.AGAIN and row.kind in {Kind.FAILED, Kind.POISON}
    return ResolveCase(
        station=row.station,
        case=row.id,
        ruling=ruling,
        note=resolving.note,
        transaction=resolving.transaction,
        meter_wh=resolving.meter_wh,
        energy_wh=resolving.energy_wh,
        record=case_evidence.record_of(office.log, row) if is_again else None,
        readings=case_evidence.readings_of(office.log, row, to, claimed) if to else (),
    )

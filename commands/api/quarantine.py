"""/api/v1/quarantine: what could not be understood, or contradicts the record."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.shapes import Cursor, Filter, Limit, Page, Time, before, page_of
from projections import quarantine
from projections.quarantine import QuarantineRow

router = APIRouter(prefix="/api/v1/quarantine", tags=["quarantine"], dependencies=[viewing])


class Case(BaseModel, from_attributes=True):
    """One thing put aside for a person; the station was answered all the same."""

    id: str
    station: str
    reason: str
    action: str
    message_id: str
    subject: str = Field(description="what it claims to be about, e.g. transaction 17")
    detail: str
    frame: str = Field(description="key of its row in the journal")
    kept_at: Time


@router.get("")
def list_quarantine(
    office: AnOffice, station: Filter = "", cursor: Cursor = "", limit: Limit = 100
) -> Page[Case]:
    """The newest first."""
    rows = office.database.read(
        quarantine.listed, station=station, before=before(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=_case, place=lambda row: row.first_position)


def _case(row: QuarantineRow) -> Case:
    return Case.model_validate(row)

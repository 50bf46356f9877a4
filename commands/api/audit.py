"""/api/v1/audit: what people did, or tried; who, when, from where."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from commands.api import spreadsheet
from commands.api.access import administering
from commands.api.office import AnOffice
from commands.api.shapes import (
    LARGEST,
    Cursor,
    Filter,
    GivenTime,
    Limit,
    Page,
    Time,
    before,
    page_of,
)
from projections import audit
from projections.audit import AuditRow, Wanted

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], dependencies=[administering])

_BATCH = 1000  # rows of a spreadsheet read at once
_AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {spreadsheet.MEDIA_TYPE: {}}, "description": "JSON, or CSV as accepted"}
}

Outcome = Literal["", "granted", "refused", "failed"]
Moment = Annotated[GivenTime | None, Query()]


class Action(BaseModel, from_attributes=True):
    """One action of a person; that of a timer or a campaign follows from one and is not here."""

    position: int = Field(validation_alias="first_position")
    id: str = Field(description="of the wish; its journal entry has it as message_id")
    at: Time = Field(validation_alias="acted_at")
    by: str = Field(validation_alias="acted_by", description='"": nobody who is known')
    origin: str = Field(description='an address, or "console" for work on the database itself')
    operation: str
    subject: str = Field(description="a station, or e.g. token:… campaign:… user:… api")
    detail: str
    outcome: str = Field(description="granted, refused, or failed by a defect of the program")
    reason: str


async def _wanted(
    *,
    by: Filter = "",
    origin: Filter = "",
    subject: Filter = "",
    operation: Filter = "",
    outcome: Outcome = "",
    since: Moment = None,
    until: Moment = None,
) -> Wanted:
    """The filters; `since` is inclusive, `until` is not."""
    return Wanted(
        by=by,
        origin=origin,
        subject=subject,
        operation=operation,
        outcome=outcome,
        since=since,
        until=until,
    )


@router.get("", response_model=Page[Action], responses=_AS_CSV)
def list_actions(
    office: AnOffice,
    request: Request,
    wanted: Annotated[Wanted, Depends(_wanted)],
    *,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="a position, exclusive")] = 0,
    newest_first: Annotated[bool, Query()] = True,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Action] | Response:
    """The newest first, unless asked otherwise. With `Accept: text/csv` all, whatever the limit."""

    def rows(place: int, count: int) -> list[AuditRow]:
        return office.database.read(
            audit.listed,
            wanted,
            after=after if newest_first else max(after, place),
            before=place if newest_first else 0,
            limit=count,
            newest_first=newest_first,
        )

    if spreadsheet.is_wanted(request):
        return spreadsheet.response(Action, _all(rows, before(cursor)), name="audit")
    return page_of(
        rows(before(cursor), limit + 1),
        limit,
        item=Action.model_validate,
        place=lambda row: row.first_position,
    )


def _all(read: Callable[[int, int], list[AuditRow]], place: int) -> Iterator[Action]:
    while found := read(place, _BATCH):
        yield from map(Action.model_validate, found)
        place = found[-1].first_position

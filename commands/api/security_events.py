"""/api/v1/security-events: what stations told of their security, and what was refused to them."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from commands.api import spreadsheet
from commands.api.access import viewing
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
from projections import security_events
from projections.security_events import Choice, SecurityEventRow

router = APIRouter(prefix="/api/v1/security-events", tags=["security"], dependencies=[viewing])

_BATCH = 1000  # rows of a spreadsheet read at once
_AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {spreadsheet.MEDIA_TYPE: {}}, "description": "JSON, or CSV as accepted"}
}

Severity = Literal["", "critical", "ordinary"]
Source = Literal["", "station", "csms"]


class SecurityEvent(BaseModel, from_attributes=True):
    """One event, by the names of the security white paper where it has one."""

    position: int
    station: str
    source: str = Field(description="station: it told so; csms: it was refused here")
    type: str
    severity: str = Field(description="critical, as the white paper has it, or ordinary")
    occurred_at: Time = Field(description="by the clock of the source; what was queued is old")
    received_at: Time
    tech_info: str


async def _choice(
    *,
    station: Filter = "",
    type: Filter = "",
    severity: Severity = "",
    source: Source = "",
    begin: Annotated[
        GivenTime | None, Query(alias="from", description="occurred then or later")
    ] = None,
    end: Annotated[GivenTime | None, Query(alias="to", description="occurred before")] = None,
) -> Choice:
    """The filters."""
    return Choice(
        station=station, type=type, severity=severity, source=source, begin=begin, end=end
    )


@router.get("", response_model=Page[SecurityEvent], responses=_AS_CSV)
def list_security_events(
    office: AnOffice,
    request: Request,
    choice: Annotated[Choice, Depends(_choice)],
    *,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="a position, exclusive")] = 0,
    newest_first: Annotated[bool, Query()] = True,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[SecurityEvent] | Response:
    """The newest first, unless asked otherwise. With `Accept: text/csv` all, whatever the limit."""

    def rows(place: int, count: int) -> list[SecurityEventRow]:
        return office.database.read(
            security_events.listed,
            choice,
            after=after if newest_first else max(after, place),
            before=place if newest_first else 0,
            limit=count,
            newest_first=newest_first,
        )

    if spreadsheet.is_wanted(request):
        all_rows = _all(rows, before(cursor))
        return spreadsheet.response(SecurityEvent, all_rows, name="security-events")
    return page_of(
        rows(before(cursor), limit + 1),
        limit,
        item=SecurityEvent.model_validate,
        place=lambda row: row.position,
    )


def _all(read: Callable[[int, int], list[SecurityEventRow]], place: int) -> Iterator[SecurityEvent]:
    while found := read(place, _BATCH):
        yield from map(SecurityEvent.model_validate, found)
        place = found[-1].position

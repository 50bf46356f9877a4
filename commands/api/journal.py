"""/api/v1/stations/{station}/journal: every message in and out, as it was, secrets masked."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from commands.api.access import Viewer, viewing
from commands.api.office import AnOffice
from commands.api.roles import Role
from commands.api.shapes import (
    LARGEST,
    Cursor,
    Filter,
    Limit,
    Page,
    StationId,
    Time,
    before,
    page_of,
)
from domain.log import JournalEntry, JournalRow
from domain.model.operations import RecordAction
from projections.users import Holder

router = APIRouter(prefix="/api/v1/stations", tags=["journal"], dependencies=[viewing])

Kind = Literal[
    "", "frame", "opened", "closed", "knocked", "barred", "returned", "timed_out", "wish", "due"
]


class Entry(BaseModel):
    """A frame, the opening or end of a socket, a wish or a timer; with the answer it got."""

    position: int
    key: str
    kind: str
    direction: str = Field(description="in: from the station; out: to it")
    connection: int
    node: str
    message_id: str
    action: str
    payload: str = Field(description="the frame as it was")
    answer: str = Field(description='the frame that answered it, "" when none')
    deviations: str = Field(description="where it left the specification and was read all the same")
    received_at: Time
    decided_at: Time


@router.get("/{station}/journal")
def list_journal(
    office: AnOffice,
    station: StationId,
    by: Viewer,
    *,
    action: Filter = "",
    message_id: Filter = "",
    kind: Kind = "",
    since: Annotated[int, Query(ge=0, le=LARGEST, description="a position, exclusive")] = 0,
    newest_first: Annotated[bool, Query()] = False,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Entry]:
    """The oldest first, unless asked otherwise."""
    place = before(cursor)
    rows = office.log.frames(
        station=station,
        after=since if newest_first else max(since, place),
        before=place if newest_first else 0,
        limit=limit + 1,
        newest_first=newest_first,
        action=action,
        message_id=message_id,
        kind=kind,
    )
    seen = [row._replace(entry=veiled(row.entry, by)) for row in rows]
    return page_of(seen, limit, item=_entry, place=lambda row: row.position)


def veiled(entry: JournalEntry, by: Holder) -> JournalEntry:
    """Without what only the audit trail tells, for whoever may not read that."""
    if entry.action != RecordAction.__name__ or Role[by.role] >= Role.admin:
        return entry
    return entry._replace(payload=b"", answer=b"", context="")


def _entry(row: JournalRow) -> Entry:
    entry = row.entry
    return Entry(
        position=row.position,
        key=entry.key,
        kind=entry.kind,
        direction=entry.direction,
        connection=entry.connection,
        node=entry.node,
        message_id=entry.message_id,
        action=entry.action,
        payload=entry.payload.decode(errors="replace"),
        answer=entry.answer.decode(errors="replace"),
        deviations=entry.deviations,
        received_at=entry.received_at,
        decided_at=entry.decided_at,
    )

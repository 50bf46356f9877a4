"""…/timeline of a station or a transaction: what happened, in one order, and what it led to."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from commands.api.access import Viewer, viewing
from commands.api.journal import veiled
from commands.api.office import AnOffice
from commands.api.past import course_of, in_turn
from commands.api.problems import Problem
from commands.api.shapes import (
    LARGEST,
    Cursor,
    GivenTime,
    Limit,
    Page,
    StationId,
    Time,
    after,
    page_of,
)
from commands.api.transactions import Number
from domain import timeline, wire
from domain.journal import Unrevivable, revive
from domain.log import JournalEntry, Notification
from domain.model.audit import Audit
from domain.moments import moment_of
from domain.timeline import Happening, Window
from projections import transactions

router = APIRouter(prefix="/api/v1", tags=["time travel"], dependencies=[viewing])

_KEPT, _PRUNED = "j", "f"

Kind = Literal[
    "frame",
    "call",
    "opened",
    "closed",
    "knocked",
    "barred",
    "returned",
    "timed_out",
    "wish",
    "due",
    "pruned",
]


class FactTold(BaseModel):
    """A fact, as it is stored."""

    position: int = Field(description="in the log")
    at: Time
    topic: str
    stream: str
    version: int
    cause: str = Field(description="key of the journal row that led to it")
    data: dict[str, Any]


class Event(BaseModel):
    """A message in or out, a wish or a timer, and the facts that it led to."""

    at: Time = Field(description="when it was received")
    kind: Kind = Field(
        description="call: ours to the station; pruned: its row is gone, the facts are left"
    )
    key: str = Field(description="in the station's journal")
    action: str
    message_id: str
    by: str = Field(description="whose wish it was")
    payload: str
    answer: str = Field(description='the frame that answered it, "" when none')
    deviations: str
    facts: list[FactTold]


def _window(
    *,
    begin: Annotated[GivenTime | None, Query(alias="from", description="not before")] = None,
    end: Annotated[GivenTime | None, Query(alias="to", description="before this time")] = None,
    kind: Annotated[list[Kind] | None, Query(description="only these; repeatable")] = None,
    newest_first: Annotated[bool, Query()] = False,
) -> Window:
    return Window(begin, end, frozenset(kind or ()), newest_first)


AWindow = Annotated[Window, Depends(_window)]


@router.get("/stations/{station}/timeline")
def get_timeline_of_station(
    office: AnOffice,
    station: StationId,
    window: AWindow,
    by: Viewer,
    *,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Event]:
    """All that was said, wished and due, the oldest first, unless asked otherwise."""
    era, place = _place(cursor)
    eras = ((_PRUNED, timeline.pruned_of_station), (_KEPT, timeline.rows_of_station))
    found: list[Happening] = []
    for name, read in eras[::-1] if window.newest_first else eras:
        if era in {"", name} and len(found) <= limit:
            most = limit + 1 - len(found)
            found += read(office.log, station, window, place=place, limit=most)
            era, place = "", 0
    found = [each._replace(entry=each.entry and veiled(each.entry, by)) for each in found]
    return page_of(found, limit, item=event_of, place=_place_of)


@router.get("/transactions/{number}/timeline")
def get_timeline_of_transaction(
    office: AnOffice, number: Number, window: AWindow, cursor: Cursor = "", limit: Limit = 100
) -> Page[Event]:
    """What concerned a transaction: its messages, the calls and wishes that name it."""
    course = course_of(office, number)
    row = office.database.read(transactions.find, number)
    is_over = row is not None and row.state == "stopped"
    last = row.last_position if row is not None and is_over else 0
    with in_turn(office):
        happened = timeline.of_transaction(office.log, course.station, number, course.after, last)
    wanted = [each for each in happened if window.holds(each.at) and window.wants(each.kind)]
    _, place = _place(cursor)
    if window.newest_first:
        wanted = [each for each in wanted[::-1] if not place or each.place < place]
    else:
        wanted = [each for each in wanted if each.place > place]
    return page_of(wanted[: limit + 1], limit, item=event_of, place=_place_of)


def event_of(happening: Happening) -> Event:
    """A happening as it is shown."""
    entry = happening.entry
    return Event(
        at=happening.at,
        kind=happening.kind,  # type: ignore[arg-type]  # pydantic checks it
        key=happening.key,
        action=entry.action if entry else "",
        message_id=entry.message_id if entry else "",
        by=_wisher(entry) if entry else "",
        payload=entry.payload.decode(errors="replace") if entry else "",
        answer=entry.answer.decode(errors="replace") if entry else "",
        deviations=entry.deviations if entry else "",
        facts=told(happening.facts),
    )


def told(facts: Iterable[Notification]) -> list[FactTold]:
    """Facts as they are shown. The audit trail is for administrators: it has addresses."""
    return [_fact(each) for each in facts if each.topic != Audit.Acted.TOPIC]


def _fact(fact: Notification) -> FactTold:
    return FactTold(
        position=fact.position,
        at=moment_of(fact.state),
        topic=fact.topic,
        stream=fact.stream,
        version=fact.version,
        cause=fact.cause,
        data=orjson.loads(fact.state),
    )


def _wisher(entry: JournalEntry) -> str:
    """Who wished it; "" when it was no wish, or the row does not say."""
    try:
        record = revive(entry)
    except Unrevivable:
        return ""
    return record.by if isinstance(record, wire.Wish) else ""


def _place_of(happening: Happening) -> str:
    return f"{_KEPT if happening.entry else _PRUNED}{happening.place}"


def _place(cursor: str) -> tuple[str, int]:
    """Whether a page begins where the journal was pruned or where it is kept, after which place."""
    if not cursor:
        return "", 0
    given = after(cursor)
    era, place = given[:1], given[1:]
    if era not in {_KEPT, _PRUNED} or not (place.isascii() and place.isdecimal()):
        raise Problem(422, "this cursor did not come from here", kind="invalid")
    if int(place) > LARGEST:
        raise Problem(422, "this cursor did not come from here", kind="invalid")
    return era, int(place)

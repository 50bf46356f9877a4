"""/api/v1/events: what happened, as CloudEvents, in pages or as it comes; and their schemas."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.problems import Problem
from commands.api.shapes import (
    LARGEST,
    Cursor,
    Filter,
    GivenTime,
    Limit,
    Segment,
    before,
    cursor_of,
)
from commands.feed import Choice, Crowded, Passage
from domain.log import Unavailable
from domain.moments import position_at, position_before
from projections.events import catalogue
from projections.events.event import Event
from projections.events.schemas import schemas

router = APIRouter(prefix="/api/v1/events", tags=["events"], dependencies=[viewing])

_STREAM = "text/event-stream"
_ALIVE = 15.0  # s without events after which a client is told that all is well
_LONGEST = 900.0  # s: a client asks again, so that a revoked token ends
_FIRST = b"retry: 1000\n\n"
_AS_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {_STREAM: {}}, "description": "Server-Sent Events: each `data` a CloudEvent"}
}

After = Annotated[int | None, Query(ge=0, le=LARGEST, description="a position, exclusive")]


class EventPage(BaseModel):
    """Some events, and where the next ones begin. A page may have fewer than `limit`, or none."""

    items: list[dict[str, Any]] = Field(description="CloudEvents 1.0; `data` as their schemas say")
    next: str | None = Field(description="the cursor of the next page; null: no more for now")
    position: int = Field(description="all up to there was looked at: go on with `after`")


async def _choice(
    *,
    station: Filter = "",
    type: Annotated[
        list[str] | None,
        Query(max_length=100, description="a type, or its beginning and *; several: any of them"),
    ] = None,
) -> Choice:
    """The filters."""
    try:
        return Choice(types=catalogue.named(type or ()), station=station)
    except catalogue.UnknownType as unknown:
        detail = f"there are no events of type {unknown}: see /api/v1/events/schemas"
        raise Problem(422, detail, kind="invalid") from None


AChoice = Annotated[Choice, Depends(_choice)]


@router.get("", response_model=EventPage)
def list_events(
    office: AnOffice,
    choice: AChoice,
    *,
    after: After = None,
    since: Annotated[GivenTime | None, Query(description="happened then or later")] = None,
    until: Annotated[GivenTime | None, Query(description="happened before")] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Response:
    """In the order of the log. To poll, ask with the `position` of the last answer as `after`."""
    place = max(after or 0, before(cursor))
    if since and not cursor:
        place = max(place, position_before(office.log, since))
    portion = office.feed.page(place, choice, limit=limit)
    last = position_at(office.log, until) if until else portion.position
    events = [
        each.body
        for each in portion.events
        if not ((since and each.time < since) or (until and each.time >= until))
    ]
    more = portion.full and portion.position <= last
    return Response(_page(events, portion.position, more=more), media_type="application/json")


@router.get("/stream", responses=_AS_STREAM, response_class=StreamingResponse)
async def stream_events(
    office: AnOffice,
    request: Request,
    choice: AChoice,
    *,
    after: After = None,
    last_event_id: Annotated[str, Header(max_length=20, description="goes before `after`")] = "",
) -> Response:
    """As they come, for a quarter of an hour; then ask again with `Last-Event-ID`.

    Without a position from now on. Ask with `Accept: text/event-stream`.
    """
    if _STREAM not in request.headers.get("accept", ""):
        raise Problem(406, f"this never ends: ask for it with Accept: {_STREAM}")
    following = office.feed.follow(_place(last_event_id, after), choice, patience=_ALIVE)
    try:
        first = await anext(following)  # what goes wrong must go wrong before the answer begins
    except Crowded:
        raise Problem(503, "too many follow already; ask again", kind="busy") from None
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_told(first, following), media_type=_STREAM, headers=headers)


@router.get("/schemas")
def list_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas of `data`, by type."""
    return schemas()


@router.get("/schemas/{type}")
def read_schema(type: Segment) -> dict[str, Any]:
    """The JSON Schema of the `data` of a type."""
    if type not in schemas():
        raise Problem(404, f"there are no events of type {type}", kind="not-found")
    return schemas()[type]


def _page(events: list[bytes], position: int, *, more: bool) -> bytes:
    """They are JSON already."""
    following = b'"%s"' % cursor_of(position).encode() if more else b"null"
    return b'{"items":[%s],"next":%s,"position":%d}' % (b",".join(events), following, position)


def _place(last_event_id: str, after: int | None) -> int | None:
    """Where a stream begins; raises Problem."""
    if not last_event_id:
        return after
    if not (last_event_id.isascii() and last_event_id.isdecimal()):
        raise Problem(422, "this Last-Event-ID did not come from here", kind="invalid")
    return min(int(last_event_id), LARGEST)


async def _told(first: Passage, following: AsyncGenerator[Passage, None]) -> AsyncIterator[bytes]:
    end = asyncio.get_running_loop().time() + _LONGEST
    yield _FIRST + _text(first)
    with suppress(Unavailable):  # the client asks again, and is told so
        async with aclosing(following):
            async for passage in following:
                yield _text(passage)
                if asyncio.get_running_loop().time() > end:
                    return


def _text(passage: Passage) -> bytes:
    """Without events it still tells where a client is, and that we are here."""
    if not passage.events:
        return b": alive\nid: %d\n\n" % passage.position
    return b"".join(map(_block, passage.events))


def _block(event: Event) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (event.position, event.body)

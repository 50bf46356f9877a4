"""The small shapes that all resources share: path segments, times, pages."""

import base64
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from urllib.parse import unquote

from fastapi import Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
)

from commands.api.problems import Problem
from domain.ocpp import times

LARGEST = 2**63 - 1  # what the databases can compare
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII | re.IGNORECASE)
_FIRST_YEAR = 1900  # a year before that is a slip, and some databases hold none before 1


def decoded(segment: str) -> str:
    """A path segment as it was meant; it comes percent-encoded (`commands.api.requests`)."""
    return _plain(unquote(segment, errors="strict"))


def _plain(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        raise ValueError("must not have control characters")
    return text


def _written(given: object) -> object:
    """A number is no time, in a string neither: it would be read as seconds or milliseconds."""
    if isinstance(given, datetime) or (isinstance(given, str) and _RFC_3339.match(given)):
        return given
    raise ValueError("must be a time as in RFC 3339")


def _in_utc(moment: datetime) -> datetime:
    """The same instant; its offset could lead out of the calendar wherever it is compared later."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a possible time") from None
    if moment.year < _FIRST_YEAR:
        raise ValueError(f"must be of a year from {_FIRST_YEAR} on")
    return moment


def _plausible(moment: datetime) -> datetime:
    if not times.plausible(moment):
        raise ValueError("must be a time of this century")
    return moment


Time = Annotated[
    datetime,
    PlainSerializer(times.write, return_type=str),
    Field(examples=["2026-01-31T12:00:00.000Z"]),
]
GivenTime = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    AfterValidator(_in_utc),
    PlainSerializer(times.write, return_type=str),
]
Moment = Annotated[GivenTime, AfterValidator(_plausible)]
Text = Annotated[str, AfterValidator(_plain)]
StationId = Annotated[
    str,
    Path(min_length=1, max_length=765, description="percent-encoded UTF-8; a / is %2F"),
    AfterValidator(decoded),
    Field(max_length=255),
]
Segment = Annotated[
    str, Path(min_length=1, max_length=765, description="percent-encoded"), AfterValidator(decoded)
]
Filter = Annotated[Text, Query(max_length=255)]
Cursor = Annotated[
    str, Query(max_length=1024, description="the `next` of the page before; empty: the first page")
]
Limit = Annotated[int, Query(ge=1, le=1000, description="items of a page")]

T = TypeVar("T")
R = TypeVar("R")


class Page(BaseModel, Generic[T]):
    """Some items, and where the next ones begin."""

    items: list[T]
    next: str | None = Field(
        default=None, description="the cursor of the next page; null on the last one"
    )


def page_of(
    rows: Sequence[R], limit: int, *, item: Callable[[R], T], place: Callable[[R], str | int]
) -> Page[T]:
    """A page of rows, asked for with `limit + 1`; `place` is what the next begins after."""
    shown = rows[:limit]
    following = cursor_of(place(shown[-1])) if len(rows) > limit else None
    return Page(items=[item(row) for row in shown], next=following)


def after(cursor: str) -> str:
    """The name that a page begins after; "" for the first one."""
    try:
        return _plain(base64.b64decode(cursor.encode("ascii"), b"-_", validate=True).decode())
    except ValueError:
        raise Problem(422, "this cursor did not come from here", kind="invalid") from None


def before(cursor: str) -> int:
    """The position that a page begins before (or after); 0 for the first one."""
    place = after(cursor)
    if not place:
        return 0
    if not (place.isascii() and place.isdecimal() and int(place) <= LARGEST):
        raise Problem(422, "this cursor did not come from here", kind="invalid")
    return int(place)


def cursor_of(place: str | int) -> str:
    """The cursor of a page that begins after a name or position."""
    return base64.urlsafe_b64encode(str(place).encode()).decode()

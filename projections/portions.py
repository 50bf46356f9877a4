"""Reading a whole read model portion by portion, in the order of the log."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self, TypeVar

from sqlalchemy import Column, ColumnElement, Select, tuple_

T = TypeVar("T", bound=Select[Any])


class Place(NamedTuple):
    """Where a row stands: the position of the fact that made it, and which of its rows it is."""

    position: int
    number: int


_BEGINNING = Place(0, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Rows received from `begin` to before `end`, of a station, after a place; unset: any."""

    begin: datetime | None = None
    end: datetime | None = None
    station: str = ""
    after: Place = _BEGINNING
    limit: int

    def after_place(self, place: Place) -> Self:
        """The portion that follows."""
        return replace(self, after=place)

    def of(
        self,
        query: T,
        *,
        order: tuple[ColumnElement[Any], ColumnElement[Any]],
        received: Column[datetime],
        station: Column[str],
    ) -> T:
        """A query narrowed to it; `order`: the columns of a place."""
        query = query.where(tuple_(*order) > tuple(self.after)).order_by(*order).limit(self.limit)
        if self.begin is not None:
            query = query.where(received >= self.begin)
        if self.end is not None:
            query = query.where(received < self.end)
        if self.station:
            query = query.where(station == self.station)
        return query

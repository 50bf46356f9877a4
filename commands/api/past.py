"""`?at=`: the same resources as they were at an instant.

The routes ask the same queries as ever, of read models that end there (`projections.past`). The
answer says in headers which instant was meant, and which position of the log.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Response

from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import LARGEST, Filter, GivenTime, Segment, StationId
from domain.model.token import Token
from domain.ocpp import times
from projections import tokens, transactions
from projections.past import OfStation, OfStream, Past, Source
from projections.readmodel import ReadModel

At = Annotated[GivenTime | None, Query(description="as it was then: a time that is past")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]

_PATIENCE = 2.0  # s to wait for a place

INSTANT, POSITION = "As-Of", "As-Of-Position"


def of_station(*models: ReadModel) -> Callable[..., Iterator[Office]]:
    """A dependency: the office of routes below a station; as it was then, if that is asked for."""

    def then(
        office: AnOffice, station: StationId, response: Response, at: At = None
    ) -> Iterator[Office]:
        yield from _then(office, OfStation(office.log, station), models, response, at)

    return then


def of_named(*models: ReadModel) -> Callable[..., Iterator[Office]]:
    """The same of routes whose query may name a station: it must, for a time that is past."""

    def then(
        office: AnOffice, response: Response, station: Filter = "", at: At = None
    ) -> Iterator[Office]:
        if at and not station:
            raise Problem(422, "with at, say of which station", kind="invalid")
        yield from _then(office, OfStation(office.log, station), models, response, at)

    return then


def of_transaction(*models: ReadModel) -> Callable[..., Iterator[Office]]:
    """The same of routes below a transaction."""

    def then(
        office: AnOffice, number: Number, response: Response, at: At = None
    ) -> Iterator[Office]:
        source = course_of(office, number) if at else OfStation(office.log, "")
        yield from _then(office, source, models, response, at)

    return then


def of_token(
    office: AnOffice, id_tag: Segment, response: Response, at: At = None
) -> Iterator[Office]:
    """The same of a token."""
    source = OfStream(office.log, Token.id_of(id_tag))
    yield from _then(office, source, [tokens.MODEL], response, at)


def course_of(office: Office, number: int) -> OfStation:
    """What happened at its station since a transaction began; raises Problem when there is none."""
    row = office.database.read(transactions.find, number)
    if row is None:
        raise Problem(404, f"there is no transaction {number}", kind="not-found")
    return OfStation(office.log, row.station, after=row.first_position - 1)


def check_past(office: Office, instant: datetime) -> None:
    """Raises Problem when it has not been yet."""
    if instant > office.clock():
        raise Problem(422, f"{times.write(instant)} is not past yet", kind="invalid")


@contextmanager
def in_turn(office: Office) -> Iterator[None]:
    """A place for what reads long, so that threads are left to others; raises Problem when full."""
    if not office.places.acquire(timeout=_PATIENCE):
        raise Problem(503, "too many look into the past already; ask again", kind="busy")
    try:
        yield
    finally:
        office.places.release()


def _then(
    office: Office,
    source: Source,
    models: tuple[ReadModel, ...] | list[ReadModel],
    response: Response,
    at: datetime | None,
) -> Iterator[Office]:
    if at is None:
        yield office
        return
    check_past(office, at)
    with in_turn(office), Past(office.log, source, models) as past:
        position = past.go_to(at)
        response.headers[INSTANT], response.headers[POSITION] = times.write(at), str(position)
        yield replace(office, database=past.database)

"""/api/v1/reservations/{number}/history: what became of it, fact by fact."""

from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.reservations import Number, Where, get_reservation
from commands.api.shapes import Time
from domain.log import StoredFact
from domain.model.reservation import Reservation
from domain.moments import moment_of

router = APIRouter(
    prefix="/api/v1/reservations/{number}/history", tags=["reservations"], dependencies=[viewing]
)

_MOST = 1000  # facts


class Step(BaseModel):
    """A fact of the reservation, as it is stored."""

    at: Time = Field(description="when what led to it was received")
    version: int = Field(description="its place in the history; the first is 1")
    topic: str = Field(description="e.g. reservation.accepted")
    cause: str = Field(description="key of the journal row that led to it")
    data: dict[str, Any]


class History(BaseModel):
    """All lives of a number at its station: asked for again, it replaces what stands."""

    station: str
    reservation_id: int
    steps: list[Step] = Field(description="the newest thousand, the oldest first")


@router.get("")
def get_history(office: AnOffice, number: Number, station: Where = "") -> History:
    """How it came to be as it is; 409 when several stations know the id."""
    row = get_reservation(office, number, station)
    stream = Reservation.id_of(row.station, number)
    steps = [_step(each) for each in office.log.tails([stream], _MOST)]
    return History(station=row.station, reservation_id=number, steps=steps)


def _step(fact: StoredFact) -> Step:
    return Step(
        at=moment_of(fact.state),
        version=fact.version,
        topic=fact.topic,
        cause=fact.cause,
        data=orjson.loads(fact.state),
    )

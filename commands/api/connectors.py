"""/api/v1/connectors: the status each connector reported last."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import Office
from commands.api.past import of_named
from commands.api.problems import Problem
from commands.api.shapes import LARGEST, Cursor, Filter, Limit, Page, Time, after, page_of
from projections import connectors
from projections.connectors import ConnectorRow

router = APIRouter(prefix="/api/v1/connectors", tags=["connectors"], dependencies=[viewing])

AnOfficeThen = Annotated[Office, Depends(of_named(connectors.MODEL))]


class Connector(BaseModel, from_attributes=True):
    """A connector; 0 is the station's own controller."""

    station: str
    connector: int = Field(validation_alias="number")
    status: str = Field(description='"" until it reports one')
    error_code: str
    info: str
    vendor_id: str
    vendor_error_code: str
    reported_at: Time | None = Field(description="the station's clock")
    received_at: Time | None
    transaction: int | None = Field(description="the one that is open here")


@router.get("")
def list_connectors(
    office: AnOfficeThen,
    station: Filter = "",
    status: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Connector]:
    """By station and number: all that a station ever named. `status` as it was reported."""
    rows = office.database.read(
        connectors.listed, station=station, status=status, after=_place(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=Connector.model_validate, place=_place_of)


def _place_of(row: ConnectorRow) -> str:
    """The number goes first: a station's id may hold anything."""
    return f"{row.number}/{row.station}"


def _place(cursor: str) -> tuple[str, int] | None:
    """The station and the number that a page begins after; None for the first one."""
    if not cursor:
        return None
    number, _, station = after(cursor).partition("/")
    if not (number.isascii() and number.isdecimal() and int(number) <= LARGEST):
        raise Problem(422, "this cursor did not come from here", kind="invalid")
    return station, int(number)

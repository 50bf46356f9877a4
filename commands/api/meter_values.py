"""/api/v1/transactions/{number}/meter-values: what was measured, value by value."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from commands.api import spreadsheet
from commands.api.access import viewing
from commands.api.office import Office
from commands.api.past import of_transaction
from commands.api.shapes import LARGEST, Cursor, Limit, Page, Time, before, page_of
from commands.api.transactions import Number, get_transaction
from projections import meter_values, running, transactions
from projections.meter_values import MeterValueRow

router = APIRouter(prefix="/api/v1/transactions", tags=["transactions"], dependencies=[viewing])

_MODELS = (transactions.MODEL, running.MODEL, meter_values.MODEL)
AnOfficeThen = Annotated[Office, Depends(of_transaction(*_MODELS))]
MOST_SAMPLES = 2000  # more than fit into the longest frame of one moment


class MeterValue(BaseModel, from_attributes=True):
    """One sampled value (OCPP 1.6 section 7.43), defaults made explicit."""

    position: int = Field(description="values of one moment have the same")
    index: int
    station: str
    connector: int
    transaction: int | None = Field(description="null when it belongs to no known one")
    claimed_transaction: int | None = Field(description="what the station said it belongs to")
    sampled_at: Time = Field(description="the station's clock")
    received_at: Time
    source: str = Field(description="MeterValues or StopTransaction")
    measurand: str
    phase: str
    context: str
    location: str
    unit: str
    format: str
    value: float | None = Field(description="null when it is no number, e.g. signed data")
    raw: str = Field(description="as the station sent it")


@router.get(
    "/{number}/meter-values",
    response_model=Page[MeterValue],
    responses={200: {"content": {spreadsheet.MEDIA_TYPE: {}}, "description": "JSON or CSV"}},
)
def list_meter_values(
    office: AnOfficeThen,
    request: Request,
    number: Number,
    *,
    after: Annotated[
        int, Query(ge=0, le=LARGEST, description="a position: only what came after it")
    ] = 0,
    cursor: Cursor = "",
    limit: Limit = 500,
) -> Page[MeterValue] | Response:
    """The oldest first, whole moments: a page may have more values than its limit."""
    get_transaction(office, number)
    if spreadsheet.is_wanted(request):
        values = _all(office, number)
        return spreadsheet.response(MeterValue, values, name=f"transaction-{number}")
    rows = _moments(office, number, max(before(cursor), after), limit)
    return page_of(
        rows, whole(rows, limit), item=MeterValue.model_validate, place=lambda row: row.position
    )


def _moments(office: Office, number: int, place: int, limit: int) -> list[MeterValueRow]:
    return office.database.read(
        meter_values.of_transaction, number, after=place, limit=limit + MOST_SAMPLES
    )


def whole(rows: list[MeterValueRow], limit: int) -> int:
    """How many rows a page has, so that no moment is cut in two; in either order of time."""
    if len(rows) <= limit:
        return limit
    last = rows[limit - 1].position
    return limit + sum(1 for row in rows[limit:] if row.position == last)


def _all(office: Office, number: int) -> Iterator[MeterValue]:
    place = 0
    while rows := _moments(office, number, place, MOST_SAMPLES):
        shown = rows[: whole(rows, MOST_SAMPLES)]
        yield from map(MeterValue.model_validate, shown)
        place = shown[-1].position

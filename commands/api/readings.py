"""/api/v1/stations/{station}/meter-values: what a station measured, in a transaction or in none."""

from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from commands.api import spreadsheet
from commands.api.access import viewing
from commands.api.meter_values import MOST_SAMPLES, MeterValue, whole
from commands.api.office import AnOffice
from commands.api.shapes import LARGEST, Cursor, Filter, Limit, Page, StationId, before, page_of
from projections import meter_values
from projections.meter_values import MeterValueRow

router = APIRouter(prefix="/api/v1/stations", tags=["transactions"], dependencies=[viewing])


@router.get(
    "/{station}/meter-values",
    response_model=Page[MeterValue],
    responses={200: {"content": {spreadsheet.MEDIA_TYPE: {}}, "description": "JSON or CSV"}},
)
def list_readings(
    office: AnOffice,
    request: Request,
    station: StationId,
    *,
    connector: Annotated[int | None, Query(ge=0, le=LARGEST, description="0: main meter")] = None,
    measurand: Filter = "",
    in_transaction: Annotated[
        bool | None, Query(description="false: only what belongs to no known transaction")
    ] = None,
    cursor: Cursor = "",
    limit: Limit = 500,
) -> Page[MeterValue] | Response:
    """The newest first, whole moments: a page may have more values than its limit.

    With `Accept: text/csv` all of them, whatever the limit.
    """

    def rows(place: int, count: int) -> list[MeterValueRow]:
        return office.database.read(
            meter_values.of_station,
            station,
            connector=connector,
            measurand=measurand,
            in_transaction=in_transaction,
            before=place,
            limit=count + MOST_SAMPLES,
        )

    if spreadsheet.is_wanted(request):
        values = _all(rows, before(cursor))
        return spreadsheet.response(MeterValue, values, name="meter-values")
    found = rows(before(cursor), limit)
    return page_of(
        found, whole(found, limit), item=MeterValue.model_validate, place=lambda row: row.position
    )


def _all(read: Callable[[int, int], list[MeterValueRow]], place: int) -> Iterator[MeterValue]:
    while rows := read(place, MOST_SAMPLES):
        shown = rows[: whole(rows, MOST_SAMPLES)]
        yield from map(MeterValue.model_validate, shown)
        place = shown[-1].position

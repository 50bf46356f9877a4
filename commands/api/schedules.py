"""/api/v1/stations/{id}/connectors/{n}/schedule: what may be drawn, is said to be, and was.

It is computed from the charging profiles that are installed now (OCPP 1.6 section 3.13).
"""

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from commands.api import plot, schedule_view
from commands.api.access import Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.placing import OUTCOMES, HowSent, order_of, place, placed
from commands.api.problems import Problem
from commands.api.schedule_shapes import ConnectorNumber, Question, Schedule, Seconds, Unit
from commands.api.shapes import StationId
from domain.model.schedule import Limit, TooMuch
from projections import composite, drawn, schedules, stations

router = APIRouter(
    prefix="/api/v1/stations/{station}/connectors/{connector}/schedule",
    tags=["charging profiles"],
    dependencies=[viewing],
)


@router.get(
    "",
    response_model=Schedule,
    responses={200: {"content": {plot.MEDIA_TYPE: {}}, "description": "JSON, or a picture"}},
)
def get_schedule(
    office: AnOffice,
    request: Request,
    station: StationId,
    connector: ConnectorNumber,
    question: Annotated[Question, Depends()],
) -> Schedule | Response:
    """The composite schedule, beside the station's last report of it and what the meter showed.

    Differences need a report (`ask`); readings are those that arrived. `Accept: image/svg+xml`
    draws all three.
    """
    view = _view(office, station, connector, question)
    if plot.is_wanted(request):
        return plot.response(
            view.title, view.lines(), unit=question.unit, begin=view.begin, end=view.end
        )
    return view.shown()


@router.post("/ask", status_code=202, responses=OUTCOMES)
async def ask_station(
    office: AnOffice,
    station: StationId,
    connector: ConnectorNumber,
    *,
    by: Operator,
    sending: HowSent,
    duration: Seconds = 86_400,
    unit: Annotated[Unit, Query(description="amperes per phase, or watts")] = "A",
) -> Response:
    """Have the station report: GetCompositeSchedule, the unit always named (TC_066)."""
    payload = {"connectorId": connector, "duration": duration, "chargingRateUnit": unit}
    order = order_of(
        office,
        station,
        "GetCompositeSchedule",
        orjson.dumps(payload),
        sending=sending,
        by=by.name,
    )
    return placed(await place(office, order, wait=sending.wait))


def _view(
    office: Office, station: str, connector: int, question: Question
) -> schedule_view.ScheduleView:
    """Everything that is known of the window."""
    read, supply = office.database.read, question.supply
    if read(stations.find, station) is None:
        raise Problem(404, f"there is no station {station}", kind="not-found")
    if not read(composite.is_known, station, connector):
        detail = f"station {station} has never named a connector {connector}"
        raise Problem(404, detail, kind="not-found")
    begin = question.begin or office.clock().replace(microsecond=0)
    return schedule_view.ScheduleView(
        station,
        connector,
        begin,
        question,
        computed=_computed(office, station, connector, begin, question),
        report=read(schedules.find, station, connector),
        drawn=read(
            drawn.of_connector,
            station,
            connector,
            begin=begin,
            end=begin + question.duration,
            unit=question.unit,
            supply=supply,
        ),
    )


def _computed(
    office: Office, station: str, connector: int, begin: datetime, question: Question
) -> tuple[Limit, ...]:
    """The limits. Raises Problem where there is too much to compute."""
    try:
        return office.database.read(
            composite.of_connector,
            station,
            connector,
            begin=begin,
            duration=int(question.duration.total_seconds()),
            unit=question.unit,
            supply=question.supply,
        )
    except TooMuch as error:
        raise Problem(422, str(error), kind="invalid") from error

"""GetCompositeSchedule (OCPP 1.6 section 5.7): ask a station what its profiles together allow."""

from typing import Literal

from domain.model.call import Call
from domain.model.schedule_report import ScheduleReport
from domain.ocpp import reading
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, ChargingSchedule, Integer, Record, Time
from domain.scope import Scope


class GetCompositeSchedule(Outgoing):
    """Connector 0 asks for the total of the station. What it answers is kept as a fact."""

    class Request(Record):
        """6.21. `duration` in seconds. Without a unit the station chooses one."""

        connectorId: Integer
        duration: Integer
        chargingRateUnit: Literal["A", "W"] | None = None

    class Response(Record):
        """6.22. `scheduleStart` is when the periods begin to count."""

        status: AcceptedOrRejected
        connectorId: Integer | None = None
        scheduleStart: Time | None = None
        chargingSchedule: ChargingSchedule | None = None

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """The report is of the connector that was asked for, whatever the answer calls it."""
        stream = ScheduleReport.id_of(scope.station_id, request.connectorId)
        report = scope.find(ScheduleReport, stream) or scope.add(
            ScheduleReport.begin(scope.station_id, request.connectorId, at=scope.at)
        )
        schedule = response.chargingSchedule
        report.report(
            call.name,
            status=response.status,
            duration=request.duration,
            unit=request.chargingRateUnit or "",
            start=response.scheduleStart or (schedule.startSchedule if schedule else None),
            schedule="" if schedule is None else reading.write(schedule).decode(),
            at=scope.at,
        )

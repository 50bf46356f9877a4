"""BootNotification (OCPP 1.6 section 4.2): a station introduces itself and asks to be accepted."""

from collections.abc import Iterable
from typing import Literal

from domain.model.configuration import Configuration
from domain.model.maintenance import Maintenance
from domain.model.values import Boot
from domain.ocpp.action import Incoming
from domain.ocpp.errors import Violation
from domain.ocpp.v16 import configuring
from domain.ocpp.v16.types import Integer, Record, Text20, Text25, Text50, Time
from domain.scope import Scope


class BootNotification(Incoming):
    """Answered as the operator decided for the station (rule B); transactions stay open (B5)."""

    class Request(Record, kw_only=True):
        """6.3."""

        chargeBoxSerialNumber: Text25 | None = None
        chargePointModel: Text20
        chargePointSerialNumber: Text25 | None = None
        chargePointVendor: Text20
        firmwareVersion: Text50 | None = None
        iccid: Text20 | None = None
        imsi: Text20 | None = None
        meterSerialNumber: Text25 | None = None
        meterType: Text25 | None = None

    class Response(Record):
        """6.4. `interval`: s between heartbeats, or to the next boot when not accepted."""

        currentTime: Time
        interval: Integer
        status: Literal["Accepted", "Pending", "Rejected"]

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """What is being done to its firmware, and how it is configured."""
        return (Maintenance.id_of(station), Configuration.id_of(station))

    def decide(self, request: Request, scope: Scope) -> Response:
        """Record the boot; raises Violation for a station that nobody registered."""
        station = scope.station()
        if station is None:
            raise Violation(Violation.SECURITY, "the station is not registered")
        status, interval = station.boot(_boot(request), at=scope.at)
        if maintenance := scope.find(Maintenance, Maintenance.id_of(scope.station_id)):
            maintenance.boot(request.firmwareVersion or "", at=scope.at)
        configuring.boot(status, scope)
        return self.Response(currentTime=scope.now, interval=interval, status=status.value)


def _boot(request: BootNotification.Request) -> Boot:
    return Boot(
        vendor=request.chargePointVendor,
        model=request.chargePointModel,
        charge_point_serial_number=request.chargePointSerialNumber or "",
        charge_box_serial_number=request.chargeBoxSerialNumber or "",
        firmware_version=request.firmwareVersion or "",
        iccid=request.iccid or "",
        imsi=request.imsi or "",
        meter_type=request.meterType or "",
        meter_serial_number=request.meterSerialNumber or "",
    )

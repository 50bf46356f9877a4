"""StatusNotification (OCPP 1.6 section 4.9): how a connector is, or the station (connector 0)."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Literal

from domain.model.connector import Connector
from domain.ocpp import listing, reserving, times
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Integer, Record, Text50, Text255, Time
from domain.scope import Scope

ErrorCode = Literal[
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "NoError",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
]
Status = Literal[
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
]


class StatusNotification(Incoming):
    """Any status is stored without veto, an unknown one too (rule S5).

    The station's time says whether it tells of now or of the past (S2). A clock that was never set
    or runs ahead is not believed: later statuses would seem to be of the past.
    """

    defaults = MappingProxyType({"errorCode": "NoError"})

    class Request(Record, kw_only=True):
        """6.47."""

        connectorId: Integer
        errorCode: ErrorCode
        info: Text50 | None = None
        status: Status
        timestamp: Time | None = None
        vendorId: Text255 | None = None
        vendorErrorCode: Text50 | None = None

    Response = Empty  # 6.48

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The connector."""
        return (Connector.id_of(station, request.connectorId),)

    def decide(self, request: Request, scope: Scope) -> Empty:
        """Record what the connector reports; what is reserved there may end by it."""
        claimed = request.timestamp
        connector = scope.connector(request.connectorId)
        before, facts, heard = connector.status, connector.version, connector.modified_on
        happened = times.credible(claimed, scope.at) if claimed else None
        current = connector.report(
            request.status,
            request.errorCode,
            [request.info or "", request.vendorId or "", request.vendorErrorCode or ""],
            reported_at=happened,
            at=scope.at,
        )
        if current:
            change = reserving.Change(
                connector.number,
                before=before,
                now=connector.status,
                told=max(happened or scope.at, heard),
                clock=max(claimed or scope.at, scope.at),
            )
            reserving.follow_status(change, scope)
        if request.errorCode == "LocalListConflict" and connector.version > facts:  # rule L7
            listing.of(scope).conflict(connector.number, at=scope.at)
        return self.Response()

"""StopTransaction (OCPP 1.6 section 4.10): a station has stopped charging."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Literal

from domain.model.meter import Meter
from domain.model.quarantine import Claim, Kind
from domain.model.token import Token, judge
from domain.model.transaction import Stop, Transaction
from domain.model.values import Verdict
from domain.ocpp import ending, times
from domain.ocpp.action import Incoming
from domain.ocpp.v16 import metering
from domain.ocpp.v16.types import (
    IdTagInfo,
    Integer,
    MeterValue,
    Record,
    Text20,
    Time,
    id_tag_info,
)
from domain.scope import Scope

Reason = Literal[
    "DeAuthorized",
    "EmergencyStop",
    "EVDisconnected",
    "HardReset",
    "Local",
    "Other",
    "PowerLoss",
    "Reboot",
    "Remote",
    "SoftReset",
    "UnlockCommand",
]


class StopTransaction(Incoming):
    """Always acknowledged (rule T5); what contradicts the record is put aside for a person.

    The first stop stands; its repeat is answered as it was and changes nothing (T9).
    """

    transactional = True
    defaults = MappingProxyType(
        {
            "transactionId": -1,
            "meterStop": 0,
            "timestamp": None,
            "sampledValue": metering.NO_SAMPLES,
        }
    )

    class Request(Record, kw_only=True):
        """6.49. `transactionId` is -1 when the station never learned it (errata 3.18)."""

        idTag: Text20 | None = None
        meterStop: Integer
        timestamp: Time | None
        transactionId: Integer
        reason: Reason = "Local"
        transactionData: tuple[MeterValue, ...] = ()

    class Response(Record):
        """6.50."""

        idTagInfo: IdTagInfo | None = None

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The transaction, its readings, and the token that stops it."""
        if request.transactionId > 0:
            yield Transaction.id_of(request.transactionId)
            yield Meter.of_transaction(request.transactionId)
        if request.idTag:
            yield Token.id_of(request.idTag)

    def decide(self, request: Request, scope: Scope) -> Response:
        """Record the stop, or put it aside; idTagInfo answers an idTag only (T7)."""
        number = request.transactionId
        transaction = scope.transaction(number) if number > 0 else None
        verdict = judge(scope.token(request.idTag), scope.at) if request.idTag else None
        if transaction is None:
            _put_orphan_aside("a stop of an unknown transaction", request, scope)
        elif transaction.station != scope.station_id:
            _put_orphan_aside("a stop of another station's transaction", request, scope)
        else:
            verdict = _stop(transaction, request, verdict, scope)
        return self.Response(idTagInfo=id_tag_info(verdict) if verdict else None)


def _stop(
    transaction: Transaction,
    request: StopTransaction.Request,
    verdict: Verdict | None,
    scope: Scope,
) -> Verdict | None:
    """Stop it, and set free what it held; returns what the station is told of the idTag."""
    was_stopped = transaction.state == "stopped"
    stop = Stop(
        meter_wh=request.meterStop,
        stopped_at=request.timestamp or transaction.stopped_at or scope.at,
        reason=request.reason,
        id_tag=request.idTag or "",
        verdict=verdict,
    )
    if problem := transaction.stop(stop, at=scope.at):
        _put_aside(
            Kind.SECOND_STOP if was_stopped else Kind.METER_BACKWARDS, problem, request, scope
        )
    if was_stopped:
        told = transaction.stop_verdict if transaction.is_stopped_by(stop) else None
        return told or verdict
    _keep_readings(Meter.of_transaction(transaction.number), transaction.connector, request, scope)
    ending.release(transaction, scope)
    return verdict


def _keep_readings(
    stream: str, connector: int, request: StopTransaction.Request, scope: Scope
) -> None:
    if request.transactionData:
        origin = metering.Origin(connector, request.transactionId, "StopTransaction")
        metering.record(request.transactionData, scope.meter(stream), origin, scope)


def _put_orphan_aside(reason: str, request: StopTransaction.Request, scope: Scope) -> None:
    """Its readings wait in the log of the station itself: it names no connector."""
    _keep_readings(Meter.of_connector(scope.station_id, 0), 0, request, scope)
    _put_aside(Kind.ORPHAN_STOP, reason, request, scope)


def _put_aside(kind: Kind, reason: str, request: StopTransaction.Request, scope: Scope) -> None:
    moment = times.write(request.timestamp) if request.timestamp else "an unknown time"
    scope.quarantine(
        kind,
        reason,
        subject=f"stop of transaction {request.transactionId} at {moment}",
        detail=f"{request.meterStop} Wh, reason {request.reason}",
        claim=Claim(
            transaction=request.transactionId,
            id_tag=request.idTag or "",
            meter_wh=request.meterStop,
            happened_at=request.timestamp,
            stop_reason=request.reason,
        ),
    )

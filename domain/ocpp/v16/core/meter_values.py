"""MeterValues (OCPP 1.6 section 4.7): what a connector's meter, or the main meter, shows."""

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from domain.model.meter import Meter
from domain.model.quarantine import Claim, Kind
from domain.model.transaction import Transaction
from domain.ocpp.action import Incoming
from domain.ocpp.v16 import metering
from domain.ocpp.v16.types import Empty, Integer, MeterValue, Record
from domain.scope import Scope


class MeterValues(Incoming):
    """Always answered and kept, whatever the transaction id is worth (rule T6).

    Readings of a transaction of this station go to its log, even after its end. All others go to
    the connector's log with the id as claimed: also those without an id while a transaction runs
    there, for the station says itself that they are not about it (clock-aligned values).
    """

    transactional = True
    defaults = MappingProxyType(
        {
            "connectorId": 0,
            "meterValue": (),
            "timestamp": None,
            "sampledValue": metering.NO_SAMPLES,
        }
    )

    class Request(Record, kw_only=True):
        """6.31."""

        connectorId: Integer
        transactionId: Integer | None = None
        meterValue: Annotated[tuple[MeterValue, ...], Meta(min_length=1)]

    Response = Empty  # 6.32

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The transaction and its readings; without one, the connector's."""
        if request.transactionId and request.transactionId > 0:
            yield Transaction.id_of(request.transactionId)
            yield Meter.of_transaction(request.transactionId)
        else:
            yield Meter.of_connector(station, request.connectorId)

    def decide(self, request: Request, scope: Scope) -> Empty:
        """Keep the readings; those taken after the transaction's end are for a person to see."""
        claimed = request.transactionId
        transaction = scope.transaction(claimed) if claimed and claimed > 0 else None
        if transaction is not None and transaction.station == scope.station_id:
            stream = Meter.of_transaction(transaction.number)
        else:
            transaction = None
            stream = Meter.of_connector(scope.station_id, request.connectorId)
        origin = metering.Origin(request.connectorId, claimed, "MeterValues")
        last = metering.record(request.meterValue, scope.meter(stream), origin, scope)
        if transaction is not None and last is not None and not transaction.open:
            _watch_the_end(transaction, last, scope)
        return self.Response()


def _watch_the_end(transaction: Transaction, last: datetime, scope: Scope) -> None:
    """Values queued offline come after the stop too: only the time they were taken tells."""
    if last > (transaction.stopped_at or transaction.modified_on):
        corrected = f", corrected {count}x" if (count := len(transaction.corrected)) else ""
        scope.quarantine(
            Kind.LATE_VALUES,
            "values after the end of a transaction",
            subject=f"values after the end of transaction {transaction.number}{corrected}",
            claim=Claim(
                transaction=transaction.number,
                connector=transaction.connector,
                meter_wh=scope.meter(Meter.of_transaction(transaction.number)).register_wh,
                happened_at=last,
            ),
        )

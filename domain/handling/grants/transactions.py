"""Wishes about transactions."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.meter import Meter
from domain.model.station import Station
from domain.model.transaction import Transaction
from domain.ocpp import ending


def _needs(wish: op.CloseTransaction) -> Iterable[str]:
    return (Station.id_of(wish.station), Transaction.id_of(wish.transaction))


def _close(wish: op.CloseTransaction, asking: Asking) -> str:
    scope, at = asking.scope, asking.scope.at
    transaction = scope.transaction(wish.transaction)
    if transaction is None or transaction.station != wish.station:
        raise Refused("there is no such transaction", Refused.NOT_FOUND)
    reading = scope.meter(Meter.of_transaction(wish.transaction)).register_wh
    transaction.close(reason=wish.reason, by=asking.by, meter_wh=reading, at=at)
    ending.release(transaction, scope)
    return str(wish.transaction)


GRANTS: Grants = MappingProxyType({op.CloseTransaction: Grant(_needs, _close)})

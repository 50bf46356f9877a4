"""Wishes about the public keys of meters."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model.aggregate import Refused
from domain.model.meter_key import MeterKey
from domain.model.meter_key_operations import EnterMeterKey, MeterKeyOperation, WithdrawMeterKey
from domain.model.station import Station
from domain.pki import meter_signatures
from domain.pki.meter_signatures import UnsupportedCurve
from domain.pki.reading import Unreadable


def _needs(wish: MeterKeyOperation) -> Iterable[str]:
    return (Station.id_of(wish.station), MeterKey.id_of(wish.station, wish.connector))


def _enter(wish: EnterMeterKey, asking: Asking) -> str:
    asking.registered()
    try:
        key = meter_signatures.read(wish.key).text
    except (Unreadable, UnsupportedCurve) as error:
        raise Refused(f"this public key cannot be used: {error}", Refused.INVALID) from None
    scope = asking.scope
    found = _found(wish, asking) or scope.add(
        MeterKey.begin(wish.station, wish.connector, at=scope.at)
    )
    found.enter(key, by=asking.by, at=scope.at)
    return key


def _withdraw(wish: WithdrawMeterKey, asking: Asking) -> str:
    asking.registered()
    if found := _found(wish, asking):
        found.withdraw(by=asking.by, at=asking.scope.at)
    return wish.station


def _found(wish: MeterKeyOperation, asking: Asking) -> MeterKey | None:
    return asking.scope.find(MeterKey, MeterKey.id_of(wish.station, wish.connector))


GRANTS: Grants = MappingProxyType(
    {EnterMeterKey: Grant(_needs, _enter), WithdrawMeterKey: Grant(_needs, _withdraw)}
)

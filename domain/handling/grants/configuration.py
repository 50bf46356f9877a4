"""Wishes about the configuration of a station: what is desired, and who puts drift right."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.configuration import Configuration
from domain.model.station import Station
from domain.ocpp.v16 import configuring
from domain.ocpp.v16.secrets import MASK, is_secret

_Wish = op.DesireConfiguration | op.DropDesire | op.SetAutomatic | op.ApplyConfiguration


def _needs(wish: _Wish) -> Iterable[str]:
    return (Station.id_of(wish.station), Configuration.id_of(wish.station))


def _desire(wish: op.DesireConfiguration, asking: Asking) -> str:
    asking.registered()
    if is_secret(wish.key):
        raise Refused(f"{wish.key} is a secret: change it by a call", Refused.INVALID)
    scope = asking.scope
    configuring.learned(scope).desire(wish.key, wish.value, by=asking.by, at=scope.at)
    configuring.attend(scope)
    return wish.key


def _masked(wish: op.DesireConfiguration) -> op.DesireConfiguration:
    return replace(wish, value=MASK) if is_secret(wish.key) else wish


def _drop(wish: op.DropDesire, asking: Asking) -> str:
    asking.registered()
    if configuration := configuring.find(asking.scope):
        configuration.drop_desire(wish.key, by=asking.by, at=asking.scope.at)
    return wish.key


def _automatic(wish: op.SetAutomatic, asking: Asking) -> str:
    asking.registered()
    scope = asking.scope
    configuring.learned(scope).set_automatic(automatic=wish.automatic, by=asking.by, at=scope.at)
    configuring.attend(scope)
    return wish.station


def _apply(_wish: op.ApplyConfiguration, asking: Asking) -> str:
    """The ids of the calls, a space between them."""
    asking.registered()
    return " ".join(configuring.put_right(asking.scope, by=asking.by))


GRANTS: Grants = MappingProxyType(
    {
        op.DesireConfiguration: Grant(_needs, _desire, _masked),
        op.DropDesire: Grant(_needs, _drop),
        op.SetAutomatic: Grant(_needs, _automatic),
        op.ApplyConfiguration: Grant(_needs, _apply),
    }
)

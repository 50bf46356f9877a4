"""Wishes about the register of stations, and about their sockets."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.station import Station


def _needs(wish: op.RegisterStation | op.RemoveStation | op.DisconnectStation) -> Iterable[str]:
    return (Station.id_of(wish.station),)


def _register(wish: op.RegisterStation, asking: Asking) -> str:
    scope, profile = asking.scope, wish.profile
    station = scope.station()
    if station is None:
        scope.add(Station.register(wish.station, profile, by=asking.by, at=scope.at))
        return wish.station
    if wish.keep_credential and station.registered:
        profile = replace(profile, credential=station.credential)
    station.configure(profile, by=asking.by, at=scope.at)
    return wish.station


def _remove(wish: op.RemoveStation, asking: Asking) -> str:
    station = asking.registered()
    if station.online:
        asking.hang_up(station, "removed by an operator")
    station.remove(by=asking.by, at=asking.scope.at)
    return wish.station


def _disconnect(wish: op.DisconnectStation, asking: Asking) -> str:
    station = asking.registered()
    station.wish_disconnect(by=asking.by, at=asking.scope.at)
    asking.hang_up(station, "disconnected by an operator")
    return wish.station


GRANTS: Grants = MappingProxyType(
    {
        op.RegisterStation: Grant(_needs, _register),
        op.RemoveStation: Grant(_needs, _remove),
        op.DisconnectStation: Grant(_needs, _disconnect),
    }
)

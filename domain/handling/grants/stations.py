"""Wishes about the register of stations, and about their sockets."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.access import Access
from domain.model.station import Station
from domain.model.values import Profile
from domain.ocpp import entering


def _needs(wish: op.RegisterStation | op.RemoveStation | op.DisconnectStation) -> Iterable[str]:
    return (Station.id_of(wish.station), Access.id_of(wish.station))


def _register(wish: op.RegisterStation, asking: Asking) -> str:
    scope, station = asking.scope, asking.scope.station()
    profile = _filled(wish, entering.known(scope))
    if station is None:
        scope.add(Station.register(wish.station, profile, by=asking.by, at=scope.at))
        return wish.station
    station.configure(profile, by=asking.by, at=scope.at)
    if access := entering.find(scope):
        access.set_password(profile.credential, by=asking.by, at=scope.at)
        access.set_profile(profile.security_profile, by=asking.by, at=scope.at)
    return wish.station


def _filled(wish: op.RegisterStation, access: Access | None) -> Profile:
    """With what is kept. Who has a password needs it, but while it is being introduced (A00)."""
    credential, security = wish.profile.credential, wish.profile.security_profile
    if access is not None and wish.keep_credential:
        credential = access.credential
    if access is not None and wish.keep_profile:
        security = access.profile
    is_introduced = access is not None and not access.profile and access.expected
    if credential and not security and not is_introduced:
        security = 1
    return replace(wish.profile, credential=credential, security_profile=security)


def _remove(wish: op.RemoveStation, asking: Asking) -> str:
    station = asking.registered()
    if station.online:
        asking.hang_up(station, "removed by an operator")
    station.remove(by=asking.by, at=asking.scope.at)
    if access := entering.find(asking.scope):
        access.empty(by=asking.by, at=asking.scope.at)
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

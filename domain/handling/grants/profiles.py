"""Wishes about the library of charging profiles."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.charging_profile import ChargingProfile


def _needs(wish: op.SaveChargingProfile | op.RemoveChargingProfile) -> Iterable[str]:
    return (ChargingProfile.id_of(wish.profile),)


def _save(wish: op.SaveChargingProfile, asking: Asking) -> str:
    scope, at = asking.scope, asking.scope.at
    profile = scope.find(ChargingProfile, ChargingProfile.id_of(wish.profile))
    if wish.only_new and profile and not profile.removed:
        raise Refused(f"there is a charging profile {wish.profile} already")
    if profile is None:
        profile = scope.add(ChargingProfile.create(wish.profile, by=asking.by, at=at))
    profile.save(wish.description, wish.content, by=asking.by, at=at)
    return str(wish.profile)


def _remove(wish: op.RemoveChargingProfile, asking: Asking) -> str:
    profile = asking.scope.find(ChargingProfile, ChargingProfile.id_of(wish.profile))
    if profile is None:
        raise Refused("there is no such charging profile", Refused.NOT_FOUND)
    profile.remove(by=asking.by, at=asking.scope.at)
    return str(wish.profile)


GRANTS: Grants = MappingProxyType(
    {
        op.SaveChargingProfile: Grant(_needs, _save),
        op.RemoveChargingProfile: Grant(_needs, _remove),
    }
)

"""Wishes about campaigns, and what the timers tell them of their members."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.campaign import FAILED, SUCCEEDED, Campaign

_AGREED = frozenset({"", "accepted", "scheduled", "rebootrequired", "unlocked"})  # statuses
_Wish = (
    op.CreateCampaign | op.PauseCampaign | op.ResumeCampaign | op.CancelCampaign | op.ReportMember
)


def _needs(wish: _Wish) -> Iterable[str]:
    return (Campaign.id_of(wish.campaign),)


def _create(wish: op.CreateCampaign, asking: Asking) -> str:
    scope = asking.scope
    if scope.find(Campaign, Campaign.id_of(wish.campaign)) is None:
        made = Campaign.create(
            wish.campaign, wish.plan, kind=wish.kind, name=wish.name, by=asking.by, at=scope.at
        )
        scope.add(made)
    return wish.campaign


def _pause(wish: op.PauseCampaign, asking: Asking) -> str:
    _found(wish, asking).pause(by=asking.by, at=asking.scope.at)
    return wish.campaign


def _resume(wish: op.ResumeCampaign, asking: Asking) -> str:
    _found(wish, asking).resume(by=asking.by, at=asking.scope.at)
    return wish.campaign


def _cancel(wish: op.CancelCampaign, asking: Asking) -> str:
    _found(wish, asking).cancel(by=asking.by, at=asking.scope.at)
    return wish.campaign


def _report(wish: op.ReportMember, asking: Asking) -> str:
    outcome = _judged(wish.detail) if wish.outcome == "answered" else wish.outcome
    _found(wish, asking).report(
        wish.station, outcome, wish.detail, call=wish.call, at=asking.scope.at
    )
    return wish.station


def _judged(status: str) -> str:
    """Every status of OCPP 1.6 that is not named above says that the station did not, or will not.

    An answer without status (e.g. to GetConfiguration) has no way to say so.
    """
    return SUCCEEDED if status.casefold() in _AGREED else FAILED


def _found(wish: _Wish, asking: Asking) -> Campaign:
    campaign = asking.scope.find(Campaign, Campaign.id_of(wish.campaign))
    if campaign is None:
        raise Refused("there is no such campaign", Refused.NOT_FOUND)
    return campaign


GRANTS: Grants = MappingProxyType(
    {
        op.CreateCampaign: Grant(_needs, _create),
        op.PauseCampaign: Grant(_needs, _pause),
        op.ResumeCampaign: Grant(_needs, _resume),
        op.CancelCampaign: Grant(_needs, _cancel),
        op.ReportMember: Grant(_needs, _report),
    }
)

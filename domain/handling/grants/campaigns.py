"""Wishes about campaigns, and what the timers tell them of their members."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.campaign import FAILED, SUCCEEDED, Campaign
from domain.ocpp.version import Versions

_AGREED = frozenset(  # statuses
    {"accepted", "acceptedcanceled", "scheduled", "rebootrequired", "unlocked"}
)
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
    campaign, outcome, detail = _found(wish, asking), wish.outcome, wish.detail
    if outcome == "answered":
        has_status = _has_status(campaign.action, asking.versions)
        outcome = _judged(detail, has_status=has_status)
        detail = detail or ("the answer has no status" if has_status else "")
    campaign.report(wish.station, outcome, detail, call=wish.call, at=asking.scope.at)
    return wish.station


def _judged(status: str, *, has_status: bool) -> str:
    """Every status of OCPP 1.6 that is not named above says that the station did not, or will not.

    An answer that has none by its specification (e.g. to GetConfiguration) cannot say so.
    """
    agreed = status.casefold() in _AGREED or not (status or has_status)
    return SUCCEEDED if agreed else FAILED


def _has_status(action: str, versions: Versions) -> bool:
    """Whether the answer to an action has a status, in any version."""
    found = (version.outgoing(action) for version in versions.values())
    return any("status" in each.Response.__struct_fields__ for each in found if each)


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

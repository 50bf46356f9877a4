"""Wishes to call a station, without veto, and to take a call back."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling import calling
from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.call import Call
from domain.model.station import Station


def _needs(wish: op.RequestCall | op.CancelCall) -> Iterable[str]:
    return (Station.id_of(wish.station), Call.id_of(wish.call))


def _request(wish: op.RequestCall, asking: Asking) -> str:
    """Queue it. What a campaign wants is never refused, but rejected: it counts outcomes."""
    if call := asking.scope.call(wish.call):
        return _repeat(call, wish, asking)
    problem = _problem(wish, asking)
    if problem and not wish.campaign:
        raise problem
    call = _queued(wish, asking)
    if wish.withdrawn:
        call.cancel(by=asking.by, at=asking.scope.at)
    elif problem:
        call.reject(str(problem), at=asking.scope.at)
    else:
        asking.scope.remark = wish.remark
        calling.requested(asking.versions, call, asking.scope)
    return wish.call


def _repeat(call: Call, wish: op.RequestCall, asking: Asking) -> str:
    """A campaign wishes for what it cannot see yet: a call is made once, and may be taken back."""
    if wish.withdrawn and call.state == "queued":
        call.cancel(by=asking.by, at=asking.scope.at)
        calling.failed(asking.versions, call, asking.scope)
    return wish.call


def _queued(wish: op.RequestCall, asking: Asking) -> Call:
    scope, station = asking.scope, asking.scope.station()
    return scope.add(
        Call.request(
            wish.call,
            station=wish.station,
            protocol=station.protocol if station else "",
            action=wish.action,
            payload=wish.payload,
            by=asking.by,
            expires_at=wish.expires_at,
            timeout=wish.timeout,
            sealed=wish.sealed,
            campaign=wish.campaign,
            credential=wish.credential,
            after=_after(wish.action, station, asking),
            at=scope.at,
        )
    )


def _after(action: str, station: Station | None, asking: Asking) -> str:
    known = asking.versions[station.protocol].outgoing(action) if station else None
    return known.after(asking.scope) if known else ""


def _problem(wish: op.RequestCall, asking: Asking) -> Refused | None:
    """Why it cannot be sent."""
    try:
        station = asking.registered()
    except Refused as refusal:
        return refusal
    if not station.online and wish.expires_at <= asking.scope.at:
        return Refused("the station is not connected", Refused.NOT_CONNECTED)
    return None


def _cancel(wish: op.CancelCall, asking: Asking) -> str:
    call = asking.scope.call(wish.call)
    if call is None or call.station != wish.station:
        raise Refused("there is no such call", Refused.NOT_FOUND)
    call.cancel(by=asking.by, at=asking.scope.at)
    calling.failed(asking.versions, call, asking.scope)
    return wish.call


GRANTS: Grants = MappingProxyType(
    {
        op.RequestCall: Grant(_needs, _request),
        op.CancelCall: Grant(_needs, _cancel),
    }
)

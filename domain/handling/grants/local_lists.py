"""Wishes about a station's local list: to update it part by part, to have failures followed up."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling import calling
from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.list_update import ListUpdate
from domain.model.local_list import LocalList
from domain.model.station import Station
from domain.ocpp import listing


def _needs(wish: op.UpdateLocalList | op.SwitchListFallback) -> Iterable[str]:
    station = wish.station
    return (Station.id_of(station), LocalList.id_of(station), ListUpdate.id_of(station))


def _update(wish: op.UpdateLocalList, asking: Asking) -> str:
    """Queue the first part; the others follow as the station accepts."""
    _check(wish, asking)
    _make_way(wish, asking)
    call = listing.plan(
        wish.update,
        wish.payloads,
        by=asking.by,
        part_size=wish.part_size,
        ttl=wish.ttl,
        timeout=wish.timeout,
        scope=asking.scope,
    )
    if call is not None:
        calling.requested(asking.versions, call, asking.scope)
    return wish.update


def _check(wish: op.UpdateLocalList, asking: Asking) -> None:
    """Raises Refused when it cannot be sent, or rests on a list that is not there any more."""
    station = asking.registered()
    if not wish.payloads:
        raise Refused("an update has at least one part", Refused.INVALID)
    if not station.online and wish.ttl <= 0:
        raise Refused("the station is not connected", Refused.NOT_CONNECTED)
    known = listing.of(asking.scope).list_version
    if wish.based_on is not None and wish.based_on != known:
        raise Refused(f"the list is of version {known} by now, not {wish.based_on}: ask again")


def _make_way(wish: op.UpdateLocalList, asking: Asking) -> None:
    """One update at a time. One that did not go on when its call ended will never do so."""
    scope = asking.scope
    update = listing.update_of(scope)
    if update is None or not update.under_way:
        return
    call = scope.call(update.call)
    stuck = call is None or call.done
    if not (stuck or wish.replace):
        raise Refused("another update of this list is under way")
    update.abandon("its call is over" if stuck else "replaced", at=scope.at)
    if call is not None and call.state == "queued":
        call.cancel(by=asking.by, at=scope.at)
        calling.failed(asking.versions, call, scope)


def _switch(wish: op.SwitchListFallback, asking: Asking) -> str:
    asking.registered()
    listing.of(asking.scope).switch_fallback(on=wish.on, by=asking.by, at=asking.scope.at)
    return wish.station


GRANTS: Grants = MappingProxyType(
    {
        op.UpdateLocalList: Grant(_needs, _update),
        op.SwitchListFallback: Grant(_needs, _switch),
    }
)

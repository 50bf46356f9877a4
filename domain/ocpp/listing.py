"""A station's local list and its updates: where they are found, and how parts are sent."""

from datetime import timedelta

from domain.model.call import Call
from domain.model.list_update import ListUpdate
from domain.model.local_list import LocalList
from domain.scope import Scope

_ACTION = "SendLocalList"
_AN_HOUR, _TIMEOUT = 3600, 30  # s, for what nobody gave times for


def of(scope: Scope) -> LocalList:
    """The list of the station; it begins with its first mention."""
    found = scope.find(LocalList, LocalList.id_of(scope.station_id))
    return found or scope.add(LocalList.begin(scope.station_id, at=scope.at))


def update_of(scope: Scope) -> ListUpdate | None:
    """The updates of the station, when one was ever planned."""
    return scope.find(ListUpdate, ListUpdate.id_of(scope.station_id))


def part_size(scope: Scope) -> int:
    """How many entries the station takes at a time, as far as its last update tells; 0: any."""
    update = update_of(scope)
    return update.part_size if update else 0


def plan(
    name: str,
    payloads: tuple[str, ...],
    *,
    by: str,
    part_size: int = 0,
    ttl: int = _AN_HOUR,
    timeout: int = _TIMEOUT,
    automatic: bool = False,
    scope: Scope,
) -> Call | None:
    """Begin an update and queue its first part; None when nobody registered the station."""
    update = update_of(scope) or scope.add(ListUpdate.begin(scope.station_id, at=scope.at))
    update.plan(
        name,
        payloads,
        part_size=part_size,
        ttl=ttl,
        timeout=timeout,
        by=by,
        automatic=automatic,
        at=scope.at,
    )
    return send(update, scope)


def send(update: ListUpdate, scope: Scope) -> Call | None:
    """Queue the part whose turn it is: a call like any other."""
    station = scope.station()
    if station is None or not station.registered:
        update.abandon("the station is not registered any more", at=scope.at)
        return None
    return scope.add(
        Call.request(
            update.call,
            station=scope.station_id,
            protocol=station.protocol,
            action=_ACTION,
            payload=update.payload,
            by=update.by,
            expires_at=scope.at + timedelta(seconds=update.ttl),
            timeout=update.timeout,
            sealed=False,
            at=scope.at,
        )
    )

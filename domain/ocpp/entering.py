"""How a station may come in, in any version of OCPP: where that is found."""

from domain.model.access import Access
from domain.scope import Scope


def find(scope: Scope) -> Access | None:
    """How the station may come in, when that differs from how it was registered, or did."""
    return scope.find(Access, Access.id_of(scope.station_id))


def known(scope: Scope) -> Access | None:
    """The same; it begins as the station is registered. None when it is not."""
    station = scope.station()
    if station is None or not station.registered:
        return None
    return find(scope) or Access.begin(
        scope.station_id,
        profile=station.security_profile,
        credential=station.credential,
        at=scope.at,
    )

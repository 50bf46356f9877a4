"""What starts and stops mean for the charging profiles of a station, in any version of OCPP.

Most stations hold none: `Station.charging_managed`, which is in memory anyway, says whether the
stream of what a station holds is worth a query.
"""

from domain.model.charging import Charging
from domain.model.transaction import Start
from domain.ocpp import times
from domain.scope import Scope


def of(scope: Scope) -> Charging:
    """What the station holds; made with the first profile that it accepts."""
    if station := scope.station():
        station.manage_charging(at=scope.at)
    found = scope.find(Charging, Charging.id_of(scope.station_id))
    return found or scope.add(Charging.begin(scope.station_id, at=scope.at))


def started(start: Start, transaction: int, scope: Scope) -> None:
    """A transaction was recorded: a profile may have been promised to it."""
    if charging := known(scope):
        charging.start(
            transaction,
            id_tag=start.id_tag,
            connector=start.connector,
            started_at=times.credible(start.started_at, scope.at),
            at=scope.at,
        )


def ended(transaction: int, scope: Scope) -> None:
    """A transaction is over, stopped or closed: its profiles end with it (rule C5)."""
    if charging := known(scope):
        charging.end(transaction, at=scope.at)


def known(scope: Scope) -> Charging | None:
    """What the station holds; None, without a query, when it never held anything."""
    station = scope.station()
    if station is None or not station.charging_managed:
        return None
    return scope.find(Charging, Charging.id_of(scope.station_id))

"""What a grant is: who wishes, what is read, and what is done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain import wire
from domain.model.aggregate import Refused
from domain.model.station import Station
from domain.ocpp.version import Versions
from domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Asking:
    """The circumstances of one wish."""

    scope: Scope
    by: str
    versions: Versions

    def registered(self) -> Station:
        """The station that is meant; raises Refused when nobody registered it."""
        station = self.scope.station()
        if station is None or not station.registered:
            raise Refused("this station is not registered", Refused.NOT_FOUND)
        return station

    def hang_up(self, station: Station, reason: str) -> None:
        """Have the station's current socket closed."""
        record = wire.Disconnect(
            station=self.scope.station_id, connection=station.connection, reason=reason
        )
        self.scope.to_gateways.append((station.node, record))


class Grant(NamedTuple):
    """For one kind of operation."""

    needs: Callable[[Any], Iterable[str]]  # the streams `grant` reads, of the operation
    grant: Callable[[Any, Asking], str]  # what it made, e.g. the id of a call; raises Refused
    mask: Callable[[Any], Any] | None = None  # the operation without its secrets; None: it has none


Grants = Mapping[type[Any], Grant]  # by the class of the operation

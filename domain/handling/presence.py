"""Sockets opened and closed, and strangers at the door."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain import wire
from domain.handling.message import Handled, put_aside
from domain.model.station import Station
from domain.model.stranger import Stranger
from domain.model.values import Profile
from domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Opening:
    """A station's socket was accepted. `adopt`: how to register one nobody knows; None: do not."""

    record: wire.Opened
    adopt: Profile | None

    @property
    def needs(self) -> Iterable[str]:
        """The station."""
        return (Station.id_of(self.record.station),)

    def decide(self, scope: Scope) -> Handled:
        """The newest socket becomes the current one; a station removed meanwhile is sent away."""
        station = scope.station()
        if self.adopt is not None and (station is None or not station.registered):
            station = self._adopt(station, self.adopt, scope)
        if station is None or not station.registered:
            _hang_up(scope, self.record.node, self.record.connection, "not registered")
        else:
            self._connect(station, scope)
        return self._handled()

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, self._handled(), trace)

    def _connect(self, station: Station, scope: Scope) -> None:
        """One socket stays, on whichever gateway: the older one is closed (rule T7)."""
        record, before = self.record, (station.node, station.connection)
        was_online = station.online
        station.connect(
            record.connection,
            node=record.node,
            protocol=record.protocol,
            remote=record.remote,
            at=scope.at,
        )
        if record.connection < station.connection:
            _hang_up(scope, record.node, record.connection, "a newer socket is open")
        elif was_online and before[1] != record.connection:
            _hang_up(scope, *before, "a newer socket is open")

    def _adopt(self, station: Station | None, profile: Profile, scope: Scope) -> Station:
        if station is None:
            name = self.record.station
            return scope.add(Station.register(name, profile, by="policy", at=scope.at))
        station.configure(profile, by="policy", at=scope.at)
        return station

    def _handled(self) -> Handled:
        return Handled(payload=self.record.remote.encode())


def _hang_up(scope: Scope, node: str, connection: int, reason: str) -> None:
    record = wire.Disconnect(station=scope.station_id, connection=connection, reason=reason)
    scope.to_gateways.append((node, record))


@dataclass(frozen=True, slots=True)
class Closing:
    """A station's socket has ended."""

    record: wire.Closed

    @property
    def needs(self) -> Iterable[str]:
        """The station."""
        return (Station.id_of(self.record.station),)

    def decide(self, scope: Scope) -> Handled:
        """The end of an older socket changes nothing."""
        if station := scope.station():
            station.disconnect(
                self.record.connection,
                code=self.record.code,
                reason=self.record.reason,
                at=scope.at,
            )
        return self._handled()

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, self._handled(), trace)

    def _handled(self) -> Handled:
        return Handled(payload=f"{self.record.code} {self.record.reason}".encode())


@dataclass(frozen=True, slots=True)
class Knocking:
    """A station nobody registered was refused."""

    record: wire.Knocked

    @property
    def needs(self) -> Iterable[str]:
        """The stranger of that name."""
        return (Stranger.id_of(self.record.station),)

    def decide(self, scope: Scope) -> Handled:
        """Remember it, for operators to see and adopt."""
        stranger = scope.stranger()
        stranger.knock(self.record.protocol, self.record.remote, at=scope.at)
        return self._handled()

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, self._handled(), trace)

    def _handled(self) -> Handled:
        return Handled(payload=self.record.remote.encode())

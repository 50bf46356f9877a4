"""Sockets opened and closed, and strangers at the door."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain import wire
from domain.handling.message import Handled, put_aside
from domain.model.access import Access
from domain.model.security_log import SecurityLog
from domain.model.station import Station
from domain.model.stranger import Stranger
from domain.model.values import Profile, Socket
from domain.ocpp import entering
from domain.scope import Scope

_NEWER = "a newer socket is open"


@dataclass(frozen=True, slots=True)
class Opening:
    """A station's socket was accepted. `adopt`: how to register one nobody knows; None: do not."""

    record: wire.Opened
    adopt: Profile | None

    @property
    def needs(self) -> Iterable[str]:
        """The station, and how it may come in."""
        return (Station.id_of(self.record.station), Access.id_of(self.record.station))

    def decide(self, scope: Scope) -> Handled:
        """The newest socket becomes the current one; a station removed meanwhile is sent away."""
        station = scope.station()
        if self.adopt is not None and (station is None or not station.registered):
            station = self._adopt(station, self.adopt, scope)
        access = entering.known(scope)
        if station is None or access is None:
            _hang_up(scope, self.record.node, self.record.connection, "not registered")
        elif self.record.connection < station.connection:
            _hang_up(scope, self.record.node, self.record.connection, _NEWER)
        elif objection := access.objection(self.record.profile, self.record.credential):
            self._turn_away(access, objection, scope)
        else:
            access.enter(self.record.profile, self.record.credential, at=scope.at)
            self._connect(station, scope)
        return self._handled()

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, self._handled(), trace)

    def _connect(self, station: Station, scope: Scope) -> None:
        """One socket stays, on whichever gateway: the older one is closed (rule T7)."""
        record, before = self.record, (station.node, station.connection)
        was_online = station.online
        socket = Socket(
            connection=record.connection,
            node=record.node,
            protocol=record.protocol,
            remote=record.remote,
            profile=record.profile,
            credential=record.credential,
            certificate=record.certificate,
        )
        station.connect(socket, at=scope.at)
        if was_online and before[1] != record.connection:
            _hang_up(scope, *before, _NEWER)

    def _turn_away(self, access: Access, objection: str, scope: Scope) -> None:
        """The gateway knew less than we do: what it reads is a moment old."""
        record = self.record
        scope.add(access).turn_away(record.connection, objection, at=scope.at)
        scope.security_log().record_refusal(objection, record.remote, at=scope.at)
        _hang_up(scope, record.node, record.connection, objection)

    def _adopt(self, station: Station | None, profile: Profile, scope: Scope) -> Station:
        if station is None:
            name = self.record.station
            return scope.add(Station.register(name, profile, by="policy", at=scope.at))
        station.configure(profile, by="policy", at=scope.at)
        return station

    def _handled(self) -> Handled:
        return Handled(payload=self.record.remote.encode())


def is_turned_away(record: wire.Received, scope: Scope) -> bool:
    """Whether a frame came on a socket that is being closed for the station's security."""
    station = scope.station()
    if station is None or record.connection == station.connection:
        return False
    access = entering.find(scope)
    return access is not None and record.connection in access.turned_away


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


@dataclass(frozen=True, slots=True)
class Barring:
    """A registered station was refused for its security."""

    record: wire.Barred

    @property
    def needs(self) -> Iterable[str]:
        """The station and its security events."""
        return (Station.id_of(self.record.station), SecurityLog.id_of(self.record.station))

    def decide(self, scope: Scope) -> Handled:
        """Our side of it is a security event too (A00.FR.323, 408)."""
        station = scope.station()
        if station is not None and station.registered:
            log = scope.security_log()
            log.record_refusal(self.record.reason, self.record.remote, at=scope.at)
        return self._handled()

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, self._handled(), trace)

    def _handled(self) -> Handled:
        return Handled(payload=f"{self.record.reason}, from {self.record.remote}".encode())

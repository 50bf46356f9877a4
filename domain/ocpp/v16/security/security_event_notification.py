"""SecurityEventNotification (white paper use case A04): something happened to a station."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.model.security_log import STATION, SecurityLog
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Record, Text50, Text255, Time
from domain.scope import Scope


class SecurityEventNotification(Incoming):
    """Always answered, whatever the event is called and however long ago it was (rule S11)."""

    defaults = MappingProxyType({"timestamp": None})

    class Request(Record, kw_only=True):
        """SecurityEventNotification.req. The name is one of the white paper's, or another."""

        type: Text50
        timestamp: Time | None
        techInfo: Text255 | None = None

    Response = Empty

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The station's security events."""
        return (SecurityLog.id_of(station),)

    def decide(self, request: Request, scope: Scope) -> Empty:
        """Put it on record; a repeat is there already."""
        scope.security_log().record(
            STATION,
            request.type,
            occurred_at=request.timestamp or scope.at,
            tech_info=request.techInfo or "",
            at=scope.at,
        )
        return self.Response()

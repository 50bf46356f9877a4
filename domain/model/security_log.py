"""Security events of a station: what it told, what was refused to it (white paper section 8)."""

from collections import deque
from datetime import datetime

from domain.model.aggregate import Chronicle, Fact

STATION, CSMS = "station", "csms"  # who noticed it
CRITICAL, ORDINARY = "critical", "ordinary"

_REMEMBERED = 32
_CRITICAL = frozenset(
    {
        "FirmwareUpdated",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "MemoryExhaustion",
        "TamperDetectionActivated",
    }
)


class SecurityLog(Chronicle):
    """Only recent events are held: enough to know a repeat."""

    TOPIC = "security_log"

    class Recorded(Fact):
        """One event. Its name may be one that the white paper does not know."""

        TOPIC = "security_log.recorded"
        station: str
        source: str  # "station" or "csms"
        type: str
        occurred_at: datetime  # by the clock of the source: a station tells old ones too
        tech_info: str
        severity: str  # "critical" or "ordinary", by the white paper's list

        def apply(self, log: "SecurityLog") -> None:
            log.recent.append((self.source, self.type, self.occurred_at, self.tech_info))

    def __init__(self) -> None:
        self.recent: deque[tuple[str, str, datetime, str]] = deque(maxlen=_REMEMBERED)

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's events."""
        return f"security_log:{station}"

    @property
    def station(self) -> str:
        """Whose events they are."""
        return self.id.removeprefix("security_log:")

    def record(
        self, source: str, type: str, *, occurred_at: datetime, tech_info: str, at: datetime
    ) -> None:
        """Put an event on record, unless it repeats a recent one."""
        if (source, type, occurred_at, tech_info) not in self.recent:
            self.trigger_event(
                self.Recorded,
                station=self.station,
                source=source,
                type=type,
                occurred_at=occurred_at,
                tech_info=tech_info,
                severity=CRITICAL if type in _CRITICAL else ORDINARY,
                timestamp=at,
            )

    def record_refusal(self, reason: str, remote: str, *, at: datetime) -> None:
        """A connection was refused, or closed at once (A00.FR.323, 408)."""
        told = f"{reason}, from {remote}" if remote else reason
        self.record(CSMS, _type_of(reason), occurred_at=at, tech_info=told[:255], at=at)


def _type_of(reason: str) -> str:
    """The white paper's name of a refusal; it has none for a profile that is not the station's."""
    if reason.startswith("security profile"):
        return "WrongSecurityProfile"
    if "certificate" in reason:
        return "InvalidChargePointCertificate"
    return "FailedToAuthenticateAtCentralSystem"

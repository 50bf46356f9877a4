"""Times in the zone of whoever looks, with UTC at hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

COOKIE = "ampledger_zone"  # set by the page itself, e.g. Europe/Berlin


class Zone:
    """The viewer's time zone; of one that is not known here, UTC."""

    def __init__(self, name: str) -> None:
        self._zone = _known(name)

    def text(self, at: str | None) -> str:
        """An RFC 3339 time as people read it here, to the second; "" for none."""
        return f"{self.local(at):%d %b %Y %H:%M:%S}" if at else ""

    def exact(self, at: str | None) -> str:
        """The same to the millisecond, as evidence needs it."""
        if not at:
            return ""
        local = self.local(at)
        return f"{local:%d %b %Y %H:%M:%S}.{local.microsecond // 1000:03d}"

    def utc(self, at: str | None) -> str:
        """What a pointer that rests on a time is told."""
        return f"{_read(at).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC" if at else ""

    def local(self, at: str) -> datetime:
        """An RFC 3339 time in this zone."""
        return _read(at).astimezone(self._zone)

    def midnight(self, now: datetime) -> datetime:
        """When the day of `now` began here."""
        return now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def of(self, text: str) -> datetime:
        """What somebody wrote here as a local time, e.g. 2026-11-26T18:30; raises ValueError."""
        return datetime.fromisoformat(text).replace(tzinfo=self._zone)

    @property
    def name(self) -> str:
        """As the IANA database has it."""
        return self._zone.key


def ago(at: str | None, now: datetime) -> str:
    """How long ago it was, in one unit; "" for never."""
    return span(now - _read(at)) if at else ""


def span(length: timedelta) -> str:
    """A length of time in one or two units, e.g. 1 h 20 min."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if days < 1 else f"{days} d {hours % 24} h"


def _read(at: str | None) -> datetime:
    return datetime.fromisoformat(at or "")


def _known(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")

"""Times as stations write them (OCPP 1.6 section 3.13, errata 3.10), and as we write them."""

import re
from datetime import UTC, datetime, timedelta, timezone

_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_FIRST_YEAR, _LAST_YEAR = 2010, 2099  # OCPP is of 2010: a clock before that was never set


def read(text: str) -> tuple[datetime | None, str]:
    """The moment in UTC, None when it cannot be one; and what is wrong with it, "" when nothing.

    Any fraction, any offset; without a zone it is UTC (rule R15).
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None, "is no time"
    try:
        return _moment(found), _flaw(found)
    except (ValueError, OverflowError):
        return None, "is no possible time"


def write(at: datetime) -> str:
    """UTC with milliseconds, e.g. 2025-01-31T12:00:00.123Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def plausible(moment: datetime) -> bool:
    """Whether a station's clock that says so can have been set at all."""
    return _FIRST_YEAR <= moment.year <= _LAST_YEAR


def credible(claimed: datetime, received: datetime) -> datetime:
    """When it happened, to put events in order: a clock unset or ahead of ours is not believed."""
    return claimed if plausible(claimed) and claimed <= received else received


def _moment(found: re.Match[str]) -> datetime:
    second = min(int(found["second"] or 0), 59)
    clock = f"{found['date']}T{found['hour']}:{found['minute']}:{second:02}"
    moment = datetime.fromisoformat(clock) + _fraction(found["fraction"] or "")
    return moment.replace(tzinfo=_zone(found["zone"] or "Z")).astimezone(UTC)


def _fraction(digits: str) -> timedelta:
    nearest = (int(digits[:7].ljust(7, "0")) + 5) // 10
    return timedelta(microseconds=nearest)


def _zone(text: str) -> timezone:
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _flaw(found: re.Match[str]) -> str:
    if found["zone"] is None:
        return "has no time zone"
    if found["second"] is None:
        return "has no seconds"
    return "has a second too many" if int(found["second"]) > 59 else ""

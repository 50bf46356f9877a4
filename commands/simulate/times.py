"""Times as a simulated station reads and writes them."""

from datetime import UTC, datetime


def now() -> str:
    """This moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> datetime:
    """A moment; what has no zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def seconds_until(text: str) -> float:
    """How long it is to a moment, negative when it is past."""
    return (read(text) - datetime.now(UTC)).total_seconds()

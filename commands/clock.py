"""The time of this machine."""

from datetime import UTC, datetime


class SystemClock:
    """The Clock port."""

    def __call__(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

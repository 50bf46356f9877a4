"""Instants as people write them."""

from datetime import UTC, datetime

from commands.refusal import Refusal


def instant(text: str) -> datetime | None:
    """None for ""; without a zone it is in UTC, a day is its midnight. Raises Refusal."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text} is no instant such as 2026-05-01T12:00:00Z, and no day") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""What people did, or tried: who, when, from where, to what, and whether it was granted."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth


class Audit(Aggregate):
    """One action of a person. It is on record together with what came of it, and never changes."""

    TOPIC = "audit"

    GRANTED = "granted"
    REFUSED = "refused"
    FAILED = "failed"  # by a defect of the program

    class Acted(Birth):
        """Somebody wished for something. `detail` tells more of it, never a secret."""

        TOPIC = "audit.acted"
        by: str  # a user; of a failed sign-in: ""
        origin: str  # an address, or "console" for a command on the database itself
        operation: str
        subject: str  # a station, or e.g. "token:…", "campaign:…", "user:…"
        detail: str
        outcome: str  # one of the constants above
        reason: str  # why it was not granted

    def __init__(self) -> None:
        """Nothing is ever decided by it."""

    @classmethod
    def id_of(cls, wish: str) -> str:
        """One stream per wish."""
        return f"audit:{wish}"

    @classmethod
    def record(
        cls,
        wish: str,
        *,
        by: str,
        origin: str,
        operation: str,
        subject: str,
        detail: str,
        outcome: str,
        reason: str,
        at: datetime,
    ) -> Self:
        """Put an action on record."""
        return cls._create(
            cls.Acted,
            id=cls.id_of(wish),
            by=by,
            origin=origin,
            operation=operation,
            subject=subject,
            detail=detail,
            outcome=outcome,
            reason=reason,
            timestamp=at,
        )

"""What could not be understood or contradicts the record: kept with its reason, for a person."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth


class Quarantine(Aggregate):
    """One thing put aside. The station was answered all the same."""

    TOPIC = "quarantine"

    class Kept(Birth):
        """Put aside, and why. `frame` names the journal row; `detail` may hold a traceback."""

        TOPIC = "quarantine.kept"
        station: str
        reason: str
        action: str
        message_id: str
        frame: str  # key of the journal row
        subject: str  # what it claims to be about, e.g. "transaction 17"
        detail: str

    def __init__(self, *, reason: str) -> None:
        self.reason = reason

    @classmethod
    def id_of(cls, station: str, subject: str) -> str:
        """The same thing put aside twice is one stream."""
        return f"quarantine:{station}:{subject}"

    @classmethod
    def keep(
        cls,
        stream: str,
        *,
        station: str,
        reason: str,
        action: str,
        message_id: str,
        frame: str,
        subject: str,
        detail: str,
        at: datetime,
    ) -> Self:
        """Put something aside."""
        return cls._create(
            cls.Kept,
            id=stream,
            station=station,
            reason=reason,
            action=action,
            message_id=message_id,
            frame=frame,
            subject=subject,
            detail=detail,
            timestamp=at,
        )

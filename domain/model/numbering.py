"""Which number a start got: the memory that makes a repeated StartTransaction the same one."""

from datetime import datetime
from hashlib import sha256
from typing import Self

from domain.model.aggregate import Aggregate, Birth
from domain.model.transaction import Start
from domain.model.values import folded


class Numbering(Aggregate):
    """One fact per start, found by what never changes when a station repeats it (rule T9)."""

    TOPIC = "numbering"

    class Given(Birth):
        """The start was given a transaction number."""

        TOPIC = "numbering.given"
        number: int

    def __init__(self, *, number: int) -> None:
        self.number = number

    @classmethod
    def id_of(cls, start: Start) -> str:
        """Station, connector, token, time and meter reading name a start (rule T9).

        The token stands for itself: a hash of it would tell it to whoever tries all tags.
        """
        parts = (
            start.station,
            str(start.connector),
            start.started_at.isoformat(),
            str(start.meter_wh),
        )
        hashed = sha256("\x1f".join(parts).encode()).hexdigest()[:40]
        return f"start:{hashed}:token:{folded(start.id_tag)}"

    @classmethod
    def give(cls, start: Start, number: int, *, at: datetime) -> Self:
        """Remember the number of a new start."""
        return cls._create(cls.Given, id=cls.id_of(start), number=number, timestamp=at)

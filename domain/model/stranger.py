"""A station nobody registered that asked to connect: for operators to see and adopt."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact


class Stranger(Aggregate):
    """Knocks; each knock the gateways let through is on record."""

    TOPIC = "stranger"
    SNAPSHOT_EVERY = 100

    class Noticed(Birth):
        """The first knock."""

        TOPIC = "stranger.noticed"
        station: str

    class Knocked(Fact):
        """It asked for a connection and was refused."""

        TOPIC = "stranger.knocked"
        protocol: str  # what it offered, comma separated
        remote: str

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a stranger."""
        return f"stranger:{station}"

    @classmethod
    def notice(cls, station: str, *, at: datetime) -> Self:
        """A name nobody has heard of."""
        return cls._create(cls.Noticed, id=cls.id_of(station), station=station, timestamp=at)

    def knock(self, protocol: str, remote: str, *, at: datetime) -> None:
        """It asked again."""
        self.trigger_event(self.Knocked, protocol=protocol, remote=remote, timestamp=at)

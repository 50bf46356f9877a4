"""The public key of a connector's meter, as an operator says it is."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact

WHOLE_STATION = 0  # a connector's number: the key of all connectors that have none of their own


class MeterKey(Aggregate):
    """What a type plate or a manufacturer tells, and who entered it here."""

    TOPIC = "meter_key"

    class Begun(Birth):
        """A key was entered for the first time."""

        TOPIC = "meter_key.begun"
        station: str
        connector: int

    class Entered(Fact):
        """This is the key from now on."""

        TOPIC = "meter_key.entered"
        key: str  # DER in hex
        by: str

        def apply(self, meter_key: "MeterKey") -> None:
            meter_key.key = self.key

    class Withdrawn(Fact):
        """An operator vouches for none any more."""

        TOPIC = "meter_key.withdrawn"
        by: str

        def apply(self, meter_key: "MeterKey") -> None:
            meter_key.key = ""

    def __init__(self, *, station: str, connector: int) -> None:
        self.station, self.connector, self.key = station, connector, ""

    @classmethod
    def id_of(cls, station: str, connector: int) -> str:
        """The stream of a connector's key."""
        return f"meter_key:{station}:{connector}"

    @classmethod
    def begin(cls, station: str, connector: int, *, at: datetime) -> Self:
        """No key is known yet."""
        stream = cls.id_of(station, connector)
        return cls._create(cls.Begun, id=stream, station=station, connector=connector, timestamp=at)

    def enter(self, key: str, *, by: str, at: datetime) -> None:
        """Say what the key is."""
        if key != self.key:
            self.trigger_event(self.Entered, key=key, by=by, timestamp=at)

    def withdraw(self, *, by: str, at: datetime) -> None:
        """Vouch for none."""
        if self.key:
            self.trigger_event(self.Withdrawn, by=by, timestamp=at)

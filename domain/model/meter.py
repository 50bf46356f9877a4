"""Meter readings: a log beside its transaction (or connector), never replayed to load one."""

from collections import deque
from datetime import datetime

from domain.model.aggregate import Chronicle, Fact

_REMEMBERED = 32


class Meter(Chronicle):
    """Only recent readings are held: enough to know a repeat and the latest register value."""

    TOPIC = "meter"

    class Read(Fact):
        """One MeterValue: samples taken at one moment, as the station sent them.

        `samples` is a JSON array of OCPP 1.6 SampledValue objects, untouched (signed data too).
        """

        TOPIC = "meter.read"
        station: str
        connector: int
        transaction: int | None  # as the station claims; None when it named none
        sampled_at: datetime  # the station's clock
        samples: str
        register_wh: int | None  # Energy.Active.Import.Register of the outlet, all phases
        last_register_wh: int | None  # the same, of this reading or the last one that had it
        source: str  # "MeterValues" or "StopTransaction"

        def apply(self, meter: "Meter") -> None:
            meter.remember(self)

    def __init__(self) -> None:
        self.recent: deque[tuple[datetime, int]] = deque(maxlen=_REMEMBERED)
        self.register_wh: int | None = None

    @classmethod
    def of_transaction(cls, number: int) -> str:
        """The stream of a transaction's readings."""
        return f"meter:transaction:{number}"

    @classmethod
    def of_connector(cls, station: str, connector: int) -> str:
        """The stream of the readings that belong to no known transaction."""
        return f"meter:connector:{station}:{connector}"

    def remember(self, read: "Meter.Read") -> None:
        """What the next decision needs of a reading."""
        self.recent.append((read.sampled_at, hash(read.samples)))
        self.register_wh = read.last_register_wh

    def read(
        self,
        samples: str,
        *,
        station: str,
        connector: int,
        transaction: int | None,
        sampled_at: datetime,
        register_wh: int | None,
        source: str,
        at: datetime,
    ) -> None:
        """Record a reading, unless it repeats a recent one (rule T9)."""
        if (sampled_at, hash(samples)) not in self.recent:
            self.trigger_event(
                self.Read,
                station=station,
                connector=connector,
                transaction=transaction,
                sampled_at=sampled_at,
                samples=samples,
                register_wh=register_wh,
                last_register_wh=self.register_wh if register_wh is None else register_wh,
                source=source,
                timestamp=at,
            )

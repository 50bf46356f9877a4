"""Meter readings: a log beside its transaction (or connector), never replayed to load one."""

from datetime import datetime

from domain.model.aggregate import Aggregate, Fact


class Meter(Aggregate):
    """Only the last reading is held: enough to know a repeat and the latest register value."""

    TOPIC = "meter"
    LOG = True  # restored from its last fact alone

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
        source: str  # "MeterValues" or "StopTransaction"

        def apply(self, meter: "Meter") -> None:
            meter.remember(self)

    def __init__(self) -> None:
        self.last_sampled_at: datetime | None = None
        self.last_samples = ""
        self.register_wh: int | None = None

    @classmethod
    def of_transaction(cls, number: int) -> str:
        """The stream of a transaction's readings."""
        return f"meter:transaction:{number}"

    @classmethod
    def of_connector(cls, station: str, connector: int) -> str:
        """The stream of the readings that belong to no known transaction."""
        return f"meter:connector:{station}:{connector}"

    @classmethod
    def resume(cls, stream: str, last: "Fact | None", *, at: datetime) -> "Meter":
        """The log as its last fact leaves it; empty when there is none."""
        meter = cls.__new__(cls)
        meter.__base_init__(stream, last.originator_version if last else 0, at)
        meter.__init__()  # type: ignore[misc]
        if isinstance(last, cls.Read):
            meter.remember(last)
        return meter

    def remember(self, read: "Meter.Read") -> None:
        """What the next decision needs of a reading."""
        self.last_sampled_at, self.last_samples = read.sampled_at, read.samples
        if read.register_wh is not None:
            self.register_wh = read.register_wh

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
        """Record a reading, unless it repeats the last one (rule T9)."""
        if (sampled_at, samples) != (self.last_sampled_at, self.last_samples):
            self.trigger_event(
                self.Read,
                station=station,
                connector=connector,
                transaction=transaction,
                sampled_at=sampled_at,
                samples=samples,
                register_wh=register_wh,
                source=source,
                timestamp=at,
            )

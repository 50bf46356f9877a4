"""What a station says its composite schedule is: for operators to compare with what we compute."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact


class ScheduleReport(Aggregate):
    """The schedules one connector was asked for. It decides nothing, and so holds nothing."""

    TOPIC = "schedule"
    SNAPSHOT_EVERY = 100

    class Begun(Birth):
        """The station answered for this connector for the first time."""

        TOPIC = "schedule.begun"
        station: str
        connector: int

    class Reported(Fact):
        """A GetCompositeSchedule.conf (OCPP 1.6 section 6.22), with what was asked."""

        TOPIC = "schedule.reported"
        call: str
        status: str
        duration: int  # s, as it was asked for
        unit: str  # as it was asked for; "" when the station was to choose
        start: datetime | None  # scheduleStart
        schedule: str  # chargingSchedule, JSON; "" when there is none

    @classmethod
    def id_of(cls, station: str, connector: int) -> str:
        """The stream of a connector's reports."""
        return f"schedule:{station}:{connector}"

    @classmethod
    def begin(cls, station: str, connector: int, *, at: datetime) -> Self:
        """A connector that was never asked before."""
        stream = cls.id_of(station, connector)
        return cls._create(cls.Begun, id=stream, station=station, connector=connector, timestamp=at)

    def report(
        self,
        call: str,
        *,
        status: str,
        duration: int,
        unit: str,
        start: datetime | None,
        schedule: str,
        at: datetime,
    ) -> None:
        """Whatever a station reports is stored without veto."""
        self.trigger_event(
            self.Reported,
            call=call,
            status=status,
            duration=duration,
            unit=unit,
            start=start,
            schedule=schedule,
            timestamp=at,
        )

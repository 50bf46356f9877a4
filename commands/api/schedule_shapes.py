"""How a composite schedule is asked for, and how it is shown."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field

from commands.api.problems import Problem
from commands.api.shapes import GivenTime, Time
from domain.model.schedule import Supply
from domain.ocpp import times

_DAY = 86_400  # s

Unit = Literal["A", "W"]
Seconds = Annotated[int, Query(ge=1, le=31 * _DAY, description="s")]
ConnectorNumber = Annotated[int, Path(ge=0, le=2**31 - 1, description="0: the station as a whole")]
_From = Annotated[
    GivenTime | None, Query(alias="from", description="RFC 3339; absent: now, to the second")
]
_Percent = Annotated[
    float, Query(ge=0, le=100, description="% above the limit that do not count as exceeded")
]


class Question:
    """What is to be computed and compared, as the query of a request says."""

    def __init__(
        self,
        *,
        from_: _From = None,
        duration: Seconds = _DAY,
        unit: Annotated[Unit, Query(description="amperes per phase, or watts")] = "A",
        voltage: Annotated[float, Query(ge=1, le=1000, description="V to neutral")] = 230,
        phases: Annotated[int, Query(ge=1, le=3, description="where a profile names none")] = 3,
        tolerance: _Percent = 5,
    ) -> None:
        """Raises Problem for a time no clock of a station shows."""
        if from_ is not None and not times.plausible(from_):
            raise Problem(422, "from must be a time of 2010 to 2099", kind="invalid")
        self.begin, self.duration, self.unit = from_, timedelta(seconds=duration), unit
        self.supply, self.tolerance = Supply(voltage, phases), tolerance


class Step(BaseModel):
    """A limit, until the next one."""

    start: int = Field(description="s from `from` on")
    limit: float | None = Field(description="null: there is none")
    phases: int | None = Field(description="what the limit is meant for; null without one")
    profiles: list[int] = Field(description="ids of the charging profiles that say so")


class ReportedStep(BaseModel):
    """A limit that the station reported, until the next one."""

    at: Time
    limit: float | None = Field(description="in the unit that was asked for here")
    phases: int | None


class Difference(BaseModel):
    """Where computed and reported limits are 0.1 or more apart."""

    from_: Time = Field(serialization_alias="from")
    until: Time
    computed: float | None
    reported: float | None


class Reported(BaseModel):
    """The station's last answer to GetCompositeSchedule, in absolute time."""

    call: str
    status: str = Field(description="Accepted or Rejected")
    received_at: Time | None
    from_: Time | None = Field(serialization_alias="from", description="null without a schedule")
    until: Time | None
    periods: list[ReportedStep]
    differences: list[Difference] = Field(description="while both are known")


class Reading(BaseModel):
    """What the meter showed: all phases in W, the fullest one in A."""

    at: Time = Field(description="the station's clock")
    value: float
    limit: float | None = Field(description="the computed one at that moment")
    exceeded: bool


class Schedule(BaseModel):
    """What a connector may draw, says that it may draw, and drew."""

    station: str
    connector: int
    from_: Time = Field(serialization_alias="from")
    until: Time
    duration: int = Field(description="s")
    unit: Unit
    computed: list[Step]
    profiles: list[int] = Field(description="ids of the charging profiles that decide somewhere")
    reported: Reported | None = Field(description="null when it was never asked")
    metered: list[Reading]
    metered_from: Time | None = Field(
        description="before that more was metered than is told here; null: this is all of it"
    )

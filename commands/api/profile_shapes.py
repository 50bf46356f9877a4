"""How charging profiles are written and shown; on the wire they are as OCPP has them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import msgspec
import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictFloat,
    StrictInt,
    field_validator,
    model_validator,
)

from commands.api.shapes import Moment, Text, Time
from domain.ocpp import reading
from domain.ocpp.v16.types import ChargingProfile, ChargingSchedule, ChargingSchedulePeriod
from projections.charging_profiles import ChargingProfileRow
from projections.installed_profiles import InstalledProfileRow

MOST = 2**31 - 1  # of numbers that stations may keep in 32 bits
Purpose = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]


def _tenths(value: float) -> float:
    if round(value, 1) != value:
        raise ValueError("must have one decimal at most")
    return value


Amount = Annotated[
    StrictFloat, Field(ge=0, le=10_000_000, allow_inf_nan=False), AfterValidator(_tenths)
]


class SchedulePeriod(BaseModel, extra="forbid"):
    """A limit from a moment of the schedule on."""

    start: StrictInt = Field(ge=0, le=MOST, description="s after the start of the schedule")
    limit: Amount = Field(description="A of each phase, or W of all; one decimal")
    phases: StrictInt | None = Field(None, ge=1, le=3, description="left out: a station takes 3")


class Schedule(BaseModel, extra="forbid"):
    """Limits over time."""

    unit: Literal["A", "W"]
    periods: list[SchedulePeriod] = Field(min_length=1, max_length=1000)
    start: Moment | None = Field(
        None, description="Absolute: left out, when its sending is requested; Relative: none"
    )
    duration: StrictInt | None = Field(
        None, gt=0, le=MOST, description="s; left out: the last period stays open"
    )
    min_rate: Amount | None = Field(None, description="below this charging is not worth it")

    @field_validator("periods")
    @classmethod
    def _ascend(cls, periods: list[SchedulePeriod]) -> list[SchedulePeriod]:
        """Rule C4."""
        starts = [period.start for period in periods]
        if starts[0] != 0:
            raise ValueError("the first must start at 0")
        if any(later <= sooner for sooner, later in pairwise(starts)):
            raise ValueError("each must start after the one before")
        return periods

    @model_validator(mode="after")
    def _last(self) -> Self:
        if self.duration is not None and self.periods[-1].start >= self.duration:
            raise ValueError("a period starts when the duration is over already")
        return self


class ProfileWish(BaseModel, extra="forbid"):
    """A charging profile of the library (OCPP 1.6 section 7.8)."""

    description: Text = Field("", max_length=500)
    purpose: Purpose
    kind: Literal["Absolute", "Recurring", "Relative"]
    stack_level: StrictInt = Field(ge=0, le=MOST, description="higher ones go before lower ones")
    recurrency: Literal["Daily", "Weekly"] | None = Field(
        None, description="of kind Recurring, which must have it"
    )
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    schedule: Schedule

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        """Rule C3."""
        recurring = self.kind == "Recurring"
        if recurring != (self.recurrency is not None):
            raise ValueError("recurrency belongs to kind Recurring, and to no other")
        if recurring and self.schedule.start is None:
            raise ValueError("schedule.start must say when a Recurring one begins")
        if self.kind == "Relative" and self.schedule.start is not None:
            raise ValueError("schedule.start must be left out: a Relative one begins with charging")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("valid_to must be after valid_from")
        return self

    def content(self, number: int) -> str:
        """As it goes on the wire, but for the transaction."""
        schedule = self.schedule
        profile = ChargingProfile(
            chargingProfileId=number,
            stackLevel=self.stack_level,
            chargingProfilePurpose=self.purpose,
            chargingProfileKind=self.kind,
            recurrencyKind=self.recurrency,
            validFrom=self.valid_from,
            validTo=self.valid_to,
            chargingSchedule=ChargingSchedule(
                duration=schedule.duration,
                startSchedule=schedule.start,
                chargingRateUnit=schedule.unit,
                chargingSchedulePeriod=_periods(schedule.periods),
                minChargingRate=schedule.min_rate,
            ),
        )
        return reading.write(profile).decode()


class NewProfile(ProfileWish):
    """A charging profile for the library."""

    id: StrictInt | None = Field(
        None, ge=1, le=MOST, description="the chargingProfileId; left out: a free one is taken"
    )


class Profile(ProfileWish):
    """A charging profile of the library, as it was saved last."""

    id: StrictInt = Field(description="the chargingProfileId on the wire")
    created_at: Time
    created_by: str
    changed_at: Time
    changed_by: str


class InstalledProfile(BaseModel):
    """A charging profile that a station accepted and holds, as far as its answers tell."""

    profile_id: int
    connector_id: int = Field(description="0: the whole station")
    purpose: str
    stack_level: int
    transaction_id: int | None = Field(description="that a TxProfile is for")
    profile: dict[str, Any] = Field(description="the ChargingProfile as it went on the wire")
    installed_at: Time
    call: str = Field(description="id of the call that brought it")


def stored(content: str) -> ChargingProfile:
    """A profile of the library as OCPP has it."""
    return msgspec.json.decode(content, type=ChargingProfile)


def shown(row: ChargingProfileRow) -> Profile:
    """A profile of the library as people write it."""
    profile = stored(row.content)
    schedule = profile.chargingSchedule
    return Profile.model_construct(
        id=row.number,
        description=row.description,
        purpose=profile.chargingProfilePurpose,
        kind=profile.chargingProfileKind,
        stack_level=profile.stackLevel,
        recurrency=profile.recurrencyKind,
        valid_from=profile.validFrom,
        valid_to=profile.validTo,
        schedule=Schedule.model_construct(
            unit=schedule.chargingRateUnit,
            periods=[_shown(period) for period in schedule.chargingSchedulePeriod],
            start=schedule.startSchedule,
            duration=schedule.duration,
            min_rate=schedule.minChargingRate,
        ),
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def shown_installed(row: InstalledProfileRow) -> InstalledProfile:
    """What a station holds."""
    return InstalledProfile(
        profile_id=row.profile_id,
        connector_id=row.connector,
        purpose=row.purpose,
        stack_level=row.stack_level,
        transaction_id=row.transaction,
        profile=orjson.loads(row.profile),
        installed_at=row.installed_at,
        call=row.call,
    )


def _periods(periods: Sequence[SchedulePeriod]) -> tuple[ChargingSchedulePeriod, ...]:
    return tuple(
        ChargingSchedulePeriod(startPeriod=each.start, limit=each.limit, numberPhases=each.phases)
        for each in periods
    )


def _shown(period: ChargingSchedulePeriod) -> SchedulePeriod:
    return SchedulePeriod.model_construct(
        start=period.startPeriod, limit=period.limit, phases=period.numberPhases
    )

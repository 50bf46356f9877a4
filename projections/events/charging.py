"""Events of smart charging: what stations hold, and what they say they will do."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.charging import Charging
from domain.model.schedule_report import ScheduleReport
from projections.events import members
from projections.events.public import About, Data, of_station, public

_ABOUT = of_station("charging:")


class Installed(Data):
    """A station holds a charging profile now."""

    profile: Annotated[int, Meta(description="chargingProfileId")]
    connector: members.Connector
    purpose: Annotated[str, Meta(description="OCPP 1.6 section 7.11")]
    stack_level: int
    transaction: Annotated[int | None, Meta(description="that it is for; null: for any")]
    content: Annotated[dict[str, Any], Meta(description="the ChargingProfile of OCPP 1.6")]


class Removed(Data):
    """A station holds it no more: replaced, cleared, or its transaction is over."""

    profile: Annotated[int, Meta(description="chargingProfileId")]
    reason: str


class Reported(Data):
    """A station told its composite schedule."""

    connector: members.Connector
    status: Annotated[str, Meta(description="Accepted or Rejected")]
    start: Annotated[members.Time | None, Meta(description="scheduleStart")]
    duration: Annotated[int, Meta(description="s, as asked for")]
    schedule: Annotated[dict[str, Any] | None, Meta(description="the ChargingSchedule of OCPP 1.6")]


def _place(fact: Fact) -> tuple[str, int]:
    station, _, number = fact.originator_id.removeprefix("schedule:").rpartition(":")
    return station, int(number)


def _connector(fact: Fact, _: str) -> About:
    station, number = _place(fact)
    return About(f"connector/{station}/{number}", station)


PUBLIC = (
    public(
        "charging_profile.installed.v1",
        Charging.Installed,
        Installed,
        _ABOUT,
        content=lambda fact: msgspec.json.decode(fact.content),
    ),
    public("charging_profile.removed.v1", Charging.Removed, Removed, _ABOUT),
    public(
        "schedule.reported.v1",
        ScheduleReport.Reported,
        Reported,
        _connector,
        connector=lambda fact: _place(fact)[1],
        schedule=lambda fact: msgspec.json.decode(fact.schedule) if fact.schedule else None,
    ),
)

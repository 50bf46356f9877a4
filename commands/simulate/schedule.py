"""What charging profiles allow at a moment and over time (OCPP 1.6 section 3.13), in watts.

Written apart from the system's own arithmetic, so that the two can be compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Any, Self

from commands.simulate import times
from commands.simulate.outlet import AMPERES, PHASES, VOLTS

_RECURRENCE = {"Daily": 86_400, "Weekly": 7 * 86_400}  # s


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that may be drawn, and over how many phases."""

    watts: float
    phases: int

    def written(self, unit: str) -> dict[str, Any]:
        """The limit of a ChargingSchedulePeriod, amperes per phase or watts, one decimal."""
        value = self.watts if unit == "W" else self.watts / (VOLTS * self.phases)
        phases = {} if self.phases == PHASES else {"number_phases": self.phases}
        return {"limit": round(value, 1), **phases}


WIRED = Ceiling(AMPERES * VOLTS * PHASES, PHASES)


@dataclass(frozen=True, slots=True)
class Use:
    """An outlet, and what happens there: its transaction, and since when it charges."""

    connector: int
    transaction: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """An installed profile."""

    id: int
    connector: int
    purpose: str
    stack_level: int
    transaction: int | None
    recurrence: int  # s; 0: none
    window: tuple[datetime | None, datetime | None]  # valid from, valid to
    start: datetime | None  # None: relative to the start of charging
    schedule: Mapping[str, Any]

    @classmethod
    def of(cls, connector: int, wire: Mapping[str, Any]) -> Self:
        """A csChargingProfiles as the library hands it over."""
        schedule = wire["charging_schedule"]
        relative = wire["charging_profile_kind"] == "Relative"
        return cls(
            id=wire["charging_profile_id"],
            connector=connector,
            purpose=wire["charging_profile_purpose"],
            stack_level=wire["stack_level"],
            transaction=wire.get("transaction_id"),
            recurrence=_RECURRENCE.get(wire.get("recurrency_kind", ""), 0),
            window=(_time(wire.get("valid_from")), _time(wire.get("valid_to"))),
            start=None if relative else _time(schedule.get("start_schedule")),
            schedule=schedule,
        )

    def ceiling(self, moment: datetime, since: datetime) -> Ceiling | None:
        """What it allows at a moment; None: it says nothing then."""
        begin, end = self.window
        if (begin and moment < begin) or (end and moment >= end):
            return None
        passed = (moment - (self.start or since)).total_seconds()
        if self.recurrence and passed >= 0:
            passed %= self.recurrence
        duration = self.schedule.get("duration")
        if passed < 0 or (duration is not None and passed >= duration):
            return None
        periods = self.schedule["charging_schedule_period"]
        running = [period for period in periods if period["start_period"] <= passed]
        return self._ceiling_of(running[-1]) if running else None

    def turns(self, begin: datetime, since: datetime, seconds: float) -> Iterator[float]:
        """Seconds after `begin`, up to so many, at which it may begin to say something else."""
        yield from ((at - begin).total_seconds() for at in self.window if at)
        origin = ((self.start or since) - begin).total_seconds()
        starts = [p["start_period"] for p in self.schedule["charging_schedule_period"]]
        offsets = [0, *starts, self.schedule.get("duration", 0)]
        if not self.recurrence:
            yield from (origin + offset for offset in offsets)
            return
        origin += max(0, floor(-origin / self.recurrence)) * self.recurrence
        while origin < seconds:
            yield from (origin + offset for offset in offsets)
            origin += self.recurrence

    def _ceiling_of(self, period: Mapping[str, Any]) -> Ceiling:
        phases, limit = period.get("number_phases", PHASES), float(period["limit"])
        in_watts = self.schedule["charging_rate_unit"] == "W"
        return Ceiling(limit if in_watts else limit * VOLTS * phases, phases)


def ceiling(profiles: Iterable[Profile], use: Use, moment: datetime) -> Ceiling:
    """What an outlet may draw: the least of the station's and the transaction's (rule C2)."""
    since = use.since or moment
    saying: dict[str, tuple[tuple[bool, int], Ceiling]] = {}
    for profile in profiles:
        allowed = profile.ceiling(moment, since) if _concerns(profile, use) else None
        rank = (profile.connector > 0, profile.stack_level)
        best = saying.get(profile.purpose)
        if allowed and (best is None or rank > best[0]):
            saying[profile.purpose] = (rank, allowed)
    own = saying.get("TxProfile") or saying.get("TxDefaultProfile")
    found = [each[1] for each in (own, saying.get("ChargePointMaxProfile")) if each]
    return min((WIRED, *found), key=lambda each: each.watts)


def composite(
    profiles: Iterable[Profile], uses: Iterable[Use], begin: datetime, seconds: int
) -> list[tuple[int, Ceiling]]:
    """What outlets may draw together, from second to second; neighbours differ."""
    known, outlets = list(profiles), list(uses)
    turns = {
        int(turn)
        for profile in known
        for use in outlets
        for turn in profile.turns(begin, use.since or begin, seconds)
        if 0 < turn < seconds
    }
    steps: list[tuple[int, Ceiling]] = []
    for turn in sorted({0, *turns}):
        moment = begin + timedelta(seconds=turn)
        allowed = _together([ceiling(known, _as_of(use, begin), moment) for use in outlets])
        if len(outlets) > 1:
            allowed = min([allowed, *_of_station(known, moment, begin)], key=lambda c: c.watts)
        if not steps or steps[-1][1] != allowed:
            steps.append((turn, allowed))
    return steps


def _as_of(use: Use, begin: datetime) -> Use:
    """Where nobody charges, the question is what would be if somebody began now."""
    return Use(use.connector, use.transaction, use.since or begin)


def _together(ceilings: list[Ceiling]) -> Ceiling:
    if len(ceilings) == 1:
        return ceilings[0]
    return Ceiling(sum(each.watts for each in ceilings), PHASES)


def _of_station(profiles: list[Profile], moment: datetime, since: datetime) -> list[Ceiling]:
    """What the station as a whole may draw, nothing: as much as its outlets."""
    of_all = [profile for profile in profiles if profile.purpose == "ChargePointMaxProfile"]
    saying = [(p.stack_level, c) for p in of_all if (c := p.ceiling(moment, since))]
    return [max(saying, key=lambda each: each[0])[1]] if saying else []


def _concerns(profile: Profile, use: Use) -> bool:
    if profile.purpose == "TxProfile":
        return (
            use.transaction is not None
            and profile.transaction in {None, use.transaction}
            and (profile.connector == use.connector)
        )
    return profile.connector in {0, use.connector}


def _time(text: str | None) -> datetime | None:
    return None if text is None else times.read(text)

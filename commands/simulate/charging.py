"""Smart charging at a simulated station (OCPP 1.6 sections 5.16, 5.3 and 5.7)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from commands.simulate import schedule
from commands.simulate.equipment import Equipment
from commands.simulate.outlet import Outlet
from commands.simulate.schedule import Profile, Use

_LONGEST = 7 * 86_400  # s of a composite schedule
_UNITS = {"A": "Current", "W": "Power"}


class Charging:
    """The installed profiles, and the power they leave."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._profiles: list[Profile] = []

    def power_w(self, outlet: Outlet, at: datetime) -> int:
        """What a car may draw now; cars share fairly what the whole station may."""
        if not self._profiles:
            return int(schedule.WIRED.watts)
        busy = sum(1 for each in self._equipment.outlets.values() if each.transaction is not None)
        limits = [p for p in self._profiles if p.purpose == "ChargePointMaxProfile"]
        whole = schedule.ceiling(limits, Use(0), at).watts if limits else schedule.WIRED.watts
        own = [p for p in self._profiles if p.purpose != "ChargePointMaxProfile"]
        alone = schedule.ceiling(own, _use(outlet), at).watts
        return int(min(alone, whole / max(busy, 1)))

    def begin(self, outlet: Outlet, profile: Mapping[str, object] | None) -> None:
        """A transaction has begun, by a remote start with a profile perhaps (TC_059)."""
        if profile is not None:
            given = {**profile, "transaction_id": outlet.transaction}
            self._install(Profile.of(outlet.number, given))

    def end(self, transaction: int | None) -> None:
        """A transaction is over, and with it its profiles (rule C5)."""
        self._keep(lambda p: p.purpose != "TxProfile" or p.transaction != transaction)

    @on(Action.set_charging_profile)
    def _set(self, connector_id: int, cs_charging_profiles: Mapping[str, Any]) -> object:
        if not self._equipment.chosen(connector_id):
            raise PropertyConstraintViolationError(f"there is no connector {connector_id}")
        profile = Profile.of(connector_id, cs_charging_profiles)
        fits = self._has_room_for(profile) and self._is_in_place(profile)
        if fits:
            self._install(profile)
        return call_result.SetChargingProfile(status="Accepted" if fits else "Rejected")

    @on(Action.clear_charging_profile)
    def _clear(self, **criteria: Any) -> object:  # noqa: ANN401 - numbers and a purpose
        number = criteria.pop("id", None)
        wanted = (
            {"id": number} if number is not None else {_NAMES[k]: criteria[k] for k in criteria}
        )
        known = len(self._profiles)
        self._keep(lambda p: any(getattr(p, name) != wanted[name] for name in wanted))
        found = len(self._profiles) < known
        return call_result.ClearChargingProfile(status="Accepted" if found else "Unknown")

    @on(Action.get_composite_schedule)
    def _get_composite(
        self, connector_id: int, duration: int, charging_rate_unit: str = "A"
    ) -> object:
        outlets = self._equipment.chosen(connector_id)
        if not outlets or duration < 1 or not self._knows(charging_rate_unit):
            return call_result.GetCompositeSchedule(status="Rejected")
        seconds, begin = min(duration, _LONGEST), datetime.now(UTC).replace(microsecond=0)
        steps = schedule.composite(self._profiles, map(_use, outlets), begin, seconds)
        most = self._equipment.configuration.number("ChargingScheduleMaxPeriods")
        if len(steps) > most:  # as far as the periods reach
            seconds = steps[most][0]
        periods = [{"start_period": at, **c.written(charging_rate_unit)} for at, c in steps[:most]]
        return call_result.GetCompositeSchedule(
            status="Accepted",
            connector_id=connector_id,
            schedule_start=begin.isoformat().replace("+00:00", "Z"),
            charging_schedule={
                "duration": seconds,
                "charging_rate_unit": charging_rate_unit,
                "charging_schedule_period": periods,
            },
        )

    def _install(self, profile: Profile) -> None:
        self._keep(lambda p: not _replaces(profile, p))
        self._profiles.append(profile)

    def _keep(self, stays: Callable[[Profile], bool]) -> None:
        self._profiles = [profile for profile in self._profiles if stays(profile)]

    def _knows(self, unit: str) -> bool:
        allowed = self._equipment.configuration.text("ChargingScheduleAllowedChargingRateUnit")
        return _UNITS[unit] in allowed.split(",")

    def _has_room_for(self, profile: Profile) -> bool:
        """Whether it stays within what the keys of the configuration promise (rule C6)."""
        number = self._equipment.configuration.number
        kept = [p for p in self._profiles if not _replaces(profile, p)]
        starts = [p["start_period"] for p in profile.schedule["charging_schedule_period"]]
        return (
            len(kept) < number("MaxChargingProfilesInstalled")
            and 0 <= profile.stack_level <= number("ChargeProfileMaxStackLevel")
            and len(starts) <= number("ChargingScheduleMaxPeriods")
            and starts[:1] == [0]
            and starts == sorted(starts)
            and self._knows(profile.schedule["charging_rate_unit"])
        )

    def _is_in_place(self, profile: Profile) -> bool:
        """Whether its purpose is right for its connector (C1), and what recurs has a start (C3)."""
        if profile.recurrence and profile.start is None:
            return False
        if profile.purpose == "ChargePointMaxProfile":
            return profile.connector == 0
        if profile.purpose == "TxDefaultProfile":
            return True
        outlet = self._equipment.outlets.get(profile.connector)
        running = outlet.transaction if outlet else None
        return running is not None and profile.transaction in {None, running}


_NAMES = {
    "connector_id": "connector",
    "charging_profile_purpose": "purpose",
    "stack_level": "stack_level",
}


def _replaces(new: Profile, old: Profile) -> bool:
    """Of the same id, or on the same place of the same stack (rule C2)."""
    place = (new.connector, new.purpose, new.stack_level)
    return new.id == old.id or place == (old.connector, old.purpose, old.stack_level)


def _use(outlet: Outlet) -> Use:
    return Use(outlet.number, outlet.transaction, outlet.since)

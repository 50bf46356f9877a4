"""Charging profiles as they went over the wire, as plans to compute with (sections 7.8, 7.13)."""

from dataclasses import replace
from datetime import datetime
from math import inf

from msgspec import Raw

from domain.model.schedule import ABSOLUTE, CHARGE_POINT_MAX, Period, Plan
from domain.ocpp import reading
from domain.ocpp.errors import Violation
from domain.ocpp.v16.types import ChargingProfile, ChargingSchedule

_MOST = 1e9  # A or W: what is beyond is meant as no limit


def of_profile(text: str, *, connector: int, transaction: int | None = None) -> Plan | None:
    """The plan of a ChargingProfile in JSON; None for one that nobody can understand.

    `transaction` is the one it is known to belong to, before what it says itself. Raw calls send
    anything: strange values are read with patience, as a station would (rules R13 to R16).
    """
    try:
        profile, _ = reading.read(ChargingProfile, Raw(text.encode()))
    except Violation:
        return None
    plan = _plan(profile.chargingSchedule, id=profile.chargingProfileId)
    return replace(
        plan,
        connector=connector,
        purpose=profile.chargingProfilePurpose,
        stack_level=profile.stackLevel,
        kind=profile.chargingProfileKind,
        recurrency=profile.recurrencyKind or "",
        valid_from=profile.validFrom,
        valid_to=profile.validTo,
        transaction=profile.transactionId if transaction is None else transaction,
    )


def of_report(text: str, *, start: datetime, duration: int) -> Plan | None:
    """A station's composite schedule as the only plan there is; None when it sent none.

    It says something from `start` on, for its own duration or the one that was asked for.
    """
    if not text:
        return None
    try:
        schedule, _ = reading.read(ChargingSchedule, Raw(text.encode()))
    except Violation:
        return None
    plan = _plan(schedule, id=0)
    return replace(plan, start=start, duration=duration if plan.duration is None else plan.duration)


def _plan(schedule: ChargingSchedule, *, id: int) -> Plan:
    """A schedule for the whole station, until it is said what it is for."""
    return Plan(
        id=id,
        connector=0,
        purpose=CHARGE_POINT_MAX,
        stack_level=0,
        kind=ABSOLUTE,
        unit=schedule.chargingRateUnit,
        start=schedule.startSchedule,
        duration=schedule.duration,
        periods=tuple(
            Period(each.startPeriod, _limit(each.limit), each.numberPhases)
            for each in schedule.chargingSchedulePeriod
        ),
    )


def _limit(written: float) -> float:
    """As it is to be computed with: infinite for none."""
    return written if abs(written) <= _MOST else inf

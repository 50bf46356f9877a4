"""A simulated station charges by profiles (OCPP 1.6 section 3.13; rules C1 to C10)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.simulate.outlet import PHASES, VOLTS
from commands.simulate.schedule import WIRED, Profile, Use, ceiling, composite
from tests.commands.bench_of_stations import Bench, living

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def profile(number=1, purpose="TxDefaultProfile", *, stack=0, limit=6.0, unit="A", **members):
    schedule = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        **members.pop("schedule", {}),
    }
    return {
        "chargingProfileId": number,
        "stackLevel": stack,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
        **members,
    }


async def set_on(central, connector, *args, **members):
    answer = await central.ask(
        "SetChargingProfile", connectorId=connector, csChargingProfiles=profile(*args, **members)
    )
    return answer["status"] if isinstance(answer, dict) else answer


async def schedule_of(bench, connector=1, unit="A", duration=600):
    return await bench.ask(
        "GetCompositeSchedule", connectorId=connector, duration=duration, chargingRateUnit=unit
    )


async def limits_of(bench, connector=1, unit="A"):
    answer = await schedule_of(bench, connector, unit)
    return [p["limit"] for p in answer["chargingSchedule"]["chargingSchedulePeriod"]]


async def test_without_profiles_the_wiring_is_the_limit():
    assert await limits_of(Bench()) == [16]
    assert await limits_of(Bench(), unit="W") == [11040]
    assert await limits_of(Bench(), connector=0, unit="W") == [22080]


async def test_a_profile_limits_and_the_higher_level_goes_first():
    bench = Bench()
    await set_on(bench, 1, 1, limit=10)
    await set_on(bench, 1, 2, stack=1, limit=6)
    assert await limits_of(bench) == [6]
    assert await limits_of(bench, connector=2) == [16]


async def test_a_lower_level_shows_through_when_the_higher_one_is_over():
    bench = Bench()
    await set_on(bench, 1, 1, limit=10)
    await set_on(bench, 1, 2, stack=1, limit=6, schedule={"duration": 300})
    answer = await schedule_of(bench)
    assert answer["chargingSchedule"]["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 6},
        {"startPeriod": 300, "limit": 10},
    ]


async def test_the_profile_of_the_station_bounds_all():
    bench = Bench()
    await set_on(bench, 0, 1, "ChargePointMaxProfile", limit=4140, unit="W")
    assert await limits_of(bench) == [6]
    assert await limits_of(bench, connector=0, unit="W") == [4140]


async def test_a_profile_of_one_phase_says_so():
    bench = Bench()
    period = {"startPeriod": 0, "limit": 10, "numberPhases": 1}
    await set_on(bench, 1, schedule={"chargingSchedulePeriod": [period]})
    answer = await schedule_of(bench)
    assert answer["chargingSchedule"]["chargingSchedulePeriod"] == [period]
    assert await limits_of(bench, unit="W") == [2300]


@pytest.mark.parametrize(
    ("connector", "members"),
    [
        (1, {"purpose": "ChargePointMaxProfile"}),
        (1, {"purpose": "TxProfile", "transactionId": 7}),
        (1, {"stack": 9}),
        (1, {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}),
        (1, {"schedule": {"chargingSchedulePeriod": [{"startPeriod": 5, "limit": 6.0}]}}),
    ],
)
async def test_what_cannot_be_is_rejected(connector, members):
    assert await set_on(Bench(), connector, **members) == "Rejected"


async def test_a_connector_that_is_not_there_is_a_wrong_value():
    assert await set_on(Bench(), 3) == "PropertyConstraintViolation"
    assert (await schedule_of(Bench(), connector=3))["status"] == "Rejected"


async def test_only_so_many_profiles_fit_and_one_in_the_same_place_replaces():
    bench = Bench(MaxChargingProfilesInstalled="1")
    assert await set_on(bench, 1, 1, limit=10) == "Accepted"
    assert await set_on(bench, 1, 2, limit=8) == "Accepted"
    assert await set_on(bench, 1, 2, stack=1, limit=7) == "Accepted"
    assert await set_on(bench, 1, 3) == "Rejected"
    assert await limits_of(bench) == [7]


async def test_profiles_are_cleared_by_number_by_criteria_and_altogether():
    bench = Bench()
    for number in (1, 2, 3):
        await set_on(bench, 1, number, stack=number)
    assert await bench.status("ClearChargingProfile", id=1, stackLevel=3) == "Accepted"
    by_level = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 2}
    assert await bench.status("ClearChargingProfile", **by_level) == "Accepted"
    assert await bench.status("ClearChargingProfile", **by_level) == "Unknown"
    assert await bench.status("ClearChargingProfile") == "Accepted"
    assert await bench.status("ClearChargingProfile") == "Unknown"
    assert await limits_of(bench) == [16]


async def test_a_schedule_is_cut_where_its_periods_end():
    bench = Bench(ChargingScheduleMaxPeriods="2")
    for number, duration in enumerate((300, 200, 100), start=1):
        await set_on(
            bench, 1, number, stack=number, limit=6 + number, schedule={"duration": duration}
        )
    schedule = (await schedule_of(bench))["chargingSchedule"]
    assert schedule["duration"] == 200
    assert [p["startPeriod"] for p in schedule["chargingSchedulePeriod"]] == [0, 100]


async def test_the_meter_follows_the_profile_of_the_transaction_until_its_end():
    async with living() as central:
        started = profile(purpose="TxProfile", limit=6)
        start = {"idTag": "ANN", "connectorId": 1, "chargingProfile": started}
        assert (await central.ask("RemoteStartTransaction", **start))["status"] == "Accepted"
        await central.hears("MeterValues", transactionId=7)
        assert power_in(await central.hears("MeterValues", transactionId=7)) == "4140"
        await set_on(central, 1, 2, "TxProfile", limit=0, transactionId=7)
        await central.hears("StatusNotification", status="SuspendedEVSE")
        assert power_in(await central.hears("MeterValues", transactionId=7)) == "0"
        await central.ask("RemoteStopTransaction", transactionId=7)
        await central.hears("StatusNotification", status="Available")
        assert await central.ask("ClearChargingProfile") == {"status": "Unknown"}


async def test_cars_share_what_the_station_may_draw():
    async with living() as central:
        await set_on(central, 0, 1, "ChargePointMaxProfile", limit=8000, unit="W")
        for connector in (1, 2):
            await central.ask("RemoteStartTransaction", idTag="ANN", connectorId=connector)
        for connector in (1, 2):
            await central.hears("StatusNotification", status="Charging", connectorId=connector)
        for connector in (1, 2):
            await central.hears("MeterValues", connectorId=connector)
            assert power_in(await central.hears("MeterValues", connectorId=connector)) == "4000"


def power_in(reading):
    samples = reading["meterValue"][0]["sampledValue"]
    return next(s["value"] for s in samples if s["measurand"] == "Power.Active.Import")


PERIODS = st.lists(st.integers(1, 50), max_size=3, unique=True).flatmap(
    lambda starts: st.tuples(
        *(
            st.fixed_dictionaries(
                {"start_period": st.just(start), "limit": st.integers(0, 160).map(lambda n: n / 10)}
            )
            for start in (0, *sorted(starts))
        )
    )
)


@st.composite
def installed(draw):
    kind = draw(st.sampled_from(["Absolute", "Recurring", "Relative"]))
    moments = st.integers(-100_000, 200).map(lambda s: (NOON + timedelta(seconds=s)).isoformat())
    schedule = {"charging_rate_unit": "A", "charging_schedule_period": draw(PERIODS)}
    if kind != "Relative":
        schedule["start_schedule"] = draw(moments)
    if (duration := draw(st.none() | st.integers(1, 300))) is not None:
        schedule["duration"] = duration
    wire = {
        "charging_profile_id": 1,
        "stack_level": draw(st.integers(0, 3)),
        "charging_profile_purpose": draw(
            st.sampled_from(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"])
        ),
        "charging_profile_kind": kind,
        "charging_schedule": schedule,
        **({"recurrency_kind": "Daily"} if kind == "Recurring" else {}),
    }
    for bound in ("valid_from", "valid_to"):
        if (moment := draw(st.none() | moments)) is not None:
            wire[bound] = moment
    return Profile.of(draw(st.sampled_from([0, 1])), wire)


@given(st.lists(installed(), max_size=4))
def test_a_composite_schedule_says_the_limit_of_every_second(profiles):
    use = Use(1, 7, NOON - timedelta(seconds=20))
    steps = composite(profiles, [use], NOON, 200)
    for second in range(200):
        stated = next(c for at, c in reversed(steps) if at <= second)
        assert stated.watts == ceiling(profiles, use, NOON + timedelta(seconds=second)).watts
    assert all(before[1] != after[1] for before, after in pairwise(steps))


def test_amperes_are_those_of_a_phase():
    assert WIRED.written("A") == {"limit": WIRED.watts / VOLTS / PHASES}

"""What a connector reported, drew and may draw, by rows."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from domain.model.charging import Assignment, Charging
from domain.model.connector import Connector
from domain.model.meter import Meter
from domain.model.schedule import Supply
from domain.model.schedule_report import ScheduleReport
from domain.model.transaction import Start, Transaction
from projections import composite, drawn, schedules
from tests.projections.scene import NOON, Scene

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(database):
    return Scene(database)


def sample(value: object, measurand: str, **more: str) -> dict[str, str]:
    return {"value": str(value), "measurand": measurand} | more


def power(value: object, **more: str) -> dict[str, str]:
    return sample(value, "Power.Active.Import", **more)


def current(value: object, **more: str) -> dict[str, str]:
    return sample(value, "Current.Import", **more)


# --- reports ---


def test_the_last_report_of_a_connector_is_shown(scene):
    report = ScheduleReport.begin("C:1", 2, at=NOON)
    for call, status in (("a", "Rejected"), ("b", "Accepted")):
        report.report(
            call, status=status, duration=60, unit="A", start=NOON, schedule="{}", at=NOON + HOUR
        )
    scene.tell(report)
    row = scene.shown(schedules.find, "C:1", 2)
    assert (row.station, row.connector, row.call, row.status) == ("C:1", 2, "b", "Accepted")
    assert (row.duration, row.unit, row.start, row.schedule) == (60, "A", NOON, "{}")
    assert row.received_at == NOON + HOUR
    assert scene.read(schedules.find, "C:1", 1) is None


# --- readings ---


def read(scene: Scene, *moments: tuple[int, list[dict[str, str]]], connector: int = 1) -> None:
    """Seconds after noon, and what was sampled then."""
    meter = Meter.resume(Meter.of_connector("CP1", connector), [], at=NOON)
    for second, samples in moments:
        meter.read(
            orjson.dumps(samples).decode(),
            station="CP1",
            connector=connector,
            transaction=None,
            sampled_at=NOON + timedelta(seconds=second),
            register_wh=None,
            source="MeterValues",
            at=NOON + HOUR,
        )
    scene.tell(meter)


def shown(scene: Scene, unit: str, **more: Any) -> list[Any]:
    usual = {"begin": NOON, "end": NOON + HOUR, "unit": unit, "supply": Supply()}
    found = scene.shown(drawn.of_connector, "CP1", 1, **usual | more)
    return [((each.at - NOON).total_seconds(), each.value) for each in found.readings]


@pytest.mark.parametrize(
    ("samples", "amperes", "watts"),
    [
        ([power(6900)], 10, 6900),
        ([power(6.9, unit="kW")], 10, 6900),
        ([power(2300, phase="L1"), power(1150, phase="L2-N"), power(3450, phase="L3")], 10, 6900),
        ([power(6900), power(2300, phase="L1")], 10, 6900),
        ([current(10)], 10, 6900),
        ([current(10, phase="L1"), current(6, phase="L2"), current(9, phase="N")], 10, 3680),
        ([current(9), power(6900)], 9, 6900),
        ([power(1, location="Inlet"), power(6900)], 10, 6900),
    ],
)
def test_the_phases_of_a_moment_are_one_figure(scene, samples, amperes, watts):
    read(scene, (5, samples))
    assert shown(scene, "A") == [(5, pytest.approx(amperes))]
    assert shown(scene, "W") == [(5, pytest.approx(watts))]


@pytest.mark.parametrize(
    "samples",
    [
        [power("x")],
        [power("1e30")],
        [current("1e308", phase="L1")],
        [power(1, phase="L1-L2")],
        [sample(1, "Power.Offered")],
        [],
    ],
)
def test_what_is_no_figure_is_left_out(scene, samples):
    read(scene, (5, samples))
    assert shown(scene, "A") == shown(scene, "W") == []


def test_only_the_window_and_the_connector_are_read_in_the_order_of_sampling(scene):
    read(scene, *((second, [power(second)]) for second in (-1, 30, 0, 3599, 3600)))
    read(scene, (7, [power(9)]), connector=2)
    assert shown(scene, "W") == [(0, 0), (30, 30), (3599, 3599)]


def test_of_too_many_the_newest_whole_moments_are_read_and_it_is_said(scene):
    three = [power(10, phase="L1"), power(10, phase="L2"), power(10, phase="L3")]
    read(scene, *((second, [*three, current(1)]) for second in range(5)))
    assert shown(scene, "W", most=5) == [(second, 30) for second in range(5)]
    assert known_from(scene, most=5) is None
    assert shown(scene, "W", most=2) == [(3, 30), (4, 30)]
    assert known_from(scene, most=2) == NOON + timedelta(seconds=3)


def test_a_clock_that_stands_still_makes_moments_by_arrival(scene):
    read(scene, *((7, [power(value)]) for value in (1, 2, 3)))
    assert sorted(shown(scene, "W", most=2)) == [(7, 2), (7, 3)]
    assert known_from(scene, most=2) == NOON + timedelta(seconds=7)


def known_from(scene: Scene, *, most: int) -> datetime | None:
    window = {"begin": NOON, "end": NOON + HOUR, "unit": "W", "supply": Supply()}
    found: datetime | None = scene.read(
        drawn.of_connector, "CP1", 1, **window, most=most
    ).known_from
    return found


# --- the composite schedule ---


def profile(limit: float, **members: Any) -> dict[str, Any]:
    schedule = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": limit},
            {"startPeriod": 60, "limit": 6.0},
        ],
    }
    usual = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    return usual | members


def install(
    scene: Scene, *profiles: dict[str, Any], connector: int, transaction: int | None = None
) -> None:
    charging = Charging.begin("CP1", at=NOON)
    for each in profiles:
        assignment = Assignment(
            profile=each["chargingProfileId"],
            connector=connector,
            purpose=each["chargingProfilePurpose"],
            stack_level=each["stackLevel"],
            transaction=transaction,
            content=orjson.dumps(each).decode(),
            call=f"call {each['chargingProfileId']}",
        )
        charging.install(assignment, at=NOON)
    scene.tell(charging)


def charge(scene: Scene, *, started_at: datetime) -> None:
    """Transaction 7 at connector 1; we heard of it at noon."""
    connector = Connector.appear("CP1", 1, at=NOON)
    connector.take(7, at=NOON)
    start = Start("CP1", 1, "ABC", 100, started_at)
    scene.tell(connector, Transaction.start(7, start, at=NOON))


def allowed(scene: Scene, connector: int = 1, begin: datetime = NOON) -> list[Any]:
    found = scene.shown(
        composite.of_connector,
        "CP1",
        connector,
        begin=begin,
        duration=100,
        unit="A",
        supply=Supply(),
    )
    return [(each.start, each.limit) for each in found]


def test_what_is_installed_counts_from_the_start_of_the_transaction(scene):
    install(scene, profile(16.0), connector=1)
    assert allowed(scene) == [(0, 16), (60, 6)]
    charge(scene, started_at=NOON - timedelta(seconds=20))
    assert allowed(scene) == [(0, 16), (40, 6)]


def test_a_clock_that_was_never_set_does_not_say_when_charging_began(scene):
    install(scene, profile(16.0), connector=1)
    charge(scene, started_at=datetime.fromisoformat("1970-01-01T00:00:00Z"))
    assert allowed(scene) == [(0, 16), (60, 6)]


def test_the_profile_of_a_transaction_counts_while_it_runs(scene):
    own = profile(20.0, chargingProfilePurpose="TxProfile", transactionId=7)
    install(scene, own, connector=1, transaction=7)
    assert allowed(scene) == [(0, None)]
    charge(scene, started_at=NOON)
    assert allowed(scene) == [(0, 20), (60, 6)]


def test_the_station_may_draw_what_its_known_connectors_may(scene):
    install(scene, profile(16.0), connector=0)
    assert allowed(scene, 0) == [(0, None)]
    scene.tell(Connector.appear("CP1", 0, at=NOON), Connector.appear("CP1", 2, at=NOON))
    charge(scene, started_at=NOON - timedelta(seconds=20))
    assert allowed(scene, 0) == [(0, 32), (40, 22), (60, 12)]


@pytest.mark.parametrize("absurd", [1e30, -1e30, 1e308])
def test_an_absurd_limit_is_none_and_leaves_the_maximum(scene, absurd):
    install(scene, profile(absurd), connector=1)
    assert allowed(scene) == [(0, None), (60, 6)]


def test_a_profile_nobody_understands_does_not_hide_the_others(scene):
    strange = profile(1.0, chargingProfileId=2, stackLevel=9, chargingSchedule="?")
    install(scene, strange, profile(16.0), connector=1)
    assert allowed(scene) == [(0, 16), (60, 6)]

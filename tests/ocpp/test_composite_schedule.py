"""GetCompositeSchedule: what the station reports becomes a fact; profiles are read as plans."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import wire
from domain.model.schedule import Period, Plan
from domain.model.schedule_report import ScheduleReport
from domain.ocpp.v16.smart_charging import plans
from tests.domain.house import House, reset
from tests.ocpp.harness import essence
from tests.ocpp.schemas import payloads

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCHEDULE = {
    "duration": 300,
    "chargingRateUnit": "W",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000.0, "numberPhases": 3}],
}
ACCEPTED = {
    "status": "Accepted",
    "connectorId": 1,
    "scheduleStart": "2026-05-01T12:00:00.000Z",
    "chargingSchedule": SCHEDULE,
}


@pytest.fixture
def house():
    house = House()
    house.settle()
    return house


def asked(house: House, call: str = "call-1", **request: Any) -> None:
    payload = orjson.dumps({"connectorId": 1, "duration": 300} | request).decode()
    wish = reset(house, call=call, action="GetCompositeSchedule", payload=payload)
    sent = wire.Sent(station="CP1", connection=5, call=call, at=house.now)
    house.process(house.wish(wish), sent)


def reports(house: House) -> list[dict[str, Any]]:
    return [essence(fact) for fact in house.told() if isinstance(fact, ScheduleReport.Reported)]


def test_what_the_station_reports_is_a_fact(house):
    asked(house, chargingRateUnit="W")
    house.ask([3, "call-1", ACCEPTED])
    [told] = reports(house)
    assert orjson.loads(told.pop("schedule")) == SCHEDULE
    assert told == {
        "call": "call-1",
        "status": "Accepted",
        "duration": 300,
        "unit": "W",
        "start": NOON,
    }


def test_a_refusal_is_reported_too(house):
    asked(house)
    house.ask([3, "call-1", {"status": "Rejected"}])
    [told] = reports(house)
    assert (told["status"], told["start"], told["schedule"]) == ("Rejected", None, "")


def test_an_answer_that_comes_again_is_one_report(house):
    asked(house)
    house.ask([3, "call-1", ACCEPTED])
    house.ask([3, "call-1", ACCEPTED])
    assert len(reports(house)) == 1


def test_a_late_answer_is_reported(house):
    asked(house)
    silence = wire.TimedOut(
        station="CP1", connection=5, call="call-1", reason="silence", at=house.now
    )
    house.process(silence)
    house.ask([3, "call-1", ACCEPTED])
    assert len(reports(house)) == 1


def test_a_callerror_reports_nothing(house):
    asked(house)
    house.ask([4, "call-1", "NotSupported", "no such profile", {}])
    assert reports(house) == []


def test_reports_of_a_connector_are_one_stream_also_after_a_restart(house):
    for call in ("call-1", "call-2"):
        asked(house, call)
        house.ask([3, call, ACCEPTED])
        house.restart()
    asked(house, "call-3", connectorId=0)
    house.ask([3, "call-3", ACCEPTED])
    rows = [row for row in house.log.since(0, limit=1000) if row.topic.startswith("schedule.")]
    assert [(row.stream, row.topic) for row in rows] == [
        ("schedule:CP1:1", "schedule.begun"),
        ("schedule:CP1:1", "schedule.reported"),
        ("schedule:CP1:1", "schedule.reported"),
        ("schedule:CP1:0", "schedule.begun"),
        ("schedule:CP1:0", "schedule.reported"),
    ]


# --- profiles as plans ---

PROFILE = {
    "chargingProfileId": 5,
    "transactionId": 7,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Daily",
    "validFrom": "2026-05-01T12:00:00Z",
    "validTo": "2026-05-01T14:00:00+01:00",
    "chargingSchedule": {
        "duration": 60,
        "startSchedule": "2026-05-01T12:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16, "numberPhases": 1},
            {"startPeriod": 30, "limit": 8.5},
        ],
    },
}


def plan_of(profile: Any, **more: Any) -> Plan | None:
    return plans.of_profile(orjson.dumps(profile).decode(), connector=1, **more)


def test_a_profile_is_a_plan_in_utc():
    assert plan_of(PROFILE) == Plan(
        id=5,
        connector=1,
        purpose="TxProfile",
        stack_level=2,
        kind="Recurring",
        unit="A",
        periods=(Period(0, 16.0, 1), Period(30, 8.5)),
        recurrency="Daily",
        start=NOON,
        duration=60,
        valid_from=NOON,
        valid_to=NOON + timedelta(hours=1),
        transaction=7,
    )


def test_the_transaction_that_is_known_goes_before_the_one_it_names():
    plan = plan_of(PROFILE, transaction=9)
    assert plan is not None
    assert plan.transaction == 9


@given(payloads("SetChargingProfile"))
def test_whatever_the_schema_accepts_is_a_plan(payload):
    assert plan_of(payload["csChargingProfiles"]) is not None


@pytest.mark.parametrize("strange", ["", "no JSON", "[]", "{}", '{"chargingProfileId":1}'])
def test_what_nobody_understands_is_no_plan(strange):
    assert plans.of_profile(strange, connector=1) is None
    assert plans.of_report(strange, start=NOON, duration=60) is None


@given(st.integers(0, 1000))
def test_a_report_without_a_duration_lasts_as_long_as_was_asked(duration):
    text = orjson.dumps(SCHEDULE | {"duration": None}).decode()
    plan = plans.of_report(text, start=NOON, duration=duration)
    assert plan is not None
    assert (plan.start, plan.duration, plan.unit) == (NOON, duration, "W")

"""What is sent of a stored profile: the official schema accepts all of it, the cases their own."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from commands.api.profile_shapes import ProfileWish, stored
from domain.ocpp import reading
from domain.ocpp.v16.smart_charging import payloads
from domain.ocpp.v16.smart_charging.payloads import Misplaced
from tests.ocpp.harness import ACTIONS
from tests.ocpp.schemas import validate

NOON = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
KINDS = ("Absolute", "Recurring", "Relative")
WISH = TypeAdapter(ProfileWish)

AMOUNTS = st.integers(0, 10**7 - 1).map(lambda tenths: tenths / 10)
PHASES = st.none() | st.integers(1, 3)
MOMENTS = st.datetimes(datetime(2010, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - it is told the zone


@st.composite
def wishes(draw):
    """Everything that the library takes."""
    kind = draw(st.sampled_from(KINDS))
    starts = sorted(draw(st.sets(st.integers(1, 10**6), max_size=4)))
    begin = {"Relative": st.none(), "Recurring": MOMENTS, "Absolute": st.none() | MOMENTS}[kind]
    valid = sorted(draw(st.lists(MOMENTS, min_size=2, max_size=2, unique=True)))
    return {
        "description": "",
        "purpose": draw(st.sampled_from(PURPOSES)),
        "kind": kind,
        "stack_level": draw(st.integers(0, 99)),
        "recurrency": draw(st.sampled_from(["Daily", "Weekly"])) if kind == "Recurring" else None,
        "valid_from": draw(st.sampled_from([None, valid[0]])),
        "valid_to": draw(st.sampled_from([None, valid[1]])),
        "schedule": {
            "unit": draw(st.sampled_from("AW")),
            "periods": [
                {"start": start, "limit": draw(AMOUNTS), "phases": draw(PHASES)}
                for start in [0, *starts]
            ],
            "start": draw(begin),
            "duration": draw(st.none() | st.integers(10**6 + 1, 10**7)),
            "min_rate": draw(st.none() | AMOUNTS),
        },
    }


def profile(**changes):
    wish = {
        "purpose": "TxDefaultProfile",
        "kind": "Absolute",
        "stack_level": 1,
        "schedule": {"unit": "A", "periods": [{"start": 0, "limit": 6}]},
    } | changes
    return stored(WISH.validate_python(wish).content(7))


def relative(purpose="TxProfile"):
    return profile(kind="Relative", purpose=purpose)


def sent(raw, action):
    """The payload as it goes on the wire, which must be right."""
    validate(action, raw)
    reading.check(ACTIONS.outgoing[action].Request, raw)
    return orjson.loads(raw)


@given(wishes(), st.integers(1, 9))
def test_what_is_assigned_is_as_the_schema_and_the_rules_have_it(wish, connector):
    kept = stored(WISH.validate_python(wish).content(7))
    purpose = wish["purpose"]
    where = 0 if purpose == "ChargePointMaxProfile" else connector
    transaction = 5 if purpose == "TxProfile" else None
    raw = payloads.assigned(kept, connector=where, transaction=transaction, now=NOON)
    payload = sent(raw, "SetChargingProfile")
    told = payload["csChargingProfiles"]
    assert payload["connectorId"] == where
    assert told["chargingProfileId"] == 7
    assert ("transactionId" in told) == (purpose == "TxProfile")
    assert ("recurrencyKind" in told) == (wish["kind"] == "Recurring")
    assert ("startSchedule" in told["chargingSchedule"]) == (wish["kind"] != "Relative")
    assert ("validFrom" in told) == (wish["valid_from"] is not None)
    assert ("validTo" in told) == (wish["valid_to"] is not None)


@given(wishes(), st.none() | st.integers(1, 9))
def test_what_comes_with_a_remote_start_is_right_or_is_not_sent(wish, connector):
    kept = stored(WISH.validate_python(wish).content(7))
    fits = wish["purpose"] == "TxProfile" and wish["kind"] != "Recurring"
    try:
        raw = payloads.embedded(kept, id_tag="ABC", connector=connector, now=NOON)
    except Misplaced:
        assert not fits
        return
    assert fits
    payload = sent(raw, "RemoteStartTransaction")
    told = payload["chargingProfile"]
    assert ("connectorId" in payload) == (connector is not None)
    assert not {"transactionId", "recurrencyKind"} & told.keys()
    assert ("startSchedule" in told["chargingSchedule"]) == (wish["kind"] == "Absolute")
    assert told["chargingSchedule"]["chargingSchedulePeriod"][0]["startPeriod"] == 0


@given(
    st.none() | st.integers(-5, 5),
    st.none() | st.integers(0, 5),
    st.none() | st.sampled_from(PURPOSES),
    st.none() | st.integers(0, 5),
)
def test_a_clearing_names_what_was_given_and_nothing_else(id, connector, purpose, level):
    raw = payloads.cleared(profile=id, connector=connector, purpose=purpose, stack_level=level)
    given = {
        "id": id,
        "connectorId": connector,
        "chargingProfilePurpose": purpose,
        "stackLevel": level,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    assert sent(raw, "ClearChargingProfile") == wanted


def test_members_go_in_the_order_of_the_specification():
    raw = payloads.assigned(
        profile(valid_from=NOON, schedule={
            "unit": "W", "periods": [{"start": 0, "limit": 6000, "phases": 3}],
            "start": NOON, "duration": 60, "min_rate": 1.5,
        }),
        connector=1, transaction=None, now=NOON,
    )  # fmt: skip
    assert raw == (
        b'{"connectorId":1,"csChargingProfiles":{"chargingProfileId":7,"stackLevel":1,'
        b'"chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Absolute",'
        b'"validFrom":"2026-05-01T12:00:00.250Z","chargingSchedule":{"duration":60,'
        b'"startSchedule":"2026-05-01T12:00:00.250Z","chargingRateUnit":"W",'
        b'"chargingSchedulePeriod":[{"startPeriod":0,"limit":6000.0,"numberPhases":3}],'
        b'"minChargingRate":1.5}}}'
    )


def test_an_absolute_profile_without_a_start_begins_with_this_second():
    raw = payloads.assigned(profile(), connector=1, transaction=None, now=NOON)
    schedule = orjson.loads(raw)["csChargingProfiles"]["chargingSchedule"]
    assert schedule["startSchedule"] == "2026-05-01T12:00:00.000Z"


@pytest.mark.parametrize(
    ("purpose", "connector", "transaction", "why"),
    [
        ("ChargePointMaxProfile", 1, None, "connector 0"),
        ("ChargePointMaxProfile", 0, 5, "no single transaction"),
        ("TxDefaultProfile", 1, 5, "no single transaction"),
        ("TxProfile", 0, 5, "one connector"),
        ("TxProfile", 1, None, "needs a running transaction"),
    ],
)
def test_a_profile_goes_only_where_its_purpose_allows(purpose, connector, transaction, why):
    with pytest.raises(Misplaced, match=why):
        payloads.assigned(relative(purpose), connector=connector, transaction=transaction, now=NOON)

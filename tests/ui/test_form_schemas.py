"""What a form says of a value before it is sent, by the schemas that the API gives out."""

from typing import Any

import pytest

from commands.api.operations import described
from commands.choices.api import outgoing
from commands.ui.parts.schema import blank, faults

PROFILE: dict[str, Any] = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}],
    },
}


def told(action, value):
    schema = described(outgoing()[action]).payload
    return dict(faults(schema, value))


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("Reset", {"type": "Soft"}),
        ("ClearCache", {}),
        ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        ("RemoteStartTransaction", {"idTag": "ALICE", "chargingProfile": PROFILE}),
        ("UpdateFirmware", {"location": "http://x", "retrieveDate": "2026-05-01T12:00:00+02:00"}),
    ],
)
def test_what_fits_is_not_found_fault_with(action, value):
    assert told(action, value) == {}


@pytest.mark.parametrize(
    ("action", "value", "where", "why"),
    [
        ("Reset", {}, ("type",), "needed"),
        ("Reset", {"type": "Medium"}, ("type",), "Hard, Soft"),
        ("Reset", {"type": "Soft", "more": 1}, ("more",), "no member"),
        ("Reset", [], (), "object"),
        ("UnlockConnector", {"connectorId": "one"}, ("connectorId",), "whole number"),
        ("UnlockConnector", {"connectorId": True}, ("connectorId",), "whole number"),
        ("UnlockConnector", {"connectorId": 1.5}, ("connectorId",), "whole number"),
        ("UnlockConnector", {"connectorId": 2**53}, ("connectorId",), "too large"),
        ("RemoteStartTransaction", {"idTag": "A" * 21}, ("idTag",), "longer than 20; it is 21"),
        ("GetConfiguration", {"key": ["ok", "K" * 51]}, ("key", 1), "longer than 50"),
        ("GetDiagnostics", {"location": "x", "startTime": "noon"}, ("startTime",), "RFC 3339"),
        (
            "GetDiagnostics",
            {"location": "x", "startTime": "2026-05-01T12:00:00"},
            ("startTime",),
            "RFC 3339",
        ),
    ],
)
def test_what_does_not_fit_is_told_where_it_is(action, value, where, why):
    found = told(action, value)
    assert list(found) == [where]
    assert why in found[where]


def test_a_limit_has_one_decimal_at_most():
    periods = [{"startPeriod": 0, "limit": limit} for limit in (16, 8.1, 8.25)]
    schedule = PROFILE["chargingSchedule"] | {"chargingSchedulePeriod": periods}
    value = {"connectorId": 1, "csChargingProfiles": PROFILE | {"chargingSchedule": schedule}}
    place = ("csChargingProfiles", "chargingSchedule", "chargingSchedulePeriod", 2, "limit")
    assert told("SetChargingProfile", value) == {place: "must be a multiple of 0.1"}


def test_a_form_begins_with_what_must_be_there_and_nothing_else():
    def begun(action):
        return blank(described(outgoing()[action]).payload)

    assert begun("RemoteStartTransaction") == {}
    assert begun("SetChargingProfile") == {
        "csChargingProfiles": {"chargingSchedule": {"chargingSchedulePeriod": []}}
    }

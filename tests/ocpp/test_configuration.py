"""ChangeConfiguration and GetConfiguration keep passwords to themselves (A00.FR.304)."""

import pytest

from tests.ocpp.harness import ACTIONS

CHANGE, GET = ACTIONS.outgoing["ChangeConfiguration"], ACTIONS.outgoing["GetConfiguration"]


@pytest.mark.parametrize(
    "key",
    [
        *("AuthorizationKey", "authorizationkey", " AUTHORIZATIONKEY "),
        *("AuthorizationKey\0", "\ufffdAuthorization\u200bKey"),
    ],
)
def test_a_password_is_masked_however_its_key_is_spelled(key: str):
    request = {"key": key, "value": "0011"}
    assert CHANGE.secret(request)
    assert CHANGE.mask(request) == {"key": key, "value": "***"}
    assert request["value"] == "0011"


def test_other_keys_are_no_secret():
    request = {"key": "MeterValueSampleInterval", "value": "60"}
    assert not CHANGE.secret(request)
    assert CHANGE.mask(request) == request


def test_a_station_that_tells_its_password_is_not_quoted():
    response = {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": "0011"},
            {"key": "AuthorizationKey", "readonly": False},
            {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
        ],
        "unknownKey": ["Foo"],
    }
    masked = GET.mask(response)
    assert [key.get("value") for key in masked["configurationKey"]] == ["***", None, "60"]
    assert masked["unknownKey"] == ["Foo"]


_TOLD = {"key": "AuthorizationKey", "readonly": False, "value": "0011"}


@pytest.mark.parametrize(
    "odd",
    [
        [_TOLD],
        {"configurationKey": _TOLD},
        {"configurationKey": [[_TOLD]]},
        {"configurationKey": [{"Key": "authorizationKEY", "Value": "0011"}]},
        {"configurationKey": [{"key": ["AuthorizationKey"], "value": ["0011"]}]},
        {"configurationKey": [["AuthorizationKey", False, "0011"]]},
        {"configurationKey": {"AuthorizationKey": "0011"}},
        {"configurationKey": ["AuthorizationKey", "0011"], "unknownKey": ["A"]},
    ],
)
def test_a_password_in_an_odd_answer_is_not_quoted_either(odd: object):
    assert "0011" not in str(GET.mask(odd))


def test_a_question_for_the_password_and_a_station_without_one_are_quoted():
    for said in ({"key": ["AuthorizationKey", "Foo"]}, {"unknownKey": ["AuthorizationKey"]}):
        assert GET.mask(said) == said


@pytest.mark.parametrize(
    "strange", [None, [], "x", 1, {"configurationKey": {"key": []}}, {"key": 1}]
)
@pytest.mark.parametrize("action", [CHANGE, GET])
def test_masking_takes_any_json(action: object, strange: object):
    assert action.mask(strange) == strange  # type: ignore[attr-defined]  # an Outgoing
    assert not action.secret(strange)  # type: ignore[attr-defined]  # an Outgoing


def test_they_say_that_they_have_something_to_mask():
    assert {n for n, a in ACTIONS.outgoing.items() if a.secret_names} == {
        "ChangeConfiguration",
        "GetConfiguration",
        "GetDiagnostics",
        "GetLog",
        "SignedUpdateFirmware",
        "UpdateFirmware",
    }

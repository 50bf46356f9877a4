"""What the friendly routes send is as the official schemas have it, whatever is wished."""

import json
from datetime import datetime
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from commands.api.logs import LogWish, log_payload
from commands.api.maintenance import (
    DiagnosticsWish,
    UpdateWish,
    diagnostics_payload,
    update_payload,
)
from commands.api.signed_firmware import SignedFirmware, Source, signed_payload
from commands.api.vouching import Vouched
from tests.ocpp.harness import NOON
from tests.ocpp.schemas import times, validate

OPTIONS = {
    "retries": st.none() | st.integers(0, 1000),
    "retry_interval": st.none() | st.integers(0, 86_400),
}
NUMBERS = st.integers(0, 2**31 - 1)
ORDER = ["location", "retries", "retrieveDate", "retryInterval", "startTime", "stopTime"]
WHERE = "https://files.example/x"


@given(st.fixed_dictionaries({}, optional=OPTIONS))
def test_an_update(options):
    wish = UpdateWish.model_validate({"location": WHERE, **options})
    payload = update_payload(wish, WHERE, NOON)
    validate("UpdateFirmware", payload)
    names = list(json.loads(payload))
    assert names == [name for name in ORDER if name in names]
    assert json.loads(payload)["retrieveDate"] == "2026-05-01T12:00:00.000Z"


@given(
    st.fixed_dictionaries(
        {}, optional=OPTIONS | {name: st.none() | times() for name in ("start_time", "stop_time")}
    )
)
def test_diagnostics(options):
    since, until = options.get("start_time"), options.get("stop_time")
    assume(not (since and until) or datetime.fromisoformat(since) < datetime.fromisoformat(until))
    payload = diagnostics_payload(DiagnosticsWish.model_validate(options), WHERE)
    validate("GetDiagnostics", payload)
    names = list(json.loads(payload))
    assert names == [name for name in ORDER if name in names]
    assert None not in json.loads(payload).values()


def as_specified(action: str, payload: bytes, order: list[str]) -> dict[str, Any]:
    validate(action, payload)
    sent: dict[str, Any] = json.loads(payload)
    assert list(sent) == [name for name in order if name in sent]
    assert None not in sent.values()
    return sent


@given(st.fixed_dictionaries({}, optional=OPTIONS | {"install_date": st.none() | times()}), NUMBERS)
def test_a_signed_update(options, number):
    given = {"location": WHERE, "signature": "AAAA", "signing_certificate": "PEM"}
    wish = SignedFirmware.model_validate(given | options)
    source = Source(WHERE, Vouched("x" * 800, "y" * 5500, ""))
    payload = signed_payload(wish, source, request_id=number, now=NOON)
    order = ["retries", "retryInterval", "requestId", "firmware"]
    sent = as_specified("SignedUpdateFirmware", payload, order)
    assert sent["requestId"] == number
    firmware = sent["firmware"]
    assert firmware["retrieveDateTime"] == "2026-05-01T12:00:00.000Z"
    assert ("installDateTime" in firmware) == (options.get("install_date") is not None)
    assert (firmware["signature"], firmware["signingCertificate"]) == ("x" * 800, "y" * 5500)


@given(
    st.fixed_dictionaries(
        {}, optional=OPTIONS | {name: st.none() | times() for name in ("oldest", "latest")}
    ),
    st.sampled_from(["security", "diagnostics"]),
    NUMBERS,
)
def test_a_log(options, kind, number):
    since, until = options.get("oldest"), options.get("latest")
    assume(not (since and until) or datetime.fromisoformat(since) < datetime.fromisoformat(until))
    wish = LogWish.model_validate({"type": kind, **options})
    payload = log_payload(wish, WHERE, request_id=number)
    order = ["log", "logType", "requestId", "retries", "retryInterval"]
    sent = as_specified("GetLog", payload, order)
    assert (sent["requestId"], sent["log"]["remoteLocation"]) == (number, WHERE)
    assert sent["logType"] == {"security": "SecurityLog", "diagnostics": "DiagnosticsLog"}[kind]

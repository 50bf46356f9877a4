"""What the friendly routes send is as the official schemas have it, whatever is wished."""

import json
from datetime import datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from commands.api.maintenance import (
    DiagnosticsWish,
    UpdateWish,
    diagnostics_payload,
    update_payload,
)
from tests.ocpp.harness import NOON
from tests.ocpp.schemas import times, validate

OPTIONS = {
    "retries": st.none() | st.integers(0, 1000),
    "retry_interval": st.none() | st.integers(0, 86_400),
}
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

"""We and the official JSON schemas of OCPP 1.6 agree on what is right."""

import copy
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.ocpp import reading
from domain.ocpp.errors import Violation
from domain.ocpp.v16 import metering
from domain.ocpp.v16.names import ALL_ACTIONS, SPECIFICATION
from tests.ocpp.harness import ACTIONS, Csms
from tests.ocpp.schemas import accepts, payloads, spoil, validate

INCOMING, OUTGOING = sorted(ACTIONS.incoming), sorted(ACTIONS.outgoing)


def test_all_actions_of_1_6_are_known_by_name():
    assert len(ALL_ACTIONS) == 39
    assert ACTIONS.incoming.keys() | ACTIONS.outgoing.keys() <= ALL_ACTIONS


def test_all_profiles_of_the_specification_are_complete():
    there = ACTIONS.incoming.keys() | ACTIONS.outgoing.keys()
    assert SPECIFICATION - there == set()


@given(st.sampled_from(INCOMING), st.data())
def test_a_right_request_is_read_without_deviation(name: str, data: st.DataObject):
    action = ACTIONS.incoming[name]
    payload = orjson.dumps(data.draw(payloads(name)))
    record, deviations = reading.read(action.Request, payload, defaults=action.defaults)
    assert deviations == ()
    written = reading.write(record)
    validate(name, written)
    assert reading.read(action.Request, written, defaults=action.defaults)[1] == ()


@given(st.sampled_from(OUTGOING), st.data())
def test_a_right_response_is_read_without_deviation(name: str, data: st.DataObject):
    payload = orjson.dumps(data.draw(payloads(f"{name}Response")))
    record, deviations = reading.read(ACTIONS.outgoing[name].Response, payload)
    assert deviations == ()
    validate(f"{name}Response", reading.write(record))


@given(payloads("MeterValues"))
def test_right_samples_are_stored_as_sent_without_deviation(payload: dict[str, Any]):
    csms = Csms().when("MeterValues", payload)
    assert csms.deviations == []
    sent = [value["sampledValue"] for value in payload["meterValue"]]
    assert all(orjson.loads(getattr(fact, "samples")) in sent for fact in csms.told)  # noqa: B009 - only readings


@given(st.sampled_from(OUTGOING), st.data())
def test_what_the_schema_accepts_may_be_sent(name: str, data: st.DataObject):
    payload = orjson.dumps(data.draw(payloads(name)))
    record_type = ACTIONS.outgoing[name].Request
    reading.check(record_type, payload)
    record, _ = reading.read(record_type, payload)
    validate(name, reading.write(record))


@given(st.sampled_from([name for name in OUTGOING if name != "ClearCache"]), st.data())
def test_what_the_schema_refuses_may_not_be_sent(name: str, data: st.DataObject):
    payload = copy.deepcopy(data.draw(payloads(name)))
    spoil(payload, data)
    raw = orjson.dumps(payload)
    assume(not accepts(name, raw))
    with pytest.raises(Violation):
        reading.check(ACTIONS.outgoing[name].Request, raw)


def test_no_samples_is_a_list_without_any():
    assert orjson.loads(bytes(metering.NO_SAMPLES)) == []

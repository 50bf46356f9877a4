"""Reading payloads: strict at first, then with patience."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from domain.ocpp import reading
from domain.ocpp.errors import Violation
from domain.ocpp.patience import Patience
from domain.ocpp.v16.core.authorize import Authorize
from domain.ocpp.v16.core.get_configuration import GetConfiguration
from domain.ocpp.v16.core.heartbeat import Heartbeat
from domain.ocpp.v16.core.meter_values import MeterValues
from domain.ocpp.v16.core.start_transaction import StartTransaction
from domain.ocpp.v16.core.status_notification import StatusNotification
from domain.ocpp.v16.core.stop_transaction import StopTransaction
from domain.ocpp.v16.core.unlock_connector import UnlockConnector
from domain.ocpp.v16.types import SampledValue
from tests.ocpp.harness import ACTIONS, moment, start
from tests.ocpp.schemas import payloads

DEEP = b"[" * 100_000 + b"]" * 100_000
INCOMING = sorted(ACTIONS.incoming)
CALLS = [*ACTIONS.incoming.values(), *ACTIONS.outgoing.values()]


def read(action: Any, payload: object) -> tuple[Any, tuple[str, ...]]:
    raw = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return reading.read(action.Request, raw, defaults=getattr(action, "defaults", {}))


def status(**members: object) -> dict[str, object]:
    return {"connectorId": 1, "errorCode": "NoError", "status": "Available"} | members


@pytest.mark.parametrize("payload", [b"{}", b"null", b"", b" {} ", b"  null "])
def test_null_is_an_empty_object(payload: bytes):
    assert read(Heartbeat, payload)[1] == ()


@pytest.mark.parametrize(
    ("members", "deviation"),
    [
        ({"foo": {"deep": 1}}, "unknown field foo"),
        ({"a\0b": 1}, "unknown field ab"),
        ({"connectorId": "1"}, "connectorId sent as string"),
        ({"connectorId": 1.0}, "connectorId sent as a fraction"),
        ({"connectorId": [1]}, "connectorId sent as list"),
        ({"vendorId": 7}, "vendorId sent as number"),
        ({"vendorId": True}, "vendorId sent as boolean"),
        ({"vendorId": None}, "vendorId sent as null"),
        ({"vendorId": {}}, "vendorId sent as object"),
        ({"info": "x" * 51}, "info longer than 50"),
        ({"info": "a\0b"}, "info contains U+0000"),
        ({"status": "Sleeping"}, "status has the unknown value 'Sleeping'"),
        ({"timestamp": "2026-05-01T12:00:00"}, "timestamp has no time zone"),
        ({"timestamp": "2022-02-29T12:00:00Z"}, "timestamp is no possible time"),
        ({"timestamp": "1970-01-01T00:00:00Z"}, "timestamp is not plausible"),
        ({"timestamp": "2150-01-01T00:00:00Z"}, "timestamp is not plausible"),
        ({"timestamp": 1777636800}, "timestamp sent as number"),
    ],
)
def test_what_can_be_understood_is_read_and_told(members: dict[str, object], deviation: str):
    record, deviations = read(StatusNotification, status(**members))
    assert deviation in deviations
    assert record.connectorId == 1


def test_what_is_read_tolerantly_keeps_what_was_sent():
    record, _ = read(StatusNotification, status(info="x" * 60, status="Sleeping", vendorId=7))
    assert (record.info, record.status, record.vendorId) == ("x" * 60, "Sleeping", "7")
    old, _ = read(StatusNotification, status(timestamp="1970-01-01T00:00:00Z"))
    assert old.timestamp == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_text_that_could_choke_an_index_is_cut():
    record, deviations = read(Authorize, {"idTag": "x" * 100_000})
    assert len(record.idTag) == 500
    assert deviations == ("idTag longer than 20",)


def test_a_lacking_error_code_is_no_error():
    record, deviations = read(StatusNotification, {"connectorId": 1, "status": "Available"})
    assert record.errorCode == "NoError"
    assert deviations == ("errorCode is missing",)


def test_a_single_object_stands_for_a_list_of_one():
    payload = {"connectorId": 1, "meterValue": {"timestamp": moment(0), "sampledValue": []}}
    record, deviations = read(MeterValues, payload)
    assert len(record.meterValue) == 1
    assert deviations == ("meterValue sent as object",)


def test_an_unreadable_item_costs_only_itself():
    good = {"timestamp": moment(0), "sampledValue": []}
    record, deviations = read(MeterValues, {"connectorId": 1, "meterValue": [1, good]})
    assert len(record.meterValue) == 1
    assert deviations == ("meterValue sent as number",)


def test_offsets_are_no_deviation_and_become_utc():
    record, deviations = read(StatusNotification, status(timestamp="2026-05-01T14:00:00+02:00"))
    assert record.timestamp == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert record.timestamp.tzinfo is UTC
    assert deviations == ()


def test_deviations_are_told_in_the_order_of_the_message():
    assert read(Heartbeat, {"b": 1, "c": 2, "a": 3})[1] == tuple(
        f"unknown field {n}" for n in "bca"
    )


def test_no_more_than_twenty_deviations_are_told_of_one_message():
    assert len(read(Heartbeat, {f"x{n}": n for n in range(500)})[1]) == 20


@pytest.mark.parametrize(
    ("action", "payload", "code", "description"),
    [
        (Authorize, b"{}", Violation.OCCURENCE, "idTag is missing"),
        (Authorize, b"null", Violation.OCCURENCE, "idTag is missing"),
        (Authorize, b'{"idTag":null}', Violation.TYPE, "idTag sent as null"),
        (Authorize, b'{"idTag":{}}', Violation.TYPE, "idTag sent as object"),
        (Authorize, b'{"idTag":[1,2]}', Violation.TYPE, "idTag sent as list"),
        (Authorize, b'["ABC"]', Violation.FORMATION, "payload sent as list"),
        (Authorize, b"12", Violation.FORMATION, "payload sent as number"),
        (Authorize, b'{"idTag":', Violation.FORMATION, "payload is unreadable"),
        (Authorize, b'{"idTag":"A","x":%b}' % DEEP, Violation.FORMATION, "payload is unreadable"),
        (UnlockConnector, b'{"connectorId":1e400}', Violation.PROPERTY, "out of range"),
        (UnlockConnector, b'{"connectorId":%b}' % (b"9" * 5000), Violation.PROPERTY, "of range"),
        (UnlockConnector, b'{"connectorId":"one"}', Violation.TYPE, "connectorId is no number"),
        (UnlockConnector, b'{"connectorId":true}', Violation.TYPE, "connectorId is no number"),
    ],
)
def test_what_cannot_be_understood_is_a_violation(
    action: type[Any], payload: bytes, code: str, description: str
):
    with pytest.raises(Violation, match=description) as caught:
        read(action(), payload)
    assert caught.value.code == code


@pytest.mark.parametrize("payload", [b"[1]", b'"x"', b"12", DEEP, b'{"idTag":', b"\xff"])
@pytest.mark.parametrize("action", [StartTransaction, StopTransaction, MeterValues])
def test_a_transaction_message_is_read_whatever_it_holds(action: type[Any], payload: bytes):
    _, deviations = read(action(), payload)
    assert deviations


def test_a_start_without_anything_readable_is_still_a_start():
    nonsense: object = {"connectorId": {}, "idTag": None, "meterStart": "much", "timestamp": "soon"}
    record, deviations = read(StartTransaction, nonsense)
    assert (record.connectorId, record.idTag, record.meterStart, record.timestamp) == (
        0,
        "",
        0,
        None,
    )
    assert len(deviations) == 5


def test_texts_that_are_no_utf8_are_repaired():
    record, deviations = read(Authorize, b'{"idTag":"A\xff"}')
    assert record.idTag == "A\ufffd"
    assert deviations == ("payload is no UTF-8",)


def test_samples_stay_raw_and_untouched():
    samples = b'[ {"value":"1.50" ,"unit":"kWh"} ]'
    payload = b'{"connectorId":1,"meterValue":[{"timestamp":"%b","sampledValue":%b}]}'
    record, _ = read(MeterValues, payload % (moment(0).encode(), samples))
    assert bytes(record.meterValue[0].sampledValue) == samples


@pytest.mark.parametrize("unit", ["Celsius", "Celcius"])
def test_both_spellings_of_celsius_are_right(unit: str):
    payload = orjson.dumps([{"value": "20", "measurand": "Temperature", "unit": unit}])
    samples, deviations = reading.read(tuple[SampledValue, ...], payload)
    assert samples[0].unit == unit
    assert deviations == ()


def test_configuration_answers_are_read_with_patience():
    payload = b'{"configurationKey":[{"key":"A","readonly":"true","value":7},{"key":"B"}]}'
    record, deviations = reading.read(GetConfiguration.Response, payload)
    assert [(k.key, k.readonly, k.value) for k in record.configurationKey] == [("A", True, "7")]
    assert len(deviations) == 3


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["", "1", "1e999", "2022-02-29T00:00:00Z", "Hard", "\0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.sampled_from(CALLS), st.data())
def test_no_json_raises_anything_but_a_violation(action: Any, data: st.DataObject):
    members = [field.name for field in msgspec.structs.fields(action.Request)]
    payload = data.draw(JSON | st.dictionaries(st.sampled_from([*members, "x"]), JSON))
    try:
        record, _ = read(action, json.dumps(payload).encode())
    except Violation:
        assert not getattr(action, "transactional", False)
    else:
        assert isinstance(record, action.Request)


@given(st.sampled_from(CALLS), st.binary())
def test_no_bytes_raise_anything_but_a_violation(action: Any, payload: bytes):
    try:
        read(action, payload)
    except Violation:
        assert not getattr(action, "transactional", False)


@given(st.sampled_from(INCOMING), st.data())
def test_patience_reads_what_is_right_as_the_fast_path_does(name: str, data: st.DataObject):
    action = ACTIONS.incoming[name]
    payload = orjson.dumps(data.draw(payloads(name)))
    fast, deviations = read(action, payload)
    patience = Patience({})
    slow = patience.read(inspect.type_info(action.Request), payload)
    assert plain(fast) == plain(slow)
    assert deviations == ()
    assert patience.faults == []


def plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return bytes(value) if isinstance(value, msgspec.Raw) else value


def test_a_repeat_of_a_strange_start_reads_the_same():
    payload = start(timestamp="2026-05-01 12:00", meterStart="1000.7")
    assert read(StartTransaction, payload) == read(StartTransaction, payload)

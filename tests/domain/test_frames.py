"""OCPP-J frames (OCPP-J 1.6 section 4.2)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import frames
from domain.frames import Call, CallError, CallResult, Malformed

text = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=50)
ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=36)
values = st.none() | st.integers(-(2**53), 2**53) | text | st.lists(text, max_size=3)
payloads = st.dictionaries(names, values, max_size=4)


def body(payload: object) -> bytes:
    return json.dumps(payload).encode()


@given(ids, names, payloads)
def test_a_call_reads_as_it_was_written(message_id: str, action: str, payload: object) -> None:
    read = frames.parse(frames.call(message_id, action, body(payload)))
    assert isinstance(read, Call)
    assert (read.id, read.action) == (message_id, action)
    assert bytes(read.payload) == body(payload)


@given(names, payloads)
def test_a_result_reads_as_it_was_written(message_id: str, payload: object) -> None:
    read = frames.parse(frames.result(message_id, body(payload)))
    assert isinstance(read, CallResult)
    assert (read.id, bytes(read.payload)) == (message_id, body(payload))


@given(names, names, st.text(st.characters(codec="utf-8"), max_size=300))
def test_an_error_reads_as_it_was_written(message_id: str, code: str, description: str) -> None:
    read = frames.parse(frames.error(message_id, code, description))
    assert isinstance(read, CallError)
    assert (read.id, read.code) == (message_id, code)
    assert read.description == description[:255]
    assert bytes(read.details) == b"{}"


@given(st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False))
def test_an_id_that_is_a_number_is_answered_as_that_number(number: float) -> None:
    read = frames.parse(b'[2,%b,"Heartbeat",{}]' % body(number))
    assert isinstance(read, Call)
    assert frames.result(read.id, b"{}") == b"[3,%b,{}]" % body(number)
    assert frames.error(read.id, "", "") == b'[4,%b,"","",{}]' % body(number)


@given(st.text() | st.binary())
def test_nothing_makes_the_parser_raise(text: str | bytes) -> None:
    frames.parse(text)


@given(st.lists(values, max_size=7))
def test_no_array_makes_the_parser_raise(parts: list[object]) -> None:
    read = frames.parse(json.dumps(parts))
    assert isinstance(read, Malformed) or read.id == str(parts[1])


@given(ids, names, payloads, st.data())
def test_a_call_cut_short_is_malformed(
    message_id: str, action: str, payload: object, data: st.DataObject
) -> None:
    whole = frames.call(message_id, action, body(payload))
    cut = frames.parse(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert isinstance(cut, Malformed)
    assert cut.id in {"", message_id}


def test_deep_nesting_is_malformed_and_not_fatal() -> None:
    assert isinstance(frames.parse("[" * 100_000), Malformed)


@pytest.mark.parametrize("payload", ["null", "{}"])
def test_a_null_payload_is_an_empty_one(payload: str) -> None:
    """OCPP-J 4.2.1."""
    read = frames.parse(f'[2,"1","Heartbeat",{payload}]')
    assert isinstance(read, Call)
    assert bytes(read.payload) == b"{}"


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ('[2,"1","Heartbeat"]', "1"),
        ('[2,"1","Heartbeat",{},{}]', "1"),
        ('[2,"1"]', "1"),
        ('[2,"1",7,{}]', "1"),
        ('["2","1","Heartbeat",{}]', "1"),
        (f'[2,"{"x" * 37}","Heartbeat",{{}}]', "x" * 37),
        (f'[2,{"1" * 37},"Heartbeat",{{}}]', "1" * 37),
        ("[2,1,7,{}]", "1"),
        ('[2,"1","MeterValues",{"value":NaN}]', "1"),
        (' [ 2 , "a\\"b" , "MeterValues", {', 'a"b'),
    ],
)
def test_a_faulty_call_is_answered_under_its_id(text: str, message_id: str) -> None:
    read = frames.parse(text)
    assert isinstance(read, Malformed)
    assert (read.id, read.code) == (message_id, "FormationViolation")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[2]",
        '[2,null,"Heartbeat",{}]',
        '[2,true,"Heartbeat",{}]',
        '[2,"","Heartbeat",{}]',
        "hello",
        '[2,"\\ud800",',
    ],
)
def test_what_has_no_readable_id_has_none(text: str) -> None:
    read = frames.parse(text)
    assert isinstance(read, Malformed)
    assert (read.id, read.code) == ("", "FormationViolation")


@pytest.mark.parametrize(
    "text", ['[5,"1","Heartbeat",{}]', '[0,"1"]', "[3]", "[4,[]]", "[3,null,{}]"]
)
def test_what_is_no_call_is_never_complained_about(text: str) -> None:
    """OCPP-J 4.1.3 for unknown types; an answer to an answer would never end."""
    read = frames.parse(text)
    assert isinstance(read, Malformed)
    assert (read.id, read.code) == ("", "")


def test_answers_are_read_tolerantly() -> None:
    assert isinstance(frames.parse('[3,"1"]'), CallResult)
    error = frames.parse('[4,"1"]')
    assert isinstance(error, CallError)
    assert (error.code, error.description, bytes(error.details)) == ("", "", b"{}")

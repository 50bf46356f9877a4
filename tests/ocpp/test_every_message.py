"""Every message we can send, whatever a station sends, is as the official schemas have it."""

import copy
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from domain import wire
from domain.model import operations as op
from domain.model.call import Call
from domain.ocpp import reading
from domain.ocpp.errors import Violation
from tests.domain.house import House
from tests.ocpp.harness import ACTIONS
from tests.ocpp.records import described
from tests.ocpp.schemas import payloads, spoil, validate

INCOMING, OUTGOING = sorted(ACTIONS.incoming), sorted(ACTIONS.outgoing)

CODES = {
    "FormationViolation",
    "GenericError",
    "NotImplemented",
    "NotSupported",
    "OccurenceConstraintViolation",
    "PropertyConstraintViolation",
    "ProtocolError",
    "SecurityError",
    "TypeConstraintViolation",
}  # InternalError is none of what a message may lead to


def settled() -> House:
    """CP1 is connected, and whatever it may do by itself is switched on."""
    house = House()
    house.settle()
    house.process(house.wish(op.SetAutomatic(station="CP1", automatic=True)))
    house.process(
        house.wish(op.DesireConfiguration(station="CP1", key="HeartbeatInterval", value="60"))
    )
    house.process(house.wish(op.SwitchListFallback(station="CP1", on=True)))
    return house


def check_all_calls(house: House) -> None:
    """Nothing failed, and what was queued may be sent."""
    assert house.counts.failed == 0
    for fact in house.told():
        if isinstance(fact, Call.Requested):
            validate(fact.action, fact.payload.encode())


@given(st.sampled_from(INCOMING), st.data())
def test_a_right_request_gets_a_right_answer(name: str, data: st.DataObject):
    house = settled()
    kind, _, payload = house.ask([2, "m", name, data.draw(payloads(name))])
    assert kind == 3
    validate(f"{name}Response", orjson.dumps(payload))
    check_all_calls(house)


@given(st.sampled_from(INCOMING), st.data())
def test_a_wrong_request_gets_a_right_answer_or_a_named_error(name: str, data: st.DataObject):
    payload = copy.deepcopy(data.draw(payloads(name)))
    spoil(payload, data)
    house = settled()
    kind, _, said, *rest = house.ask([2, "m", name, payload])
    if kind == 3:
        validate(f"{name}Response", orjson.dumps(said))
    else:
        assert (kind, len(rest), rest[-1]) == (4, 2, {})
        assert said in CODES
    check_all_calls(house)


@given(st.sampled_from(OUTGOING), st.data(), st.booleans())
def test_whatever_answers_a_call_what_follows_may_be_sent(
    name: str, data: st.DataObject, wrong: bool
):
    response = copy.deepcopy(data.draw(payloads(f"{name}Response")))
    if wrong:
        spoil(response, data)
    house = settled()
    wish = op.RequestCall(
        station="CP1",
        call="c",
        action=name,
        payload=orjson.dumps(data.draw(payloads(name))).decode(),
        expires_at=house.now,
    )
    sent = wire.Sent(station="CP1", connection=5, call="c", at=house.now)
    house.process(house.wish(wish), sent)
    assert house.ask([3, "c", response]) is None
    check_all_calls(house)


@given(st.sampled_from(OUTGOING), st.data())
def test_what_may_be_sent_is_what_the_schema_accepts(name: str, data: st.DataObject):
    record_type = ACTIONS.outgoing[name].Request
    payload: Any = orjson.dumps(data.draw(described(record_type)))
    try:
        reading.check(record_type, payload)
    except Violation:
        return
    validate(name, payload)

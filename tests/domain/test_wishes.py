"""Wishes: granted as facts or refused with a reason, once each; and the life of a call."""

import orjson

from domain import wire
from domain.model import operations as op
from domain.model.token import Permit
from domain.model.values import Profile
from tests.domain.house import reset, start, stop


def test_a_granted_wish_is_told_its_position(house):
    outcome = house.process(house.wish(op.IssueToken(id_tag="NEW", permit=Permit())))
    ((queue, reply),) = outcome.replies
    assert queue == "reply.api"
    assert reply.position == house.log.position()
    assert not reply.refused


def test_a_refused_wish_says_why(house):
    ((_, reply),) = house.process(house.wish(op.RemoveStation(station="CP9"))).replies
    assert (reply.refused, reply.message) == ("not_found", "this station is not registered")


def test_a_wish_delivered_again_is_granted_once(house):
    wish = house.wish(reset(house))
    ((_, first),) = house.process(wish).replies
    ((_, second),) = house.process(wish, redelivered=True).replies
    assert first.result == second.result == "call-1"
    assert house.topics().count("call.requested") == 1


def test_a_call_to_an_absent_station_waits_only_as_long_as_wished(house):
    closed = wire.Closed(station="CP1", connection=5, node="g1", code=1006, reason="", at=house.now)
    house.process(closed)
    ((_, now),) = house.process(house.wish(reset(house))).replies
    assert now.refused == "not_connected"
    later = house.now.replace(hour=20)
    ((_, patient),) = house.process(house.wish(reset(house, expires_at=later))).replies
    assert patient.result == "call-1"


def test_a_call_lives_through_its_facts(house):
    house.process(house.wish(reset(house)))
    house.process(wire.Sent(station="CP1", connection=5, call="call-1", at=house.now))
    house.ask([3, "call-1", {"status": "Accepted"}])
    assert house.topics()[-3:] == ["call.requested", "call.sent", "call.answered"]
    out, answer = house.log.frames(message_id="call-1", kind="frame")
    assert (out.entry.direction, answer.entry.direction) == ("out", "in")
    assert orjson.loads(out.entry.payload) == [2, "call-1", "Reset", {"type": "Soft"}]


def test_an_answer_of_another_station_ends_nothing(house):
    house.process(house.wish(reset(house)))
    house.process(house.wish(op.RegisterStation(station="CP2", profile=Profile())))
    house.ask([3, "call-1", {"status": "Accepted"}], station="CP2")
    assert "call.answered" not in house.topics()


def test_a_secret_in_an_answer_is_masked(house):
    call = reset(house, action="GetConfiguration", payload="{}")
    house.process(house.wish(call))
    key = {"key": "AuthorizationKey", "readonly": False, "value": "s3cret-s3cret"}
    house.ask([3, "call-1", {"configurationKey": [key]}])
    assert all(b"s3cret" not in row.state for row in house.log.since(0, limit=1000))
    assert all(b"s3cret" not in row.entry.payload for row in house.log.frames(limit=1000))


def test_a_secret_in_an_answer_that_cannot_be_read_is_masked_whole(house):
    house.process(house.wish(reset(house, action="GetConfiguration", payload="{}")))
    key = b'{"key":"AuthorizationKey","readonly":false,"value":"s3cret","x":1e999}'
    house.ask(b'[3,"call-1",{"configurationKey":[%b]}]' % key)
    assert "call.answered" in house.topics()
    assert all(b"s3cret" not in row.state for row in house.log.since(0, limit=1000))
    assert all(b"s3cret" not in row.entry.payload for row in house.log.frames(limit=1000))


def test_a_call_that_went_out_while_it_was_taken_back_has_its_outcome(house):
    house.process(house.wish(reset(house)))
    house.process(house.wish(op.CancelCall(station="CP1", call="call-1")))
    house.process(wire.Sent(station="CP1", connection=5, call="call-1", at=house.now))
    house.ask([3, "call-1", {"status": "Accepted"}])
    assert house.topics()[-3:] == ["call.cancelled", "call.sent", "call.answered"]


def test_closing_a_transaction_frees_its_connector(house):
    number = house.ask(start())[2]["transactionId"]
    wish = op.CloseTransaction(station="CP1", transaction=number, reason="stuck")
    house.process(house.wish(wish))
    assert house.topics()[-2:] == ["transaction.closed", "connector.freed"]
    assert house.ask(stop(number))[0] == 3

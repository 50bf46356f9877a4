"""The turns of a call that an action may follow: requested, answered, late too, or failed."""

from types import MappingProxyType

import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.ocpp.action import Actions, Outgoing
from domain.ocpp.v16.core.reset import Reset as RealReset
from domain.ocpp.version import Version, versions
from tests.domain.house import House, reset


class Reset(Outgoing):
    """Notes its turns."""

    Request, Response = RealReset.Request, RealReset.Response

    def __init__(self):
        self.turns = []

    def requested(self, request, call, scope):
        self.turns.append(("requested", request.type))

    def answered(self, request, response, call, scope):
        self.turns.append(("answered", response.status))

    def failed(self, request, call, scope):
        self.turns.append(("failed", call.outcome))


@pytest.fixture
def action():
    return Reset()


@pytest.fixture
def house(action, monkeypatch):
    usual = versions()["ocpp1.6"]
    actions = Actions(usual.actions.incoming, MappingProxyType({"Reset": action}))
    version = Version(usual.protocol, actions, usual.known)
    monkeypatch.setattr("tests.domain.house.versions", lambda: {"ocpp1.6": version})
    house = House()
    house.settle()
    return house


def _sent(house):
    sent = wire.Sent(station="CP1", connection=5, call="call-1", at=house.now)
    house.process(house.wish(reset(house, expires_at=house.now)), sent)


def _timed_out(house):
    house.process(
        wire.TimedOut(station="CP1", connection=5, call="call-1", reason="silence", at=house.now)
    )


def _result(house, status="Accepted"):
    house.process(house.received([3, "call-1", {"status": status}]))


def test_an_answer_follows_a_request(house, action):
    _sent(house)
    _result(house)
    assert action.turns == [("requested", "Soft"), ("answered", "Accepted")]


def test_a_second_answer_is_no_turn(house, action):
    _sent(house)
    _result(house)
    _result(house, "Rejected")
    assert action.turns[1:] == [("answered", "Accepted")]


def test_a_late_answer_counts_once(house, action):
    _sent(house)
    _timed_out(house)
    _result(house)
    _result(house)
    assert action.turns[1:] == [("failed", "timed_out"), ("answered", "Accepted")]


def test_a_refusal_is_a_failure(house, action):
    _sent(house)
    house.process(house.received([4, "call-1", "NotSupported", "", {}]))
    assert action.turns[1:] == [("failed", "refused")]


def test_a_late_refusal_is_a_failure_once(house, action):
    _sent(house)
    _timed_out(house)
    for _ in range(2):
        house.process(house.received([4, "call-1", "NotSupported", "", {}]))
    _result(house)
    assert action.turns[1:] == [("failed", "timed_out"), ("failed", "refused")]


def test_a_late_answer_that_cannot_be_read_is_a_failure(house, action):
    _sent(house)
    _timed_out(house)
    house.process(house.received([3, "call-1", {"stat": 1}]))
    assert action.turns[1:] == [("failed", "timed_out"), ("failed", "answered")]


@pytest.mark.unrepeatable
@pytest.mark.parametrize("again", [False, True])
def test_a_defect_in_the_handling_of_an_answer_is_a_failure(house, action, monkeypatch, again):
    def fail(*_):
        raise ZeroDivisionError

    _sent(house)
    monkeypatch.setattr(action, "answered", fail)
    if again:
        monkeypatch.setattr(action, "failed", fail)
    _result(house)
    assert house.topics()[-2:] == ["call.refused", "quarantine.kept"]
    assert action.turns[1:] == ([] if again else [("failed", "refused")])


def test_an_answer_that_cannot_be_read_is_a_failure(house, action):
    _sent(house)
    house.process(house.received([3, "call-1", {"stat": 1}]))
    assert action.turns[1:] == [("failed", "answered")]


def test_a_call_that_expires_or_is_taken_back_has_failed(house, action):
    later = house.now.replace(year=2027)
    for call in ("call-1", "call-2"):
        house.process(house.wish(reset(house, call=call, expires_at=later)))
    due = wire.Due(id="x", key="CP1", name="expire_call", subject="call-1", at=house.now)
    house.process(due, house.wish(op.CancelCall(station="CP1", call="call-2")))
    assert action.turns[2:] == [("failed", "expired"), ("failed", "cancelled")]


@pytest.mark.parametrize("station", ["CP1", "CP9"])
def test_what_a_campaign_wants_is_rejected_on_record(house, action, station):
    house.process(
        wire.Closed(station="CP1", connection=5, node="g1", code=1000, reason="", at=house.now)
    )
    outcome = house.process(house.wish(reset(house, station=station, campaign="c")))
    (reply,) = (orjson.loads(each.answer) for each in _entries(house, "wish")[-1:])
    assert reply == {"result": "call-1"}
    assert outcome
    assert house.topics()[-2:] == ["call.requested", "call.rejected"]
    assert action.turns == []


def _entries(house, kind):
    rows = house.log.frames(limit=1000)
    return [row.entry for row in rows if row.entry.kind == kind]

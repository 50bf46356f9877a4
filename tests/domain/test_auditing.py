"""What people wish for goes on record with what came of it, in the same transaction."""

from datetime import timedelta

import msgspec
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.audit import Audit
from domain.model.token import Permit
from tests.domain.house import House, reset


@pytest.fixture
def house() -> House:
    house = House()
    house.settle()
    return house


def wished(house: House, operation: op.Operation, origin: str = "192.0.2.7") -> wire.Wish:
    return msgspec.structs.replace(house.wish(operation), origin=origin)


def acted(house: House) -> list[Audit.Acted]:
    return [fact for fact in house.told() if isinstance(fact, Audit.Acted)]


def test_who_what_and_from_where_is_on_record(house):
    wish = wished(house, op.IssueToken(id_tag="NEW", permit=Permit()))
    house.process(wish)
    (fact,) = acted(house)
    assert (fact.by, fact.origin, fact.operation, fact.subject) == (
        "olga",
        "192.0.2.7",
        "IssueToken",
        "token:new",
    )
    assert (fact.outcome, fact.reason, fact.timestamp) == ("granted", "", wish.at)


def test_it_is_caused_by_the_wish_that_it_tells_of(house):
    wish = wished(house, op.IssueToken(id_tag="NEW", permit=Permit()))
    house.process(wish)
    last = house.log.since(0, limit=1000)[-1]
    assert (last.topic, last.cause, last.stream) == ("audit.acted", wish.id, f"audit:{wish.id}")


def test_a_refusal_is_on_record_with_its_reason(house):
    house.process(wished(house, op.RemoveStation(station="CP9")))
    (fact,) = acted(house)
    assert (fact.subject, fact.outcome, fact.reason) == (
        "CP9",
        "refused",
        "this station is not registered",
    )


def test_what_cannot_be_read_is_on_record_too(house):
    wish = msgspec.structs.replace(wished(house, op.RemoveStation(station="CP1")), body=b"{}")
    house.process(wish)
    (fact,) = acted(house)
    assert (fact.operation, fact.outcome, fact.detail) == ("RemoveStation", "refused", "")


def test_a_call_is_told_with_its_action_and_payload(house):
    house.process(wished(house, reset(house)))
    (fact,) = acted(house)
    assert "action: Reset" in fact.detail
    assert 'payload: {"type":"Soft"}' in fact.detail


def test_a_wish_delivered_again_is_on_record_once(house):
    wish = wished(house, reset(house))
    house.process(wish)
    house.process(wish, redelivered=True)
    house.restart()
    house.process(wish)
    assert len(acted(house)) == 1


def test_a_part_of_the_program_is_no_person(house):
    house.process(house.wish(reset(house)))
    assert acted(house) == []


def test_no_secret_is_on_record(house):
    wish = op.DesireConfiguration(station="CP1", key="AuthorizationKey", value="s3cret-s3cret")
    house.process(wished(house, wish))
    (fact,) = acted(house)
    assert "key: AuthorizationKey" in fact.detail
    assert "s3cret" not in fact.detail + fact.reason


def test_a_long_detail_is_cut(house):
    wish = op.CloseJob(station="CP1", job="j", reason="x" * 10_000)
    house.process(wished(house, wish))
    assert len(acted(house)[0].detail) == 500


def test_what_was_done_beside_the_domain_is_told_in_its_own_words(house):
    action = op.RecordAction(
        action="SignIn", subject="api", outcome="refused", reason="nobody's token"
    )
    house.process(wished(house, action))
    (fact,) = acted(house)
    assert (fact.operation, fact.subject) == ("SignIn", "api")
    assert (fact.outcome, fact.reason) == ("refused", "nobody's token")


def test_what_is_told_again_on_another_day_is_on_record_once(house):
    wish = wished(house, op.RecordAction(action="AddUser", subject="user:carol"))
    house.process(wish)
    house.process(msgspec.structs.replace(wish, at=wish.at + timedelta(days=2)))
    assert len(acted(house)) == 1


def test_a_defect_is_on_record_as_one(house, monkeypatch):
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("domain.handling.grants.grant.Asking.registered", broken)
    house.process(wished(house, op.RemoveStation(station="CP1")))
    (fact,) = acted(house)
    assert (fact.outcome, fact.reason) == ("failed", "its handling failed")

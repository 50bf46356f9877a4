"""The inbox: one commit a batch, exactly once in effect, answers only from the record."""

from typing import Any

import msgspec
import orjson
import pytest

from domain import wire
from domain.csms import Policy
from domain.log import Unavailable
from domain.model import operations as op
from domain.model.token import Permit
from domain.model.values import Profile, Registration, Standing
from domain.ocpp.v16.core.status_notification import StatusNotification
from domain.store.memory import MemoryLog
from tests.domain.house import House, answers_of, heartbeat, start


def test_a_frame_is_answered_and_journalled_with_its_answer(house):
    record = house.received(heartbeat())
    (answer,) = answers_of(house.process(record))
    assert orjson.loads(answer)[:2] == [3, "h1"]
    (row,) = house.log.frames(station="CP1", action="Heartbeat")
    assert row.entry.payload == record.frame
    assert row.entry.answer == answer


def test_a_redelivered_frame_gets_the_recorded_answer_to_the_byte(house):
    record = house.received(start())
    (first,) = answers_of(house.process(record))
    before = house.topics()
    house.restart()
    (second,) = answers_of(house.process(record, redelivered=True))
    assert second == first
    assert house.topics() == before


def test_a_redelivery_that_nobody_announced_is_noticed_too(house):
    record = house.received(start())
    (first,) = answers_of(house.process(record))
    house.restart()
    (second,) = answers_of(house.process(record))
    assert second == first
    assert house.counts.conflicts == 1


def test_a_batch_of_old_and_new_is_answered_whole(house):
    old, new = house.received(start()), house.received(heartbeat())
    (first,) = answers_of(house.process(old))
    answers = answers_of(house.process(old, new, redelivered=True))
    assert first in answers
    assert {orjson.loads(a)[1] for a in answers} == {"s1", "h1"}


def test_a_record_published_twice_into_one_batch_counts_once(house):
    record = house.received(start())
    assert len(answers_of(house.process(record, record))) == 1
    assert house.topics().count("transaction.started") == 1


def test_a_station_that_reuses_its_message_ids_gets_fresh_answers(house):
    first = house.ask(heartbeat("1"))
    house.now = house.now.replace(hour=13)
    second = house.ask(heartbeat("1"))
    assert first[2] != second[2]


def test_a_retried_start_on_another_socket_after_a_restart_is_the_same_transaction(house):
    first = house.ask(start("s1"))
    house.restart()
    house.process(house.opened(connection=6))
    second = house.ask(start("s2"), connection=6)
    assert second[2] == first[2]
    assert house.topics().count("transaction.started") == 1


def test_many_records_are_one_commit():
    log = _CountingLog()
    house = House(log)
    house.settle()
    commits = log.commits
    house.process(*(house.received(heartbeat(str(n))) for n in range(50)))
    assert log.commits == commits + 1


def test_a_version_conflict_is_decided_again(house):
    """Another writer took the connector meanwhile: what is in memory is void."""
    zombie = House(house.log)
    zombie.ask([2, "a", "StatusNotification", _status("Available")], connection=5)
    house.ask([2, "b", "StatusNotification", _status("Charging")], connection=7)
    zombie.ask([2, "c", "StatusNotification", _status("Finishing")], connection=8)
    assert zombie.counts.conflicts == 1
    assert house.topics().count("connector.status_reported") == 3


def test_when_the_database_is_away_nothing_is_lost(house):
    log = _AwayLog()
    house = House(log)
    house.settle()
    record = house.received(start())
    log.away = True
    with pytest.raises(Unavailable):
        house.process(record)
    log.away = False
    (answer,) = answers_of(house.process(record, redelivered=True))
    assert orjson.loads(answer)[2]["transactionId"] > 0
    assert house.topics().count("transaction.started") == 1


def test_a_commit_that_happened_although_it_was_reported_lost_is_found(house):
    log = _AmbiguousLog()
    house = House(log)
    house.settle()
    record = house.received(start())
    log.lose_the_next = True
    with pytest.raises(Unavailable):
        house.process(record)
    assert len(answers_of(house.process(record, redelivered=True))) == 1
    assert house.topics().count("transaction.started") == 1


def test_a_handler_that_raises_is_quarantined_and_the_batch_goes_on(house, monkeypatch):
    monkeypatch.setattr(StatusNotification, "decide", _explode)
    bad = house.received([2, "x", "StatusNotification", _status("Available")])
    answers = answers_of(house.process(house.received(start()), bad, house.received(heartbeat())))
    decoded = {orjson.loads(a)[1]: orjson.loads(a) for a in answers}
    assert decoded["x"][2] == "InternalError"
    assert decoded["s1"][2]["transactionId"] > 0
    assert "h1" in decoded
    (kept,) = [fact for fact in house.told() if fact.TOPIC == "quarantine.kept"]
    assert "ZeroDivisionError" in kept.detail
    assert kept.message_id == "x"


@pytest.mark.unrepeatable
def test_a_transaction_message_whose_handler_raises_is_never_refused(house, monkeypatch):
    monkeypatch.setattr("domain.ocpp.v16.core.start_transaction._record", _explode)
    assert house.ask(start()) is None
    monkeypatch.undo()
    assert house.ask(start("again"))[2]["transactionId"] > 0


def test_what_is_no_record_is_poison_and_harms_nobody(house):
    good = wire.encode(house.received(heartbeat()))
    outcome = house.inbox.process([b"\xc1rubbish", good], redelivered=False)
    assert outcome.poison == [b"\xc1rubbish"]
    assert len(answers_of(outcome)) == 1


def test_a_record_the_database_refuses_is_put_aside_and_the_others_go_on():
    house = House(_PickyLog())
    house.settle()
    bad = house.received(heartbeat("bad"))
    outcome = house.process(house.received(start()), bad, house.received(heartbeat("good")))
    assert {orjson.loads(a)[1] for a in answers_of(outcome)} == {"s1", "good"}
    assert outcome.poison == [wire.encode(bad)]
    assert house.topics().count("transaction.started") == 1


def test_unknown_and_wrong_way_actions_have_their_own_errors(house):
    assert house.ask([2, "a", "MakeCoffee", {}])[2] == "NotImplemented"
    assert house.ask([2, "b", "Reset", {"type": "Hard"}])[2] == "NotSupported"


def test_a_call_numbered_against_the_specification_is_answered_with_its_number(house):
    assert house.ask([2, 17, "Heartbeat", {}])[:2] == [3, 17]
    assert house.ask([2, 18, "MakeCoffee", {}])[:3] == [4, 18, "NotImplemented"]
    row, _ = house.log.frames(station="CP1", kind="frame", limit=2)[-2:]
    assert row.entry.message_id == "17"
    assert "the message id is a number" in row.entry.deviations


def test_a_malformed_frame_is_journalled_and_changes_nothing(house):
    assert house.ask(b'[2,"x"') is None
    (row,) = house.log.frames(station="CP1", kind="frame", limit=1, newest_first=True)
    assert row.entry.payload == b'[2,"x"'
    assert row.entry.deviations


@pytest.mark.parametrize(
    ("registration", "heard"),
    [
        (Registration.PENDING, {"BootNotification", "StartTransaction"}),
        (Registration.REJECTED, {"BootNotification"}),
    ],
)
def test_before_acceptance_only_what_must_be_is_heard(registration, heard):
    house = House()
    house.settle(registration=registration)
    boot = {"chargePointVendor": "v", "chargePointModel": "m"}
    answers = [
        house.ask([2, "a", "BootNotification", boot]),
        house.ask([2, "b", "Heartbeat", {}]),
        house.ask(start("c")),
    ]
    names = ("BootNotification", "Heartbeat", "StartTransaction")
    assert {n for n, a in zip(names, answers, strict=True) if a[0] == 3} == heard
    assert answers[1][2] == "SecurityError"


def test_heartbeats_can_be_left_out_of_the_journal():
    house = House(policy=Policy(journal_heartbeats=False))
    house.settle()
    assert house.ask(heartbeat())[0] == 3
    assert house.log.frames(station="CP1", action="Heartbeat") == []


def test_the_policy_adopts_unknown_stations():
    house = House(policy=Policy(adopt=Profile()))
    house.process(house.opened("NEW"))
    assert house.topics() == ["station.registered", "station.configured", "station.connected"]


def test_without_that_policy_an_unknown_station_is_sent_away():
    house = House()
    outcome = house.process(house.opened("NEW"))
    assert [type(record) for _, record in outcome.to_gateways] == [wire.Disconnect]


def test_a_stranger_is_remembered(house):
    knock = wire.Knocked(
        station="X", connection=9, node="g1", protocol="ocpp1.6", remote="1.2.3.4", at=house.now
    )
    house.process(knock)
    assert house.topics()[-2:] == ["stranger.noticed", "stranger.knocked"]


def test_a_nul_in_a_text_cannot_reach_a_database(house):
    answer = house.ask([2, "n", "Authorize", {"idTag": "A\x00B"}])
    assert answer[2]["idTagInfo"]["status"] == "Invalid"
    started = house.ask(start("n2", tag="A\x00B"))
    assert started[2]["idTagInfo"]["status"] == "Invalid"
    assert house.ask([2, "n3", "Make\x00Coffee", {}])[2] == "NotImplemented"
    assert all(b"u0000" not in row.state for row in house.log.since(0, limit=1000))


@pytest.mark.parametrize("kind", [3, 4])
def test_an_answer_with_an_endless_id_is_journalled_short(house, kind):
    house.ask([kind, "x" * 20_000, {}, "", {}][: 3 if kind == 3 else 5])
    (row,) = house.log.frames(kind="frame", limit=1, newest_first=True)
    assert len(row.entry.message_id) <= 36


def test_an_endless_action_costs_a_line(house):
    house.ask([2, "a", "A" * 500_000, {}])
    assert max(len(row.state) for row in house.log.since(0, limit=1000)) < 2000


def test_a_frame_on_a_socket_that_was_given_up_brings_the_station_back(house):
    house.process(_closed(house, 5))
    house.ask(heartbeat())
    assert house.topics()[-2:] == ["station.disconnected", "station.connected"]


def test_a_newer_socket_on_another_gateway_ends_the_older_one(house):
    outcome = house.process(house.opened(connection=6))
    ((node, record),) = outcome.to_gateways
    assert (node, record.connection) == ("g1", 5)


def test_an_older_socket_that_is_told_of_late_is_ended(house):
    ((_, record),) = house.process(house.opened(connection=4)).to_gateways
    assert record.connection == 4


def test_a_defect_while_reading_harms_nobody_else(house):
    odd = msgspec.structs.replace(house.received(heartbeat("odd")), protocol="ocpp9")
    answers = answers_of(house.process(odd, house.received(heartbeat("good"))))
    assert [orjson.loads(a)[1] for a in answers] == ["good"]
    assert house.topics()[-1] == "quarantine.kept"


def test_many_failures_in_a_batch_are_taken_one_by_one(house, monkeypatch):
    monkeypatch.setattr(StatusNotification, "decide", _explode)
    bad = [house.received([2, f"x{n}", "StatusNotification", _status("a")]) for n in range(20)]
    answers = answers_of(house.process(*bad, house.received(heartbeat("good"))))
    assert len(answers) == 21
    assert house.topics().count("quarantine.kept") == 20


def test_a_blocked_token_is_blocked_at_once_for_every_writer(house):
    other = House(house.log)
    assert (
        other.ask([2, "a", "Authorize", {"idTag": "ABC"}])[2]["idTagInfo"]["status"] == "Accepted"
    )
    blocked = Permit(standing=Standing.BLOCKED)
    house.process(house.wish(op.IssueToken(id_tag="abc", permit=blocked)))
    status = other.ask([2, "b", "Authorize", {"idTag": "aBc"}])[2]["idTagInfo"]["status"]
    assert status == "Blocked"


def test_a_long_stream_is_loaded_from_its_snapshot(house):
    for n in range(210):
        status = "Available" if n % 2 else "Charging"
        house.ask([2, str(n), "StatusNotification", _status(status)])
    snapshots, rest = house.log.read({"connector:CP1:1": 0})
    assert [s.version for s in snapshots] == [200]
    assert len(rest) == 211 - 200
    house.restart()
    house.ask([2, "x", "StatusNotification", _status("Faulted")])
    assert house.log.tails(["connector:CP1:1"], 1)[0].version == 212


# --- aids --------------------------------------------------------------------------------------


def _closed(house: House, connection: int) -> wire.Closed:
    return wire.Closed(
        station="CP1", connection=connection, node="g1", code=1006, reason="lost", at=house.now
    )


def _status(status: str) -> dict[str, object]:
    return {"connectorId": 1, "errorCode": "NoError", "status": status}


def _explode(*_: object, **__: object) -> None:
    raise ZeroDivisionError


class _CountingLog(MemoryLog):
    commits = 0

    def commit(self, *args: Any, **kwargs: Any) -> int:
        self.commits += 1
        return super().commit(*args, **kwargs)


class _PickyLog(MemoryLog):
    def commit(self, facts: Any, journal: Any, *args: Any) -> int:
        if any(entry.message_id == "bad" for entry in journal):
            raise ValueError
        return super().commit(facts, journal, *args)


class _AwayLog(MemoryLog):
    away = False

    def commit(self, *args: Any, **kwargs: Any) -> int:
        if self.away:
            raise Unavailable
        return super().commit(*args, **kwargs)


class _AmbiguousLog(MemoryLog):
    lose_the_next = False

    def commit(self, *args: Any, **kwargs: Any) -> int:
        position = super().commit(*args, **kwargs)
        if self.lose_the_next:
            self.lose_the_next = False
            raise Unavailable
        return position

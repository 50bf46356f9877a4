"""Deciding again what was recorded: nothing is otherwise by the same code, and what is, is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from domain import wire
from domain.csms import Policy
from domain.log import Log
from domain.model import operations as op
from domain.model.token import Permit, Token
from domain.model.values import Profile, Standing, Verdict
from domain.ocpp.v16.core.heartbeat import Heartbeat
from domain.ocpp.v16.core.status_notification import StatusNotification
from domain.ocpp.version import versions
from domain.redecision import deciding, recorded, report
from domain.redecision.recorded import Window, window
from domain.redecision.report import Report
from domain.redecision.streams import Remembered
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.memory import MemoryLog
from domain.store.memory_keyring import MemoryKeyring
from domain.store.opening import migrate, open_log
from tests.domain.house import NOON, House, heartbeat, reset, start, stop
from tests.redeciding import redecided, told

A_DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    if request.param == "memory":
        url = "memory://"
    elif request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'log.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    migrate(url)
    opened = open_log(url)
    yield opened
    opened.close()


def converse(house: House, *, stations: int = 2) -> None:
    """Two writers, restarts, transactions, a limited token that all of them use."""
    other = House(house.log)
    names = [f"S{n}" for n in range(stations)]
    house.settle()
    house.process(house.wish(op.IssueToken(id_tag="few", permit=Permit(concurrent_limit=2))))
    for place, name in enumerate(names):
        writer = (house, other)[place % 2]
        writer.process(
            writer.wish(op.RegisterStation(station=name, profile=Profile())),
            writer.opened(name, 7 + place),
        )
    for turn in range(2):
        for place, name in enumerate(names):
            writer = (house, other)[place % 2]
            charge(writer, name, 7 + place, turn)
        house.restart()
        house.now += A_DAY
        other.now = house.now


def charge(house: House, station: str, connection: int, turn: int) -> None:
    where: dict[str, Any] = {"station": station, "connection": connection}
    number = house.ask(start(f"s{turn}", tag=("Few", "ABC")[turn % 2], meter=turn), **where)[2][
        "transactionId"
    ]
    for minute in range(40):  # more readings than are remembered
        house.ask(reading(number, minute), **where)
    house.ask(reading(number, 39), **where)
    house.ask(heartbeat(), **where)
    house.ask(stop(number, f"e{turn}"), **where)
    house.ask(stop(number + 10, f"f{turn}"), **where)
    house.ask(b'[2,"odd"', **where)


def reading(number: int, minute: int) -> list[object]:
    value = {
        "timestamp": f"2026-05-01T12:{minute:02}:00Z",
        "sampledValue": [{"value": f"{minute * 100}"}],
    }
    payload = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
    return [2, f"m{minute}", "MeterValues", payload]


def run(log: Log, rows: Window | None) -> Report:
    assert rows
    return report.redecide(log, MemoryLog(), versions(), rows, lambda *_: None)


# --- the same code ---


def test_whatever_was_decided_is_decided_again(log: Log) -> None:
    converse(House(log))
    found = redecided(log)
    assert found.is_identical, told(found)
    assert found.identical == found.rows == len(log.frames(limit=10_000))
    assert found.facts == len(log.since(0, limit=10_000))


def test_wherever_portions_end_and_however_little_is_held(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    converse(house)
    monkeypatch.setattr(recorded, "_ROWS", 7)
    monkeypatch.setattr(recorded, "_FACTS", 3)
    monkeypatch.setattr(deciding, "Remembered", lambda overlay: Remembered(overlay, capacity=2))
    found = redecided(house.log)
    assert found.is_identical, told(found)


def test_a_window_begins_with_what_was_on_record_then(log: Log) -> None:
    converse(House(log))
    rows = [row.position for row in log.frames(limit=10_000)]
    for after in (0, 1, 40, 90, 150):
        for station in ("", "S1", "token:few"):
            found = run(log, Window(rows[after], rows[-10], station))
            assert found.is_identical, told(found)
            assert found.rows or station == "token:few"


def test_times_choose_the_rows_between(house: House) -> None:
    converse(house)
    rows = house.log.frames(limit=10_000)
    begin, end = house.now - A_DAY * 1.5, house.now - A_DAY / 2
    found = window(house.log, begin, end)
    assert found
    meant = [row.position for row in rows if begin <= row.entry.received_at < end]
    assert (found.first, found.last) == (meant[0], meant[-1])
    assert run(house.log, found).rows == len(meant)
    assert window(house.log, house.now + A_DAY, None) is None


def test_what_another_writer_told_meanwhile_was_not_known(house: House) -> None:
    """It was decided on the token as it had been, and committed after it was blocked."""
    other = House(house.log)
    asked = other.received([2, "a", "Authorize", {"idTag": "ABC"}], station="S2")
    number = wire.Received(**{**_members(asked), "seq": 900, "frame": _stop(1)})
    decision = other.csms.decide([asked, number], other.now, {})
    block = Permit(standing=Standing.BLOCKED)
    house.process(house.wish(op.IssueToken(id_tag="ABC", permit=block)))
    house.ask(start())
    house.log.commit(decision.facts, decision.journal)
    house.ask([2, "b", "Authorize", {"idTag": "ABC"}])
    found = redecided(house.log)
    assert found.is_identical, told(found)


def test_a_secret_is_as_secret_the_second_time(house: House) -> None:
    """What is decided is what is on record: no deviation comes of what is masked there."""
    house.process(house.wish(reset(house, action="GetConfiguration", payload="{}")))
    house.process(wire.Sent(station="CP1", connection=5, call="call-1", at=house.now))
    key = {"key": "AuthorizationKey", "readonly": False, "value": "s" * 600}
    house.ask([3, "call-1", {"configurationKey": [key]}])
    assert all(b"sss" not in row.state for row in house.log.since(0, limit=1000))
    found = redecided(house.log)
    assert found.is_identical, told(found)


def test_a_station_was_adopted_by_the_policy_of_that_time() -> None:
    house = House(policy=Policy(adopt=Profile(heartbeat_interval=17)))
    house.process(house.opened("NEW"))
    house.process(house.opened("NEW", 6))
    assert house.topics()[:2] == ["station.registered", "station.configured"]
    assert redecided(house.log).is_identical


def test_a_key_may_come_again_on_another_day(house: House) -> None:
    house.process(house.wish(reset(house)))
    for _ in range(2):
        house.now += A_DAY
        house.process(
            wire.Due(id="d", key="CP1", name="expire_call", subject="call-1", at=house.now)
        )
    assert redecided(house.log).rows == 6
    assert redecided(house.log).is_identical


def test_days_that_were_pruned_are_the_past_of_those_that_are_left(house: House) -> None:
    converse(house)
    house.log.prune(house.now - A_DAY)
    found = redecided(house.log)
    assert found.is_identical, told(found)
    assert found.rows
    assert found.facts < len(house.log.since(0, limit=10_000))


def test_what_was_decided_of_a_token_is_decided_again_once_it_is_forgotten() -> None:
    """Its tag is nowhere any more, and it was the same token by its pseudonym."""
    stored, keyring = MemoryLog(), MemoryKeyring()
    house = House(SealedLog(stored, KeyCache(keyring)))
    converse(house)
    house.process(house.wish(op.ForgetToken(id_tag="ABC")))
    (key,) = keyring.of_tags(["abc"], create=False).values()
    keyring.forget(key.pseudonym, at=house.now)
    keyring.destroy(key.pseudonym)
    house = House(SealedLog(stored, KeyCache(keyring)))
    house.now = NOON + A_DAY * 9
    house.process(house.opened("S1", 99))
    house.process(house.wish(op.IssueToken(id_tag="ABC", permit=Permit())))
    house.ask(start("later", meter=9), station="S1", connection=99)
    found = redecided(house.log)
    assert found.is_identical, told(found)
    assert key.pseudonym.encode() in b"".join(row.entry.payload for row in house.log.frames())


def test_a_row_of_an_earlier_release_is_passed_over(house: House) -> None:
    old = house.wish(op.IssueToken(id_tag="ABC", permit=Permit(note="new")))
    decision = house.csms.decide([old], house.now, {})
    rows = [entry._replace(context="") for entry in decision.journal]
    house.log.commit(decision.facts, rows)
    house.restart()
    house.process(house.wish(op.IssueToken(id_tag="ABC", permit=Permit(note="newer"))))
    found = redecided(house.log)
    assert (found.not_decidable, found.different, found.following) == (1, 0, 0), told(found)


# --- other code ---


@pytest.mark.unrepeatable
def test_what_would_be_otherwise_is_told(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(log)
    house.settle()
    house.ask(heartbeat())
    house.ask(start())
    house.ask(stop(1))
    house.ask([2, "a", "Authorize", {"idTag": "ABC"}])
    monkeypatch.setattr(Token, "judge", lambda *_: Verdict(Standing.BLOCKED))
    found = redecided(log)
    assert (found.rows, found.identical, found.different, found.following) == (7, 5, 2, 0)
    assert found.by_action == {"StartTransaction": 1, "Authorize": 1}
    assert found.by_station == {"CP1": 2}
    began, asked = found.first
    assert ("transaction:1 transaction.judged standing", "Accepted", "Blocked") in began.changes
    assert "Blocked" in began.changes[0].would_be
    assert (began.follows, asked.follows) == (False, False)


@pytest.mark.unrepeatable
def test_a_stream_that_took_another_way_goes_on_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its places move, which is no news; nothing is read of what was, however little is held."""
    for status in ("Available", "Preparing", "Charging", "Available"):
        house.ask([2, status, "StatusNotification", _status(status)])
    house.restart()
    house.ask([2, "z", "StatusNotification", _status("Faulted")])
    usual = StatusNotification.decide

    def twice(self: StatusNotification, request: Any, scope: Any) -> Any:
        if request.status == "Preparing":
            scope.quarantine("it prepares", subject="preparing")
            usual(self, replace(request, status="Reserved"), scope)
        return usual(self, request, scope)

    monkeypatch.setattr(StatusNotification, "decide", twice)
    monkeypatch.setattr(deciding, "Remembered", lambda overlay: Remembered(overlay, capacity=0))
    monkeypatch.setattr(recorded, "_ROWS", 1)
    found = redecided(house.log)
    assert (found.different, found.following) == (1, 0), told(found)
    assert any(change.was == "" for change in found.first[0].changes)


@pytest.mark.unrepeatable
def test_what_failed_then_may_be_handled_now_and_the_other_way_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StatusNotification, "decide", _explode)
    house.ask([2, "x", "StatusNotification", _status("Available")])
    house.ask(heartbeat())
    found = redecided(house.log)
    assert found.is_identical, told(found)
    monkeypatch.undo()
    monkeypatch.setattr(Heartbeat, "decide", _explode)
    failed, fails = redecided(house.log).first
    assert (failed.failed, failed.fails) == (True, False)
    assert (fails.failed, fails.fails) == (False, True)
    assert any("ZeroDivisionError" in change.would_be for change in fails.changes)


@pytest.mark.unrepeatable
def test_a_start_that_was_none_gets_a_number_that_nobody_has(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.ocpp.v16.core.start_transaction._record", _explode)
    house.ask(start())
    monkeypatch.undo()
    house.ask(start("again", meter=7))
    (change, *_), second = redecided(house.log).first[0].changes, redecided(house.log).first[1]
    assert change.was == ""
    assert '"transactionId":2000000001' in change.would_be
    assert second.follows


@pytest.mark.unrepeatable
def test_causes_are_kept_before_what_follows_from_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ask(start())
    for minute in range(5):
        house.ask(reading(1, minute))
    house.ask([2, "a", "Authorize", {"idTag": "ABC"}])
    monkeypatch.setattr(Token, "judge", lambda *_: Verdict(Standing.BLOCKED))
    rows = window(house.log, None, None)
    assert rows
    found = report.redecide(house.log, MemoryLog(), versions(), rows, lambda *_: None, most=2)
    assert [each.action for each in found.first] == ["StartTransaction", "Authorize"]


# --- aids --------------------------------------------------------------------------------------


def _members(record: wire.Received) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def _stop(number: int) -> bytes:
    return (
        b'[2,"z","StopTransaction",{"transactionId":%d,"meterStop":1,'
        b'"timestamp":"2026-05-01T12:30:00Z"}]' % number
    )


def _status(status: str) -> dict[str, object]:
    return {"connectorId": 1, "errorCode": "NoError", "status": status}


def _explode(*_: object, **__: object) -> None:
    raise ZeroDivisionError

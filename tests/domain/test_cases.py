"""The quarantine desk decides, by facts: what was put aside is resolved, and the record follows."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from domain import facts, wire
from domain.log import StoredFact
from domain.model import operations as op
from domain.model.case_operations import LateReading, Record, ReopenCase, ResolveCase
from domain.model.meter import Meter
from domain.model.quarantine import Kind, Quarantine, Ruling
from domain.model.token import Permit
from domain.model.transaction import Transaction
from domain.model.values import Profile
from domain.ocpp.v16.core.status_notification import StatusNotification
from tests.domain.house import House, start, stop

STOPPED_AT = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
LATE = "2026-05-01T12:40:00.000Z"


class Desk:
    """A house with somebody at its quarantine desk."""

    def __init__(self, house: House) -> None:
        self.house = house

    def reply(self, wish: op.Operation) -> wire.Reply:
        ((_, reply),) = self.house.process(self.house.wish(wish)).replies
        return reply

    def resolve(self, ruling: Ruling, *, case: int = -1, **more: Any) -> wire.Reply:
        values: dict[str, Any] = {"station": "CP1", "note": "seen on site"}
        stream = self.cases()[case].originator_id
        return self.reply(ResolveCase(case=stream, ruling=ruling, **values | more))

    def reopen(self, case: int = -1) -> wire.Reply:
        stream = self.cases()[case].originator_id
        return self.reply(ReopenCase(station="CP1", case=stream, note="that was wrong"))

    def cases(self) -> list[Quarantine.Kept]:
        return [fact for fact in self.house.told() if isinstance(fact, Quarantine.Kept)]

    def last(self, kind: type[Any]) -> Any:
        return [fact for fact in self.house.told() if type(fact) is kind][-1]

    def record(self) -> Record:
        """What the journal has of the last case."""
        kept = self.cases()[-1]
        rows = self.house.log.frames(station=kept.station, limit=1000)
        entry = next(row.entry for row in rows if row.entry.key == kept.frame)
        return Record(
            kind=entry.kind,
            key=entry.key,
            payload=entry.payload.decode(),
            context=entry.context,
            node=entry.node,
            received_at=entry.received_at,
        )


@pytest.fixture
def desk(house: House) -> Desk:
    limited = Permit(concurrent_limit=1)
    house.process(house.wish(op.IssueToken(id_tag="ABC", permit=limited)))
    return Desk(house)


def begin(desk: Desk, message_id: str = "s1", **values: Any) -> int:
    return int(desk.house.ask(start(message_id, **values))[2]["transactionId"])


def values(number: int, register: int, at: str = LATE) -> list[object]:
    samples = [{"value": str(register)}]
    meter = [{"timestamp": at, "sampledValue": samples}]
    payload = {"connectorId": 1, "transactionId": number, "meterValue": meter}
    return [2, f"v{register}", "MeterValues", payload]


def explode(*_: object) -> None:
    1 / 0  # noqa: B018 - it is to raise


def test_an_orphan_stop_that_is_assigned_ends_the_transaction_and_frees_what_it_held(desk):
    number = begin(desk)
    desk.house.ask(stop(-1))
    assert desk.resolve(Ruling.ASSIGN, transaction=number).result == str(number)
    corrected = desk.last(Transaction.Corrected)
    assert (corrected.state, corrected.meter_wh, corrected.energy_wh) == ("stopped", 600, 500)
    assert (corrected.ended_at, corrected.reason, corrected.by) == (STOPPED_AT, "Local", "olga")
    assert {"connector.freed", "token.released"} <= set(desk.house.topics()[-5:])
    resolved = desk.last(Quarantine.Resolved)
    assert (resolved.ruling, resolved.transaction) == ("assign", number)
    assert (resolved.note, resolved.by) == ("seen on site", "olga")


def test_what_was_assigned_changes_nothing_when_the_station_repeats_it(desk):
    number = begin(desk)
    desk.house.ask(stop(-1))
    desk.resolve(Ruling.ASSIGN, transaction=number)
    before = len(desk.house.told())
    assert desk.house.ask(stop(-1, "again"))[0] == 3
    assert desk.house.ask(stop(number, "and with its number"))[0] == 3
    assert len(desk.house.told()) == before


def test_a_stop_is_assigned_to_a_provisional_end_but_to_no_final_one(desk):
    first = begin(desk)
    second = begin(desk, "s2", meter=550, tag="DEF")
    desk.house.ask(start("s3", meter=580, tag="GHI"))
    desk.house.ask(stop(second, "e2"))
    desk.house.ask(stop(-1))
    refused = desk.resolve(Ruling.ASSIGN, transaction=second)
    assert (refused.refused, "stopped" in refused.message) == ("conflict", True)
    assert desk.resolve(Ruling.ASSIGN, transaction=first).refused == ""
    assert desk.last(Transaction.Corrected).energy_wh == 500


def test_nothing_is_assigned_to_another_stations_transaction(desk):
    desk.house.process(desk.house.wish(op.RegisterStation(station="CP2", profile=Profile())))
    desk.house.process(desk.house.opened("CP2", connection=7))
    other = desk.house.ask(start("x"), station="CP2", connection=7)[2]["transactionId"]
    desk.house.ask(stop(other))
    assert desk.cases()[-1].reason == "a stop of another station's transaction"
    assert desk.resolve(Ruling.ASSIGN, transaction=other).refused == "not_found"
    assert desk.resolve(Ruling.ASSIGN, transaction=999).refused == "not_found"


def test_a_stop_below_the_start_is_assigned_when_somebody_knows_better(desk):
    number = begin(desk, meter=1000)
    desk.house.ask(stop(-1))
    assert desk.resolve(Ruling.ASSIGN, transaction=number).refused == "invalid"
    assert desk.resolve(Ruling.ASSIGN, transaction=number, meter_wh=1700).refused == ""
    assert desk.last(Transaction.Corrected).energy_wh == 700


def test_the_readings_of_an_orphan_stop_wait_and_come_along(desk):
    number = begin(desk)
    frame: Any = stop(-1)
    samples = [{"value": "600"}]
    frame[3]["transactionData"] = [{"timestamp": LATE, "sampledValue": samples}]
    desk.house.ask(frame)
    waiting = desk.last(Meter.Read)
    assert waiting.originator_id == Meter.of_connector("CP1", 0)
    names = ("connector", "transaction", "sampled_at", "samples", "register_wh", "source")
    reading = LateReading(**{name: getattr(waiting, name) for name in names})
    desk.resolve(Ruling.ASSIGN, transaction=number, readings=(reading,))
    given = desk.last(Meter.Read)
    assert given.originator_id == Meter.of_transaction(number)
    assert (given.register_wh, given.samples) == (600, waiting.samples)


def test_a_decision_is_taken_back_by_another_fact_with_what_it_corrected(desk):
    number = begin(desk)
    desk.house.ask(values(number, 450, "2026-05-01T12:10:00.000Z"))
    desk.house.ask(stop(-1))
    desk.resolve(Ruling.ASSIGN, transaction=number)
    assert desk.resolve(Ruling.DISMISS).refused == "conflict"
    assert desk.reopen().refused == ""
    restored = desk.last(Transaction.Corrected)
    assert (restored.restores, restored.state, restored.energy_wh) == (True, "closed", 350)
    assert desk.reopen().refused == "conflict"
    assert desk.resolve(Ruling.DISMISS).refused == ""
    desk.house.ask(stop(number, "late"))
    assert desk.last(Transaction.Stopped).energy_wh == 500


def test_a_second_stop_that_is_accepted_corrects_and_one_that_is_rejected_does_not(desk):
    number = begin(desk)
    desk.house.ask(stop(number))
    desk.house.ask(stop(number, "other", meter=900))
    assert desk.cases()[-1].kind == Kind.SECOND_STOP
    assert desk.resolve(Ruling.REJECT).refused == ""
    assert "transaction.corrected" not in desk.house.topics()
    desk.reopen()
    assert desk.resolve(Ruling.ACCEPT).result == str(number)
    corrected = desk.last(Transaction.Corrected)
    assert (corrected.meter_wh, corrected.energy_wh) == (900, 800)
    before = len(desk.house.told())
    for repeat in (stop(number, "r1"), stop(number, "r2", meter=900)):
        assert desk.house.ask(repeat)[0] == 3
    assert len(desk.house.told()) == before
    desk.reopen()
    assert desk.last(Transaction.Corrected).energy_wh == 500


def test_the_newest_correction_is_taken_back_first(desk):
    number = begin(desk)
    desk.house.ask(stop(number))
    for meter in (800, 900):
        other: Any = stop(number, f"m{meter}", meter=meter)
        other[3]["timestamp"] = f"2026-05-01T12:30:00.{meter}Z"
        desk.house.ask(other)
    for case in (-2, -1):
        desk.resolve(Ruling.ACCEPT, case=case)
    assert desk.reopen(-2).refused == "conflict"
    assert [desk.reopen(case).refused for case in (-1, -2)] == ["", ""]
    assert desk.last(Transaction.Corrected).energy_wh == 500


def test_a_meter_that_went_backwards_needs_somebody_who_knows(desk):
    number = begin(desk, meter=1000)
    desk.house.ask(stop(number, meter=10))
    assert desk.cases()[-1].kind == Kind.METER_BACKWARDS
    assert desk.resolve(Ruling.ACCEPT).refused == "invalid"
    assert desk.resolve(Ruling.REJECT, energy_wh=7).refused == "invalid"
    assert desk.resolve(Ruling.ACCEPT, energy_wh=4200).refused == ""
    corrected = desk.last(Transaction.Corrected)
    assert (corrected.meter_wh, corrected.energy_wh) == (10, 4200)


def test_late_values_move_the_end_of_their_own_transaction(desk):
    number = begin(desk)
    desk.house.ask(stop(number))
    desk.house.ask(values(number, 650))
    desk.house.ask(values(number, 700, "2026-05-01T12:50:00.000Z"))
    assert [case.kind for case in desk.cases()] == [Kind.LATE_VALUES]
    desk.resolve(Ruling.ASSIGN, transaction=number)
    corrected = desk.last(Transaction.Corrected)
    assert (corrected.state, corrected.energy_wh) == ("stopped", 600)
    assert corrected.ended_at == datetime(2026, 5, 1, 12, 50, tzinfo=UTC)
    desk.house.ask(values(number, 710, "2026-05-01T12:55:00.000Z"))
    assert len(desk.cases()) == 2


def test_the_stop_of_a_station_is_not_taken_back_with_what_was_decided_before_it(desk):
    number = begin(desk)
    close = op.CloseTransaction(station="CP1", transaction=number, reason="lost")
    assert desk.reply(close).refused == ""
    desk.house.ask(values(number, 1300))
    assert desk.resolve(Ruling.ASSIGN, transaction=number).refused == ""
    desk.house.ask(stop(number, "t1", 1900))
    before = len(desk.house.told())
    assert desk.reopen().refused == ""
    assert [type(fact) for fact in desk.house.told()[before:]] == [Quarantine.Reopened]
    desk.house.ask(stop(number, "t1-again", 1900))
    assert len([f for f in desk.house.told() if type(f) is Transaction.Stopped]) == 1


def test_late_values_are_given_to_the_transaction_they_are_of(desk):
    ended = begin(desk)
    desk.house.ask(stop(ended))
    running = begin(desk, "s2", meter=600, tag="DEF")
    desk.house.ask(values(ended, 650))
    late = desk.last(Meter.Read)
    assert desk.resolve(Ruling.ASSIGN, transaction=running).refused == "conflict"
    names = ("connector", "transaction", "sampled_at", "samples", "register_wh", "source")
    reading = LateReading(**{name: getattr(late, name) for name in names})
    desk.resolve(Ruling.ASSIGN, transaction=running, readings=(reading,))
    assert desk.last(Meter.Read).originator_id == Meter.of_transaction(running)
    assert "transaction.corrected" not in desk.house.topics()


@pytest.mark.unrepeatable
def test_what_could_not_be_handled_is_decided_again_by_better_code(desk, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("domain.ocpp.v16.core.start_transaction._record", explode)
        assert desk.house.ask(start()) is None
        record = desk.record()
        again = desk.resolve(Ruling.AGAIN, record=record)
        assert again.refused == "failed"
    failed = desk.last(Quarantine.FailedAgain)
    assert ("ZeroDivisionError" in failed.detail, failed.by) == (True, "olga")
    assert len(desk.cases()) == 1
    assert desk.resolve(Ruling.AGAIN, record=record).refused == ""
    assert desk.last(Transaction.Started).id_tag == "ABC"
    number = desk.last(Transaction.Started).number
    assert begin(desk, "the station repeats it") == number


@pytest.mark.unrepeatable
def test_only_its_own_record_is_decided_again(desk, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(StatusNotification, "decide", explode)
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        for message_id in ("a", "b"):
            desk.house.ask([2, message_id, "StatusNotification", status])
    assert desk.resolve(Ruling.AGAIN, case=0, record=desk.record()).refused == "invalid"
    assert desk.resolve(Ruling.AGAIN).refused == "conflict"
    assert desk.resolve(Ruling.AGAIN, record=desk.record()).refused == ""


@pytest.mark.unrepeatable
def test_what_would_be_refused_again_is_not_resolved(desk, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(StatusNotification, "decide", explode)
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        desk.house.ask([2, "a", "StatusNotification", status])
    desk.house.process(desk.house.wish(op.RemoveStation(station="CP1")))
    refused = desk.resolve(Ruling.AGAIN, record=desk.record())
    assert (refused.refused, "SecurityError" in refused.message) == ("conflict", True)


@pytest.mark.parametrize("ruling", [Ruling.ACCEPT, Ruling.REJECT, Ruling.AGAIN])
def test_only_what_fits_the_kind_of_case_may_be_decided(desk, ruling):
    desk.house.ask(stop(-1))
    refused = desk.resolve(ruling)
    assert (refused.refused, "assign, dismiss" in refused.message) == ("invalid", True)


def test_a_case_that_is_none_is_not_found(desk):
    desk.house.ask(stop(-1))
    nothing = ResolveCase(station="CP1", case="quarantine:CP1:x", ruling=Ruling.DISMISS, note="n")
    assert desk.reply(nothing).refused == "not_found"


def test_what_the_first_version_had_in_texts_is_read_as_a_claim():
    old = {
        "timestamp": "2026-05-01T12:30:00.000005+00:00",
        "originator_topic": "domain.model.quarantine:Quarantine",
        "station": "CP1",
        "reason": "a stop of an unknown transaction",
        "action": "StopTransaction",
        "message_id": "m",
        "frame": "5.1",
        "subject": "stop of transaction -1 at 2026-05-01T12:30:00.000Z",
        "detail": "600 Wh, reason Local, idTag ABC",
    }
    row = StoredFact("quarantine:CP1:x", 1, "quarantine.kept", orjson.dumps(old), "5.1")
    kept = facts.decode(row.stream, row.version, row.topic, row.state)
    assert isinstance(kept, Quarantine.Kept)
    assert (kept.kind, kept.transaction, kept.id_tag) == ("orphan-stop", -1, "ABC")
    assert (kept.meter_wh, kept.happened_at, kept.stop_reason) == (600, STOPPED_AT, "Local")

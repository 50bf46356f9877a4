"""StartTransaction: section 4.8, rules T; OCTT 003 to 011, 037, 039, 046."""

from datetime import timedelta
from typing import Any

import pytest

from domain.model.connector import Connector
from domain.model.numbering import Numbering
from domain.model.token import Token
from domain.model.transaction import Transaction
from domain.model.values import Standing
from tests.ocpp.harness import NOON, Csms, meter_value, moment, start, stop, token, values

ACCEPTED = {"idTagInfo": {"status": "Accepted"}, "transactionId": 1}
ENDED = timedelta(minutes=40)


def csms(**permit: Any) -> Csms:
    return Csms().given(token(**permit))


def test_a_start_is_numbered_recorded_and_judged():
    csms().when("StartTransaction", start(reservationId=9)).then(
        (Numbering.Given, {"number": 1}),
        (
            Transaction.Started,
            {
                "number": 1,
                "station": "CP1",
                "connector": 1,
                "id_tag": "ABC",
                "meter_start_wh": 1000,
                "started_at": NOON,
                "reservation": 9,
            },
        ),
        (Transaction.Judged, {"standing": "Accepted"}),
        (Connector.Appeared, {"number": 1}),
        (Connector.Taken, {"transaction": 1}),
    ).answered(ACCEPTED)


@pytest.mark.parametrize(
    ("permit", "standing"),
    [
        ({"standing": Standing.BLOCKED}, "Blocked"),
        ({"standing": Standing.INVALID}, "Invalid"),
        ({"expires_at": NOON - timedelta(days=1)}, "Expired"),
    ],
)
def test_a_start_is_recorded_whatever_is_thought_of_the_token(permit: Any, standing: str):
    story = csms(**permit).when("StartTransaction", start())
    assert story.answer["transactionId"] == 1
    assert story.answer["idTagInfo"]["status"] == standing
    assert Transaction.Started in {type(fact) for fact in story.told}


@pytest.mark.parametrize("tag", ["NOBODY", "", "#" * 40])
def test_an_unknown_token_is_invalid_yet_numbered(tag: str):
    Csms().when("StartTransaction", start(idTag=tag)).answered(
        {"idTagInfo": {"status": "Invalid"}, "transactionId": 1}
    )


def test_the_token_is_kept_as_received():
    Csms().given(token("AbC")).when("StartTransaction", start(idTag="aBC")).answered(ACCEPTED).then(
        (Numbering.Given, {}),
        (Transaction.Started, {"id_tag": "aBC"}),
        (Transaction.Judged, {}),
        (Connector.Appeared, {}),
        (Connector.Taken, {}),
    )


@pytest.mark.parametrize("restarted", [False, True])
def test_a_repeat_is_answered_to_the_byte_and_creates_nothing(*, restarted: bool):
    story = csms(parent="FAMILY", expires_at=NOON + timedelta(days=1))
    first = story.when("StartTransaction", start()).raw_answer
    if restarted:
        story.restart()
    story.when("StartTransaction", start(), after=timedelta(hours=3)).then()
    assert story.raw_answer == first


def test_a_repeat_is_answered_as_the_first_was_though_the_token_changed():
    abc = token()
    story = Csms().given(abc).when("StartTransaction", start())
    abc.withdraw(by="olga", at=NOON)
    story.given(abc).when("StartTransaction", start()).then().answered(ACCEPTED)


def test_a_repeat_after_the_stop_is_still_the_same_transaction():
    story = csms().when("StartTransaction", start()).when("StopTransaction", stop(1))
    story.when("StartTransaction", start()).then().answered(ACCEPTED)


def test_two_spellings_of_a_tag_repeat_one_start():
    story = csms().when("StartTransaction", start())
    story.when("StartTransaction", start(idTag="abc")).then().answered(ACCEPTED)


@pytest.mark.parametrize(
    "other",
    [{"connectorId": 2}, {"idTag": "DEF"}, {"meterStart": 1001}, {"timestamp": moment(1)}],
)
def test_whatever_differs_makes_it_another_start(other: dict[str, Any]):
    story = csms().when("StartTransaction", start()).when("StartTransaction", start(**other))
    assert story.answer["transactionId"] == 2


def test_the_same_start_at_another_station_is_another():
    story = csms().when("StartTransaction", start())
    story.when("StartTransaction", start(), station="CP2")
    assert story.answer["transactionId"] == 2


def test_a_new_start_closes_who_was_forgotten_on_the_connector():
    story = csms().when("StartTransaction", start())
    story.when("MeterValues", values(5, 2500, transactionId=1))
    story.when("StartTransaction", start(10)).then(
        (Numbering.Given, {"number": 2}),
        (Transaction.Started, {"number": 2}),
        (Transaction.Judged, {"standing": "Accepted"}),
        (
            Transaction.Closed,
            {"reason": "superseded", "by": "transaction 2", "meter_wh": 2500, "energy_wh": 1500},
        ),
        (Connector.Freed, {"transaction": 1}),
        (Connector.Taken, {"transaction": 2}),
    )


def test_a_forgotten_transaction_without_readings_is_closed_without_energy():
    story = csms().when("StartTransaction", start()).when("StartTransaction", start(10))
    closed = [fact for fact in story.told if isinstance(fact, Transaction.Closed)]
    assert [(fact.meter_wh, fact.energy_wh) for fact in closed] == [(None, None)]


def test_an_old_start_delivered_late_leaves_the_running_transaction_alone():
    story = csms().when("StartTransaction", start(0))
    story.when("StartTransaction", start(-60)).then(
        (Numbering.Given, {"number": 2}),
        (Transaction.Started, {"number": 2}),
        (Transaction.Judged, {"standing": "Accepted"}),
        (Connector.Taken, {"transaction": 2, "current": False}),
    )
    story.when("StopTransaction", stop(2, -30)).then(
        (Transaction.Stopped, {}), (Connector.Freed, {"transaction": 2})
    )
    story.when("StopTransaction", stop(1, 30)).then(
        (Transaction.Stopped, {}), (Connector.Freed, {"transaction": 1})
    )


def test_a_clock_that_ran_ahead_does_not_keep_the_connector_for_ever():
    story = csms().when("StartTransaction", start(timestamp="2040-01-01T00:00:00Z"))
    story.when("StartTransaction", start(1), after=timedelta(minutes=2))
    assert Transaction.Closed in {type(fact) for fact in story.told}


def test_a_refused_start_does_not_close_a_running_transaction():
    story = csms().when("StartTransaction", start())
    story.when("StartTransaction", start(10, idTag="NOBODY")).then(
        (Numbering.Given, {}),
        (Transaction.Started, {"number": 2}),
        (Transaction.Judged, {"standing": "Invalid"}),
        (Connector.Taken, {"transaction": 2, "current": False}),
    )


def test_what_nobody_stopped_is_closed_by_the_next_start():
    story = csms().when("StartTransaction", start())
    story.when("StartTransaction", start(10, idTag="NOBODY"))
    story.when("StartTransaction", start(20))
    assert [type(fact) for fact in story.told].count(Transaction.Closed) == 2


def test_a_refused_start_takes_a_free_connector_for_its_stop_will_come():
    story = Csms().when("StartTransaction", start())
    story.when("StopTransaction", stop(1, reason="DeAuthorized")).then(
        (Transaction.Stopped, {"reason": "DeAuthorized"}), (Connector.Freed, {"transaction": 1})
    )


def test_concurrent_use_is_refused_only_where_an_operator_set_a_limit():
    story = csms().when("StartTransaction", start())
    story.when("StartTransaction", start(connectorId=2))
    assert story.answer["idTagInfo"]["status"] == "Accepted"
    limited = csms(concurrent_limit=1).when("StartTransaction", start())
    assert Token.Used in {type(fact) for fact in limited.told}
    limited.when("StartTransaction", start(connectorId=2))
    assert limited.answer["idTagInfo"]["status"] == "ConcurrentTx"
    assert limited.answer["transactionId"] == 2


def test_a_forgotten_transaction_does_not_count_against_the_limit():
    story = csms(concurrent_limit=1).when("StartTransaction", start())
    story.when("StartTransaction", start(10)).answered(
        {"idTagInfo": {"status": "Accepted"}, "transactionId": 2}
    )
    assert {Token.Released, Token.Used} < {type(fact) for fact in story.told}


def test_the_limit_is_given_back_at_the_stop():
    story = csms(concurrent_limit=1).when("StartTransaction", start())
    story.when("StopTransaction", stop(1))
    story.when("StartTransaction", start(40), after=ENDED)
    assert story.answer["idTagInfo"]["status"] == "Accepted"


@pytest.mark.parametrize("number", [0, -1])
def test_no_connector_is_taken_where_none_can_be(number: int):
    story = csms().when("StartTransaction", start(connectorId=number))
    story.deviating("connectorId is not positive").answered(ACCEPTED)
    story.when("StartTransaction", start(10, connectorId=number)).then(
        (Numbering.Given, {}), (Transaction.Started, {}), (Transaction.Judged, {})
    )
    story.when("StopTransaction", stop(1)).then((Transaction.Stopped, {"energy_wh": 3000}))


@pytest.mark.parametrize("when", ["2000-01-01T00:00:00Z", "2035-01-01T00:00:00Z", moment(-9999)])
def test_any_timestamp_is_accepted(when: str):
    csms().when("StartTransaction", start(timestamp=when)).answered(ACCEPTED)


def test_an_unreadable_timestamp_is_the_time_of_receipt():
    story = csms().when("StartTransaction", start(timestamp="2022-02-29T00:00:00Z"))
    started = [fact for fact in story.told if isinstance(fact, Transaction.Started)]
    assert started[0].started_at == story.now


def test_without_a_time_the_open_transaction_with_the_same_token_and_meter_is_meant():
    story = csms().when("StartTransaction", start(timestamp=None))
    story.when("StartTransaction", start(timestamp=None)).then().answered(ACCEPTED)
    story.when("StartTransaction", start(timestamp=None, meterStart=2000))
    assert story.answer["transactionId"] == 2


@pytest.mark.parametrize("payload", [b"null", b"[]", b'"x"', b"{}", b'{"connectorId":{}}'])
def test_a_start_is_never_refused_for_its_content(payload: bytes):
    Csms().when("StartTransaction", payload).answered(
        {"idTagInfo": {"status": "Invalid"}, "transactionId": 1}
    )


def test_an_offline_transaction_is_accepted_back_to_back():
    story = csms().when("StartTransaction", start(-120)).answered(ACCEPTED)
    data = {"transactionData": [meter_value(-100, 1500)], "reason": "Local"}
    story.when("StopTransaction", stop(1, -60, **data)).answered({})


def test_a_batch_loads_all_a_new_start_needs_with_one_query():
    story = csms().when("StartTransaction", start())
    assert len(story.log.queries) == 1


def test_a_batch_loads_a_repeat_with_two_queries():
    story = csms().when("StartTransaction", start()).restart()
    story.log.queries.clear()
    story.when("StartTransaction", start()).then()
    assert [len(streams) for streams in story.log.queries] == [3, 1]

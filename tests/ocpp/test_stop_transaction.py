"""StopTransaction: section 4.10, rules T; OCTT 005_1, 012, 018_1, 032_1, 037_3, 039, 053."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from domain.model.connector import Connector
from domain.model.meter import Meter
from domain.model.quarantine import Quarantine
from domain.model.transaction import Transaction
from domain.ocpp.v16.core.stop_transaction import Reason
from tests.ocpp.harness import NOON, Csms, meter_value, moment, start, stop, token

LATER = NOON + timedelta(minutes=30)
FREED = (Connector.Freed, {"transaction": 1})


def charging() -> Csms:
    return Csms().given(token()).when("StartTransaction", start())


def test_a_stop_yields_the_energy_and_frees_the_connector():
    charging().when("StopTransaction", stop(1)).then(
        (
            Transaction.Stopped,
            {
                "meter_stop_wh": 4000,
                "energy_wh": 3000,
                "stopped_at": LATER,
                "reason": "Local",
                "id_tag": "",
                "standing": "",
            },
        ),
        FREED,
    ).answered({})


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_is_recorded(reason: str):
    charging().when("StopTransaction", stop(1, reason=reason)).then(
        (Transaction.Stopped, {"reason": reason}), FREED
    )


def test_an_unknown_reason_is_kept_as_sent():
    charging().when("StopTransaction", stop(1, reason="Boredom")).then(
        (Transaction.Stopped, {"reason": "Boredom"}), FREED
    ).deviating("reason has the unknown value 'Boredom'")


def test_who_shows_a_token_learns_what_is_thought_of_it():
    charging().when("StopTransaction", stop(1, idTag="ABC")).answered(
        {"idTagInfo": {"status": "Accepted"}}
    )


def test_another_token_of_the_group_may_stop():
    friend = token("DEF", parent="FAMILY")
    charging().given(friend).when("StopTransaction", stop(1, idTag="DEF")).then(
        (Transaction.Stopped, {"id_tag": "DEF", "standing": "Accepted", "parent": "FAMILY"}), FREED
    ).answered({"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}})


def test_an_invalid_token_does_not_prevent_the_stop():
    charging().when("StopTransaction", stop(1, idTag="NOBODY")).then(
        (Transaction.Stopped, {"standing": "Invalid"}), FREED
    ).answered({"idTagInfo": {"status": "Invalid"}})


@pytest.mark.parametrize("restarted", [False, True])
def test_a_repeat_is_answered_to_the_byte_and_changes_nothing(*, restarted: bool):
    request = stop(1, idTag="ABC", transactionData=[meter_value(10), meter_value(20, 3000)])
    abc = token()
    story = Csms().given(abc).when("StartTransaction", start())
    first = story.when("StopTransaction", request).raw_answer
    abc.withdraw(by="olga", at=NOON)
    story.given(abc)
    if restarted:
        story.restart()
    story.when("StopTransaction", request, after=timedelta(hours=5)).then()
    assert story.raw_answer == first


def test_a_repeat_without_a_time_is_a_repeat_too():
    story = charging().when("StopTransaction", stop(1, timestamp=None))
    story.when("StopTransaction", stop(1, timestamp=None)).then().answered({})


def test_the_first_stop_stands_another_one_is_for_a_person():
    story = charging().when("StopTransaction", stop(1))
    other = stop(1, 40, meterStop=9000, idTag="NOBODY")
    story.when("StopTransaction", other).then(
        (
            Quarantine.Kept,
            {
                "station": "CP1",
                "reason": "a second stop with other values",
                "action": "StopTransaction",
                "subject": "stop of transaction 1 at 2026-05-01T12:40:00.000Z",
                "detail": "9000 Wh, reason Local",
                "kind": "second-stop",
                "transaction": 1,
                "id_tag": "NOBODY",
                "meter_wh": 9000,
                "happened_at": NOON + timedelta(minutes=40),
            },
        )
    ).answered({"idTagInfo": {"status": "Invalid"}})
    story.when("StopTransaction", other).then()


@pytest.mark.parametrize("number", [2, 0, -1, -16, 2**53 - 1, 10**30])
def test_a_stop_of_nothing_is_acknowledged_and_put_aside_once(number: int):
    request = b'{"transactionId":%d,"meterStop":1,"timestamp":"%b"}'
    raw = request % (number, moment(0).encode())
    story = charging().when("StopTransaction", raw).answered({})
    story.then((Quarantine.Kept, {"reason": "a stop of an unknown transaction"}))
    story.when("StopTransaction", raw).then().answered({})


def test_a_stop_of_nothing_with_a_token_is_answered_as_if_valid():
    charging().when("StopTransaction", stop(-1, idTag="ABC")).answered(
        {"idTagInfo": {"status": "Accepted"}}
    )


def test_only_the_station_that_owns_a_transaction_can_stop_it():
    story = charging().when("StopTransaction", stop(1), station="CP2").answered({})
    story.then(
        (
            Quarantine.Kept,
            {"station": "CP2", "reason": "a stop of another station's transaction"},
        )
    )
    story.when("StopTransaction", stop(1)).then((Transaction.Stopped, {}), FREED)


def test_a_meter_that_went_backwards_is_for_a_person():
    story = (
        charging()
        .when("StopTransaction", stop(1, meterStop=10))
        .then(
            (Transaction.Stopped, {"energy_wh": None}),
            (Quarantine.Kept, {"reason": "the meter went backwards"}),
            FREED,
        )
    )
    story.when("StopTransaction", stop(1, meterStop=10)).then().answered({})


def test_the_late_stop_of_a_superseded_transaction_counts_and_frees_nobody_else():
    story = charging().when("StartTransaction", start(10))
    story.when("StopTransaction", stop(1)).then((Transaction.Stopped, {"energy_wh": 3000}))


def test_transaction_data_become_readings():
    first = {
        "timestamp": moment(0),
        "sampledValue": [{"value": "1000", "context": "Transaction.Begin"}],
    }
    story = charging().when(
        "StopTransaction", stop(1, transactionData=[first, meter_value(30, 4000)])
    )
    story.then(
        (
            Meter.Read,
            {
                "samples": '[{"value":"1000","context":"Transaction.Begin"}]',
                "register_wh": 1000,
                "source": "StopTransaction",
                "transaction": 1,
                "connector": 1,
            },
        ),
        (Meter.Read, {"register_wh": 4000, "sampled_at": LATER}),
        (Transaction.Stopped, {}),
        FREED,
    )


@pytest.mark.parametrize("data", [None, [], {}, "x", [1], [{}], [{"sampledValue": [{}]}]])
def test_strange_transaction_data_do_not_prevent_the_stop(data: Any):
    story = charging().when("StopTransaction", stop(1, transactionData=data))
    story.then((Transaction.Stopped, {}), FREED)


@pytest.mark.parametrize("payload", [b"null", b"[]", b"{}", b'{"transactionId":"x"}'])
def test_a_stop_is_never_refused_for_its_content(payload: bytes):
    Csms().when("StopTransaction", payload).answered({})


def test_a_batch_loads_all_a_stop_needs_with_one_query_but_the_connector_and_the_starter():
    story = charging().restart()
    story.log.queries.clear()
    story.when("StopTransaction", stop(1, idTag="ABC"))
    assert story.log.queries == [["token:abc", "transaction:1"], ["connector:CP1:1"]]

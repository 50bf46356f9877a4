"""What we send: checked before it is wished, written as the specification has it."""

from datetime import UTC, datetime

import orjson
import pytest

from domain.model.values import Standing, Verdict
from domain.ocpp import reading
from domain.ocpp.errors import Violation
from domain.ocpp.v16.core.data_transfer import DataTransfer
from domain.ocpp.v16.core.start_transaction import StartTransaction
from domain.ocpp.v16.core.unlock_connector import UnlockConnector
from domain.ocpp.v16.types import id_tag_info
from tests.ocpp.harness import ACTIONS


@pytest.mark.parametrize(
    ("payload", "code", "description"),
    [
        (b'{"connectorId":"1"}', Violation.TYPE, "connectorId sent as string"),
        (b'{"connectorId":1.0}', Violation.TYPE, "connectorId sent as a fraction"),
        (b'{"connectorId":null}', Violation.TYPE, "connectorId sent as null"),
        (b"{}", Violation.OCCURENCE, "connectorId is missing"),
        (b'{"connectorId":1,"x":2}', Violation.FORMATION, "unknown field x"),
        (b"[]", Violation.FORMATION, "payload sent as list"),
        (b"{", Violation.FORMATION, "payload is unreadable"),
    ],
)
def test_what_we_send_must_be_as_specified(payload: bytes, code: str, description: str):
    with pytest.raises(Violation, match=description) as caught:
        reading.check(UnlockConnector.Request, payload)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("path", "value", "description"),
    [
        ("limit", 6.12, "chargingSchedulePeriod: limit has more than one decimal"),
        ("limit", None, "chargingSchedulePeriod.limit sent as null"),
        ("startPeriod", "0", "chargingSchedulePeriod.startPeriod sent as string"),
    ],
)
def test_a_refusal_names_the_member(path: str, value: object, description: str):
    period: dict[str, object] = {"startPeriod": 0, "limit": 6.1}
    action = ACTIONS.outgoing["RemoteStartTransaction"]
    reading.check(action.Request, orjson.dumps(remote_start(period)))
    with pytest.raises(Violation, match=f"chargingProfile.chargingSchedule.{description}"):
        reading.check(action.Request, orjson.dumps(remote_start(period | {path: value})))


def remote_start(period: dict[str, object]) -> dict[str, object]:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
    }
    return {"idTag": "ABC", "chargingProfile": profile}


def test_records_are_written_in_the_order_of_the_specification_without_what_is_none():
    until = datetime(2027, 1, 1, 1, 2, 3, 456_789, tzinfo=UTC)
    info = id_tag_info(Verdict(Standing.ACCEPTED, until))
    written = reading.write(StartTransaction.Response(idTagInfo=info, transactionId=7))
    expected = (
        b'{"idTagInfo":{"expiryDate":"2027-01-01T01:02:03.456Z","status":"Accepted"},'
        b'"transactionId":7}'
    )
    assert written == expected
    assert reading.write(DataTransfer.Response(status="Rejected")) == b'{"status":"Rejected"}'

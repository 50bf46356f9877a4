"""What ExtendedTriggerMessage asked for is linked to it, as of TriggerMessage."""

import pytest

from domain.model.station import Station
from tests.domain.enrolling import EnrolHouse, new_csr
from tests.domain.house import heartbeat

STATUS = {"connectorId": 2, "errorCode": "NoError", "status": "Available"}


@pytest.fixture
def house():
    return EnrolHouse()


def trigger(house, message, status="Accepted", **more):
    house.call("ExtendedTriggerMessage", {"requestedMessage": message, **more}, "t1")
    house.answer("t1", status)


def linked(house):
    found = [fact for fact in house.told() if isinstance(fact, Station.Triggered)]
    return [(fact.call, fact.action, fact.connector) for fact in found]


@pytest.mark.parametrize(
    ("message", "action", "payload"),
    [
        ("SignChargePointCertificate", "SignCertificate", {"csr": new_csr()}),
        ("LogStatusNotification", "LogStatusNotification", {"status": "Idle"}),
        ("FirmwareStatusNotification", "SignedFirmwareStatusNotification", {"status": "Idle"}),
        ("Heartbeat", "Heartbeat", {}),
    ],
)
def test_the_message_is_linked_to_its_trigger_once(house, message, action, payload):
    trigger(house, message)
    for id in ("m1", "m2"):
        house.ask([2, id, action, payload])
    assert linked(house) == [("t1", action, None)]


def test_a_connector_is_minded(house):
    trigger(house, "StatusNotification", connectorId=1)
    house.ask([2, "m1", "StatusNotification", STATUS])
    house.ask([2, "m2", "StatusNotification", STATUS | {"connectorId": 1}])
    assert linked(house) == [("t1", "StatusNotification", 1)]


@pytest.mark.parametrize("status", ["Rejected", "NotImplemented"])
def test_nothing_is_waited_for_when_the_station_says_no(house, status):
    trigger(house, "Heartbeat", status)
    house.ask(heartbeat())
    assert linked(house) == []

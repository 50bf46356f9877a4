"""A message that a station sends because of a TriggerMessage is linked to it (5.17)."""

from datetime import timedelta

import orjson
import pytest

from domain import wire
from domain.model.station import Station
from tests.domain.house import House, heartbeat, reset


def trigger(house, message, connector=None, status="Accepted"):
    payload = {"requestedMessage": message}
    if connector is not None:
        payload["connectorId"] = connector
    text = orjson.dumps(payload).decode()
    wish = reset(house, action="TriggerMessage", payload=text, expires_at=house.now)
    sent = wire.Sent(station="CP1", connection=5, call="call-1", at=house.now)
    house.process(house.wish(wish), sent)
    if status:
        house.process(house.received([3, "call-1", {"status": status}]))


def settled(**profile):
    house = House()
    house.settle(**profile)
    return house


def status(connector=1, id="n1"):
    payload = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
    return [2, id, "StatusNotification", payload]


def meter(context="Trigger"):
    sample = {"value": "10", "context": context}
    value = {"timestamp": "2026-05-01T12:00:00Z", "sampledValue": [sample]}
    return [2, "v1", "MeterValues", {"connectorId": 1, "meterValue": [value]}]


def linked(house):
    return [
        (fact.call, fact.message_id, fact.action, fact.connector)
        for fact in house.told()
        if isinstance(fact, Station.Triggered)
    ]


@pytest.mark.parametrize(
    ("message", "frame", "connector"),
    [
        ("Heartbeat", heartbeat("h1"), None),
        ("StatusNotification", status(id="h1"), 1),
        ("MeterValues", [2, "h1", *meter()[2:]], 1),
        ("MeterValues", [2, "h1", *meter("Sample.Clock")[2:]], 1),
    ],
)
def test_the_message_is_linked_to_its_trigger(message, frame, connector):
    house = settled()
    trigger(house, message)
    assert house.ask(frame)[0] == 3
    assert linked(house) == [("call-1", "h1", message, connector)]


def test_all_connectors_of_one_trigger_are_linked_each_once():
    house = settled()
    trigger(house, "StatusNotification")
    for number, connector in enumerate((0, 1, 1)):
        house.ask(status(connector, f"n{number}"))
    assert [link[1] for link in linked(house)] == ["n0", "n1"]


def test_a_trigger_whose_time_is_over_is_forgotten_once():
    house = settled()
    trigger(house, "StatusNotification")
    house.ask(status(1))
    house.now += timedelta(seconds=61)
    for number in range(2):
        house.ask(heartbeat(f"h{number}"))
    assert house.topics().count("station.triggers_lapsed") == 1
    assert len(linked(house)) == 1


def test_a_message_before_the_answer_is_not_linked():
    house = settled()
    trigger(house, "Heartbeat", status="")
    house.ask(heartbeat())
    house.process(house.received([3, "call-1", {"status": "Accepted"}]))
    assert linked(house) == []


def test_a_late_answer_counts():
    house = settled()
    trigger(house, "Heartbeat", status="")
    house.process(
        wire.TimedOut(station="CP1", connection=5, call="call-1", reason="silence", at=house.now)
    )
    house.process(house.received([3, "call-1", {"status": "Accepted"}]))
    house.ask(heartbeat())
    assert len(linked(house)) == 1


@pytest.mark.parametrize("status", ["Rejected", "NotImplemented"])
def test_what_was_not_accepted_is_not_waited_for(status):
    house = settled()
    trigger(house, "Heartbeat", status=status)
    house.ask(heartbeat())
    assert linked(house) == []


def test_after_a_minute_a_message_comes_of_itself():
    house = settled()
    trigger(house, "Heartbeat")
    house.now += timedelta(seconds=60)
    house.ask(heartbeat())
    assert linked(house) == []


def test_a_pending_station_is_heard_when_it_was_asked_and_not_else():
    house = settled(registration="Pending")
    trigger(house, "StatusNotification", 1)
    assert house.ask(status(id="n1"))[0] == 3
    assert house.ask(status(id="n2"))[:3] == [4, "n2", "SecurityError"]


def test_a_pending_station_may_be_asked_to_boot():
    house = settled(registration="Pending")
    trigger(house, "BootNotification")
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}
    assert house.ask([2, "b1", "BootNotification", boot])[2]["status"] == "Pending"
    assert linked(house) == [("call-1", "b1", "BootNotification", None)]


def test_a_rejected_station_is_not_heard_though_it_was_asked():
    house = settled(registration="Rejected")
    trigger(house, "StatusNotification", 1)
    assert house.ask(status())[:3] == [4, "n1", "SecurityError"]
    assert linked(house) == []


def test_a_restart_does_not_forget_a_trigger():
    house = settled()
    trigger(house, "Heartbeat")
    house.restart()
    house.ask(heartbeat())
    assert len(linked(house)) == 1

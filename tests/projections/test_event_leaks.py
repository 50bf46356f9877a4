"""Public events name no tag, however a station packs it into what it measures."""

import pytest

from projections.events.reader import EventReader
from projections.events.view import pseudonymous
from tests.domain.evidence.meters import Meter
from tests.domain.house import House, start

TAG = "1F2D3A4F5506C7"  # what the meter of the tests signs
SIGNED = Meter().ocmf()


@pytest.mark.parametrize("format", ["SignedData", "signedData", "Raw", None])
@pytest.mark.parametrize("value", [SIGNED, SIGNED.encode().hex()], ids=["plain", "hex"])
def test_a_signed_value_is_counted_and_not_told_whatever_it_is_called(value, format):
    house = House()
    house.settle()
    number = house.ask(start(tag=TAG))[2]["transactionId"]
    signed = {"value": value} | ({"format": format} if format else {})
    samples = [signed, {"value": "200.5"}, {"value": " -3E2 "}]
    taken = {"timestamp": "2026-05-01T12:00:00Z", "sampledValue": samples}
    frame = {"connectorId": 1, "transactionId": number, "meterValue": [taken]}

    house.ask([2, "m", "MeterValues", frame])

    told = EventReader(pseudonymous(house.log)).after(0).events
    bodies = b"".join(event.body for event in told)
    assert TAG.encode() not in bodies
    assert TAG.encode().hex().encode() not in bodies
    assert b"OCMF" not in bodies
    (reading,) = (event.body for event in told if event.type == "ampledger.meter.read.v1")
    assert b'"samples":[{"value":"200.5"},{"value":" -3E2 "}],"signed":1' in reading

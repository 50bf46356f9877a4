"""DataTransfer (4.3; OCTT 064) and Heartbeat (4.6)."""

import pytest

from domain.ocpp.errors import Violation
from tests.ocpp.harness import ACTIONS, Csms


def test_a_vendor_nobody_knows_is_told_so():
    request = {"vendorId": "acme", "messageId": "x", "data": "y"}
    Csms().when("DataTransfer", request).then().answered({"status": "UnknownVendorId"})


def test_data_of_another_type_is_no_reason_to_fail():
    Csms().when("DataTransfer", {"vendorId": "acme", "data": {"a": 1}}).deviating(
        "data sent as object"
    )


def test_a_vendor_is_required():
    with pytest.raises(Violation, match="vendorId is missing"):
        Csms().when("DataTransfer", {})


def test_data_transfer_goes_both_ways():
    assert "DataTransfer" in ACTIONS.incoming
    assert "DataTransfer" in ACTIONS.outgoing


def test_a_heartbeat_tells_the_time_of_the_decision_and_is_no_fact():
    csms = Csms().when("Heartbeat", {}).then()
    csms.answered({"currentTime": "2026-05-01T12:00:01.005Z"})
    assert csms.log.queries == []

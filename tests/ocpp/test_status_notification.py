"""StatusNotification: section 4.9, rules S; OCTT 001, 004_2, 024."""

from itertools import product
from typing import Any, get_args

import pytest

from domain.model.connector import Connector
from domain.model.local_list import LocalList
from domain.ocpp.v16.core.status_notification import ErrorCode, Status
from tests.ocpp.harness import NOON, Csms, moment

TRANSITIONS = list(product(get_args(Status), repeat=2))


def status(name: str = "Available", **members: Any) -> dict[str, Any]:
    return {"connectorId": 1, "errorCode": "NoError", "status": name} | members


def test_a_connector_appears_with_its_first_status():
    Csms().when("StatusNotification", status()).then(
        (Connector.Appeared, {"station": "CP1", "number": 1}),
        (Connector.StatusReported, {"status": "Available", "current": True}),
    ).answered({})


def test_connector_0_is_the_station_itself():
    Csms().when("StatusNotification", status(connectorId=0)).then(
        (Connector.Appeared, {"number": 0}), (Connector.StatusReported, {"status": "Available"})
    )


@pytest.mark.parametrize(("before", "after"), [(a, b) for a, b in TRANSITIONS if a != b])
def test_any_transition_is_stored_without_veto(before: str, after: str):
    csms = Csms().when("StatusNotification", status(before))
    csms.when("StatusNotification", status(after)).then((Connector.StatusReported, {}))


@pytest.mark.parametrize("code", sorted({*get_args(ErrorCode)} - {"LocalListConflict"}))
def test_an_error_without_a_fault_is_a_warning(code: str):
    Csms().when("StatusNotification", status("Charging", errorCode=code)).then(
        (Connector.Appeared, {}), (Connector.StatusReported, {"error_code": code})
    )


def test_a_conflict_with_the_local_list_is_noted_there_too():
    csms = Csms().when("StatusNotification", status("Available", errorCode="LocalListConflict"))
    csms.then(
        (Connector.Appeared, {}),
        (Connector.StatusReported, {"error_code": "LocalListConflict"}),
        (LocalList.Begun, {"station": "CP1"}),
        (LocalList.Conflicted, {"connector": 1}),
    )


def test_a_repeat_changes_nothing():
    Csms().when("StatusNotification", status()).when("StatusNotification", status()).then()


def test_what_the_vendor_adds_is_kept():
    extra = {"info": "door", "vendorId": "acme", "vendorErrorCode": "E7"}
    Csms().when("StatusNotification", status("Faulted", **extra)).then(
        (Connector.Appeared, {}),
        (
            Connector.StatusReported,
            {"info": "door", "vendor_id": "acme", "vendor_error_code": "E7"},
        ),
    )


def test_an_unknown_status_is_kept_as_sent():
    csms = Csms().when("StatusNotification", status("Occupied"))
    csms.then((Connector.Appeared, {}), (Connector.StatusReported, {"status": "Occupied"}))
    csms.deviating("status has the unknown value 'Occupied'")


def test_a_status_of_the_past_does_not_become_the_current_one():
    csms = Csms().when("StatusNotification", status("Charging", timestamp=moment(0)))
    csms.when("StatusNotification", status("Faulted", timestamp=moment(-60))).then(
        (Connector.StatusReported, {"status": "Faulted", "current": False})
    )


@pytest.mark.parametrize("strange", ["1970-01-01T00:00:05Z", "2022-02-29T00:00:00Z", "soon"])
def test_a_clock_that_cannot_be_right_counts_as_none(strange: str):
    csms = Csms().when("StatusNotification", status(timestamp=moment(0)))
    csms.when("StatusNotification", status("Faulted", timestamp=strange)).then(
        (Connector.StatusReported, {"current": True, "reported_at": csms.now})
    )


def test_a_clock_that_ran_ahead_does_not_freeze_the_connector():
    csms = Csms().when("StatusNotification", status(timestamp="2040-01-01T00:00:00Z"))
    csms.when("StatusNotification", status("Faulted", timestamp=moment(1))).then(
        (Connector.StatusReported, {"status": "Faulted", "current": True})
    )


def test_the_time_of_the_station_is_kept():
    Csms().when("StatusNotification", status(timestamp="2026-05-01T14:00:00+02:00")).then(
        (Connector.Appeared, {}), (Connector.StatusReported, {"reported_at": NOON})
    )


def test_a_batch_loads_the_connector_with_one_query():
    csms = Csms().when("StatusNotification", status())
    assert csms.log.queries == [["connector:CP1:1"]]

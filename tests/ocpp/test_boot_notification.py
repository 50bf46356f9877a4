"""BootNotification: section 4.2, rules B; OCTT 001, 013, 014, 032_1."""

import pytest

from domain.model.station import Station
from domain.model.values import Registration
from domain.ocpp.errors import Violation
from tests.ocpp.harness import Csms, start, station, stop, token

BOOT = {"chargePointVendor": "ACME", "chargePointModel": "One"}
TIME = "2026-05-01T12:00:01.005Z"  # when it was decided, not when it came


def test_an_accepted_station_learns_the_time_and_its_heartbeat_interval():
    Csms().given(station(heartbeat_interval=60)).when("BootNotification", BOOT).then(
        (Station.Booted, {"status": "Accepted", "vendor": "ACME", "model": "One", "iccid": ""})
    ).answered({"currentTime": TIME, "interval": 60, "status": "Accepted"})


@pytest.mark.parametrize("registration", [Registration.PENDING, Registration.REJECTED])
def test_one_that_is_not_accepted_learns_when_to_ask_again(registration: Registration):
    one = station(registration=registration, boot_retry_interval=90)
    Csms().given(one).when("BootNotification", BOOT).answered(
        {"currentTime": TIME, "interval": 90, "status": registration.value}
    )


def test_all_it_tells_of_itself_is_recorded():
    told = {
        "chargePointSerialNumber": "S1",
        "chargeBoxSerialNumber": "S2",
        "firmwareVersion": "1.2",
        "iccid": "I",
        "imsi": "M",
        "meterType": "T",
        "meterSerialNumber": "S3",
    }
    recorded = {
        "charge_point_serial_number": "S1",
        "charge_box_serial_number": "S2",
        "firmware_version": "1.2",
        "iccid": "I",
        "imsi": "M",
        "meter_type": "T",
        "meter_serial_number": "S3",
    }
    Csms().given(station()).when("BootNotification", BOOT | told).then((Station.Booted, recorded))


def test_every_boot_is_recorded_again():
    csms = Csms().given(station()).when("BootNotification", BOOT)
    csms.when("BootNotification", BOOT).then((Station.Booted, {}))


def test_an_open_transaction_survives_the_boot_and_takes_its_late_stop():
    csms = Csms().given(station(), token()).when("StartTransaction", start())
    csms.when("BootNotification", BOOT).then((Station.Booted, {}))
    csms.when("StopTransaction", stop(1, reason="PowerLoss")).answered({})
    assert {type(fact).__name__ for fact in csms.told} == {"Stopped", "Freed"}


def test_a_station_that_nobody_registered_is_no_station():
    with pytest.raises(Violation) as caught:
        Csms().when("BootNotification", BOOT)
    assert caught.value.code == Violation.SECURITY


def test_vendor_and_model_are_required():
    with pytest.raises(Violation, match="chargePointModel is missing") as caught:
        Csms().given(station()).when("BootNotification", {"chargePointVendor": "ACME"})
    assert caught.value.code == Violation.OCCURENCE

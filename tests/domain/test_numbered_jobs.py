"""Signed updates and logs follow the turns of their calls; statuses find the request they name."""

from uuid import uuid4

import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.call import Call
from domain.model.maintenance import Maintenance
from tests.domain.house import House
from tests.domain.test_maintenance import told

FIRMWARE = {
    "location": "https://user:hunter2@files.example/new.bin",
    "retrieveDateTime": "2026-05-01T12:00:00.000Z",
    "signingCertificate": "-----BEGIN CERTIFICATE-----",
    "signature": "bm8=",
}
PLACE = {"remoteLocation": "https://files.example/in/"}


@pytest.fixture
def house():
    house = House()
    house.settle()
    return house


def request(house, call="call-1", *, number=7, **values):
    payload = {"requestId": number, "firmware": FIRMWARE}
    return _send(house, call, "SignedUpdateFirmware", payload, **values)


def get_log(house, call="call-1", *, number=7):
    payload = {"log": PLACE, "logType": "SecurityLog", "requestId": number}
    return _send(house, call, "GetLog", payload)


def _send(house, call, action, payload, **values):
    wish = op.RequestCall(
        station="CP1",
        call=call,
        action=action,
        payload=orjson.dumps(payload).decode(),
        expires_at=house.now,
        **values,
    )
    sent = wire.Sent(station="CP1", connection=5, call=call, at=house.now)
    house.process(house.wish(wish), sent)


def answer(house, call="call-1", **payload):
    house.process(house.received([3, call, payload]))


def status(house, name, **payload):
    assert house.ask([2, uuid4().hex, name, payload])[2] == {}


def test_a_signed_update_is_a_job_with_its_number_and_what_was_found_out_before(house):
    request(house, campaign="c-1", remark="the signature was verified")
    (fact,) = told(house, Maintenance.JobRequested)
    assert (fact.job, fact.kind, fact.number) == ("call-1", "signed_firmware", 7)
    assert (fact.campaign, fact.remark) == ("c-1", "the signature was verified")
    assert fact.location == FIRMWARE["location"]  # masked by whoever wished for it


@pytest.mark.parametrize("taken", ["Accepted", "AcceptedCanceled"])
def test_an_update_that_is_taken_goes_its_way_with_the_boot_anywhere(house, taken):
    request(house)
    answer(house, status=taken)
    for each in ("Downloading", "Downloaded", "SignatureVerified", "InstallRebooting"):
        status(house, "SignedFirmwareStatusNotification", status=each, requestId=7)
    house.restart()
    status(house, "SignedFirmwareStatusNotification", status="Installed", requestId=7)
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.4"}
    house.ask([2, "b", "BootNotification", boot])
    assert [fact.state for fact in told(house, Maintenance.JobAnswered)] == ["answered"]
    assert told(house, Maintenance.StatusReported)[-1].state == "installed"
    (seen,) = told(house, Maintenance.BootSeen)
    assert (seen.job, seen.state, seen.firmware_version) == ("call-1", "installed", "1.4")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Rejected", "rejected"),
        ("InvalidCertificate", "invalid_certificate"),
        ("RevokedCertificate", "revoked_certificate"),
        ("Perhaps", "rejected"),
    ],
)
def test_an_update_that_is_not_taken_is_over_and_says_why(house, said, reason):
    request(house)
    answer(house, status=said)
    (failed,) = told(house, Maintenance.JobFailed)
    assert (failed.job, failed.reason, failed.state) == ("call-1", reason, "failed")


def test_a_second_request_cancels_the_first(house):
    get_log(house)
    answer(house, status="Accepted", filename="a.txt")
    get_log(house, "call-2", number=8)
    answer(house, "call-2", status="AcceptedCanceled", filename="b.txt")
    (superseded,) = told(house, Maintenance.JobSuperseded)
    assert (superseded.job, superseded.by_job) == ("call-1", "call-2")
    status(house, "LogStatusNotification", status="Uploading", requestId=8)
    status(house, "LogStatusNotification", status="Uploaded", requestId=7)
    heard = [(fact.job, fact.state) for fact in told(house, Maintenance.StatusReported)]
    assert heard == [("call-2", "uploading"), ("call-1", "uploaded")]


def test_a_second_request_that_is_rejected_leaves_the_first_at_work(house):
    request(house)
    answer(house, status="Accepted")
    request(house, "call-2", number=8)
    answer(house, "call-2", status="Rejected")
    status(house, "SignedFirmwareStatusNotification", status="Downloading", requestId=7)
    (resumed,) = told(house, Maintenance.JobResumed)
    assert (resumed.job, resumed.state) == ("call-1", "answered")
    assert told(house, Maintenance.StatusReported)[-1].job == "call-1"


def test_a_log_tells_its_file(house):
    get_log(house)
    answer(house, status="Accepted", filename="security.log")
    (answered,) = told(house, Maintenance.JobAnswered)
    assert (answered.kind, answered.file_name) == ("log", "security.log")


def test_a_log_that_there_is_none_of_is_over(house):
    get_log(house)
    answer(house, status="Accepted")
    assert [fact.state for fact in told(house, Maintenance.JobAnswered)] == ["nothing_to_upload"]


@pytest.mark.parametrize(
    ("payload", "deviation"),
    [
        ({"status": "UploadFailed", "requestId": 7}, "unknown value 'UploadFailed'"),
        ({"status": "UploadFailure"}, "requestId is missing"),
    ],
)
def test_what_leaves_the_specification_counts_and_is_on_record(house, payload, deviation):
    get_log(house)
    answer(house, status="Accepted", filename="a")
    status(house, "LogStatusNotification", **payload)
    assert told(house, Maintenance.StatusReported)[-1].state == "upload_failed"
    (newest,) = house.log.frames(station="CP1", newest_first=True, limit=1)
    assert deviation in newest.entry.deviations


def test_idle_may_name_no_request(house):
    status(house, "SignedFirmwareStatusNotification", status="Idle")
    status(house, "LogStatusNotification", status="Idle")
    heard = told(house, Maintenance.StatusReported)
    assert [(fact.job, fact.kind) for fact in heard] == [("", "signed_firmware"), ("", "log")]


def test_what_a_station_says_of_an_update_quotes_no_secret(house):
    wish = {"sealed": True}
    request(house, **wish)
    house.process(house.received([4, "call-1", "GenericError", "hunter2", {}]))
    (refused,) = [fact for fact in house.told() if isinstance(fact, Call.Refused)]
    assert refused.description == ""
    assert [fact.reason for fact in told(house, Maintenance.JobFailed)] == ["refused"]

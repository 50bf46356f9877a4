"""Jobs follow the turns of their calls, raw or not; statuses and boots find the job."""

import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.maintenance import Maintenance
from tests.domain.house import House, answers_of

UPDATE = {"location": "https://files.example/new.bin", "retrieveDate": "2026-05-01T12:00:00.000Z"}


@pytest.fixture
def house():
    house = House()
    house.settle()
    return house


def request(house, action="UpdateFirmware", call="call-1", **payload):
    wish = op.RequestCall(
        station="CP1",
        call=call,
        action=action,
        payload=orjson.dumps(payload or UPDATE).decode(),
        expires_at=house.now,
        campaign="c-1",
    )
    sent = wire.Sent(station="CP1", connection=5, call=call, at=house.now)
    house.process(house.wish(wish), sent)


def told(house, kind):
    return [fact for fact in house.told() if isinstance(fact, kind)]


def status(house, status, name="FirmwareStatusNotification"):
    answer = house.ask([2, f"m-{status}", name, {"status": status}])
    assert answer[2] == {}


def test_a_request_is_a_job_that_knows_whose_it_is(house):
    request(house)
    (fact,) = told(house, Maintenance.JobRequested)
    assert (fact.job, fact.kind, fact.by, fact.campaign) == ("call-1", "firmware", "olga", "c-1")
    assert fact.location == UPDATE["location"]


def test_an_update_with_a_boot_in_the_middle(house):
    request(house)
    house.process(house.received([3, "call-1", {}]))
    for each in ("Downloading", "Downloaded", "Installing"):
        status(house, each)
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.4"}
    assert house.ask([2, "b", "BootNotification", boot])[2]["status"] == "Accepted"
    house.restart()
    status(house, "Installed")
    assert [fact.firmware_version for fact in told(house, Maintenance.BootSeen)] == ["1.4"]
    assert told(house, Maintenance.StatusReported)[-1].state == "installed"


def test_diagnostics_tell_their_file(house):
    request(house, "GetDiagnostics", location="ftp://files.example/in/")
    house.process(house.received([3, "call-1", {"fileName": "log.txt"}]))
    status(house, "Uploading", "DiagnosticsStatusNotification")
    (answered,) = told(house, Maintenance.JobAnswered)
    assert (answered.kind, answered.file_name) == ("diagnostics", "log.txt")
    assert told(house, Maintenance.StatusReported)[0].job == "call-1"


def test_a_refusal_ends_the_job(house):
    request(house)
    house.process(house.received([4, "call-1", "NotSupported", "", {}]))
    (failed,) = told(house, Maintenance.JobFailed)
    assert (failed.job, failed.reason) == ("call-1", "refused")


def test_silence_ends_it_and_a_late_answer_takes_it_up(house):
    request(house)
    house.process(
        wire.TimedOut(station="CP1", connection=5, call="call-1", reason="silence", at=house.now)
    )
    house.process(house.received([3, "call-1", {}]))
    assert [fact.state for fact in told(house, Maintenance.JobFailed)] == ["failed"]
    assert [fact.state for fact in told(house, Maintenance.JobAnswered)] == ["answered"]


def test_a_status_nobody_asked_for_is_answered_and_on_record(house):
    status(house, "Idle")
    (fact,) = told(house, Maintenance.StatusReported)
    assert (fact.job, fact.status) == ("", "Idle")


def test_a_boot_of_a_station_without_jobs_leaves_no_trace(house):
    house.ask([2, "b", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}])
    assert told(house, Maintenance.Begun) == []


def test_before_acceptance_a_status_is_not_heard(house):
    house.settle(registration="Pending")
    frame = [2, "m", "FirmwareStatusNotification", {"status": "Idle"}]
    (answer,) = answers_of(house.process(house.received(frame)))
    assert orjson.loads(answer)[:3] == [4, "m", "SecurityError"]


def test_a_status_before_the_request_goes_out_belongs_to_the_job_before(house):
    request(house)
    house.process(house.received([3, "call-1", {}]))
    wish = op.RequestCall(
        station="CP1",
        call="call-2",
        action="UpdateFirmware",
        payload=orjson.dumps(UPDATE).decode(),
        expires_at=house.now,
    )
    house.process(house.wish(wish))
    status(house, "Installed")
    house.process(wire.Sent(station="CP1", connection=5, call="call-2", at=house.now))
    house.process(wire.Sent(station="CP1", connection=5, call="call-2", at=house.now))
    status(house, "Downloading")
    jobs = [(fact.job, fact.state) for fact in told(house, Maintenance.StatusReported)]
    assert jobs == [("call-1", "installed"), ("call-2", "downloading")]
    assert [fact.job for fact in told(house, Maintenance.JobSent)] == ["call-1", "call-2"]


def test_the_boot_after_installed_tells_the_version(house):
    request(house)
    house.process(house.received([3, "call-1", {}]))
    status(house, "Installed")
    for number, version in enumerate(("2.0", "3.0")):
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": version}
        house.ask([2, f"b{number}", "BootNotification", boot])
    assert [fact.firmware_version for fact in told(house, Maintenance.BootSeen)] == ["2.0"]


def test_an_operator_gives_up_what_never_ends(house):
    nothing = house.wish(op.CloseJob(station="CP1", job="call-1", reason="replaced"))
    house.process(nothing)
    assert told(house, Maintenance.JobClosed) == []
    request(house)
    house.process(house.received([3, "call-1", {}]))
    house.process(house.wish(op.CloseJob(station="CP1", job="call-1", reason="replaced")))
    (closed,) = told(house, Maintenance.JobClosed)
    assert (closed.job, closed.reason, closed.by) == ("call-1", "replaced", "olga")

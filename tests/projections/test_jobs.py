"""Jobs and their timelines as they are read; the register of files and of rights to them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.model.campaign import Campaign, Plan
from domain.model.job_progress import DIAGNOSTICS, FIRMWARE, LOG, SIGNED_FIRMWARE
from domain.model.maintenance import Maintenance
from projections import files, firmware_signatures, job_events, jobs
from projections.actions import ACTIONS, Actor
from projections.engines import writing
from projections.files import DOWNLOAD, UPLOAD, File, Grant, Rights
from projections.firmware_signatures import FirmwareSignature
from tests.projections.scene import NOON, Scene

DAY = timedelta(days=1)


@pytest.fixture
def scene(database):
    return Scene(database)


def asked(scene, job="j-1", *, kind=FIRMWARE, station="CP1", campaign="", maintenance=None):
    maintenance = maintenance or Maintenance.begin(station, at=scene.now)
    where = "https://***@files.example/new.bin"
    maintenance.request(job, kind, location=where, by="olga", campaign=campaign, at=scene.now)
    maintenance.send(job, kind, at=scene.now)
    return maintenance


def test_a_job_shows_how_far_it_is(scene):
    maintenance = asked(scene, campaign="c-1")
    maintenance.answer("j-1", FIRMWARE, file_name="", at=NOON)
    maintenance.report(FIRMWARE, "Downloading", at=scene.later(5))
    maintenance.boot("1.4", at=scene.later(5))
    scene.tell(maintenance)
    row = scene.shown(jobs.find, "j-1")
    assert (row.station, row.kind, row.state) == ("CP1", "firmware", "downloading")
    assert (row.over, row.outcome, row.campaign) == (False, "", "c-1")
    assert (row.requested_by, row.location) == ("olga", "https://***@files.example/new.bin")
    assert (row.last_status, row.firmware_version) == ("Downloading", "1.4")
    assert (row.last_status_at, row.updated_at) == (
        NOON + timedelta(seconds=5),
        NOON + timedelta(seconds=10),
    )


def test_a_job_is_over_until_the_station_tries_again(scene):
    maintenance = asked(scene)
    maintenance.report(FIRMWARE, "DownloadFailed", at=NOON)
    scene.tell(maintenance)
    failed = scene.shown(jobs.find, "j-1")
    assert (failed.over, failed.outcome, failed.state) == (True, "failed", "download_failed")
    assert scene.read(jobs.over, ["j-1", "j-2"]) == {"j-1"}
    maintenance.report(FIRMWARE, "Downloading", at=NOON)
    scene.tell(maintenance)
    again = scene.shown(jobs.find, "j-1")
    assert (again.over, again.outcome) == (False, "")


def test_a_closed_job_says_why(scene):
    maintenance = asked(scene)
    maintenance.close("j-1", reason="replaced", by="olga", at=NOON)
    scene.tell(maintenance)
    row = scene.shown(jobs.find, "j-1")
    assert (row.state, row.over, row.outcome, row.reason) == ("closed", True, "failed", "replaced")
    assert scene.read(job_events.of_job, "j-1")[-1].detail == "replaced"


def test_jobs_are_listed_the_newest_first_and_chosen(scene):
    scene.tell(asked(scene, "j-1"), asked(scene, "j-2", kind=DIAGNOSTICS, station="CP2"))
    scene.tell(asked(scene, "j-3", station="CP3", campaign="c-1"))
    scene.project()
    ids = lambda **chosen: [row.id for row in scene.read(jobs.listed, **chosen)]  # noqa: E731
    assert ids() == ["j-3", "j-2", "j-1"]
    assert ids(kind="diagnostics") == ids(station="CP2") == ["j-2"]
    assert ids(campaign="c-1", over=False, state="requested") == ["j-3"]
    assert ids(over=True) == []
    assert ids(before=scene.read(jobs.find, "j-2").first_position) == ["j-1"]


def test_a_timeline_has_all_that_happened(scene):
    maintenance = asked(scene)
    for status in ("Downloaded", "Downloading", "Installing"):
        maintenance.report(FIRMWARE, status, at=NOON)
    maintenance.boot("1.4", at=NOON)
    asked(scene, "j-2", maintenance=maintenance)
    scene.tell(maintenance)
    told = [(e.what, e.detail, e.late) for e in scene.shown(job_events.of_job, "j-1")]
    assert told == [
        ("requested", "https://***@files.example/new.bin", False),
        ("sent", "", False),
        ("status", "Downloaded", False),
        ("status", "Downloading", True),
        ("status", "Installing", False),
        ("boot", "1.4", False),
        ("superseded", "j-2", False),
    ]


def test_a_signed_update_shows_its_number_and_what_was_found_out_before(scene):
    maintenance = Maintenance.begin("CP1", at=NOON)
    maintenance.request(
        "j-1", SIGNED_FIRMWARE, location="x", by="olga", number=7, remark="verified", at=NOON
    )
    maintenance.report(SIGNED_FIRMWARE, "InvalidSignature", number=7, at=NOON)
    scene.tell(maintenance)
    row = scene.shown(jobs.find, "j-1")
    assert (row.kind, row.request_id, row.remark) == ("signed_firmware", 7, "verified")
    assert (row.state, row.over, row.outcome) == ("invalid_signature", True, "failed")
    assert scene.read(jobs.numbered, 7)
    assert not scene.read(jobs.numbered, 8)


def test_a_job_that_is_told_of_after_another_went_out_shows_how_it_ended(scene):
    maintenance = Maintenance.begin("CP1", at=NOON)
    for number in (1, 2):
        maintenance.request(f"j-{number}", LOG, location="x", by="olga", number=number, at=NOON)
        maintenance.answer(f"j-{number}", LOG, file_name="a", at=NOON)
    maintenance.report(LOG, "Uploading", number=1, at=NOON)
    scene.tell(maintenance)
    assert scene.shown(jobs.find, "j-1").state == "superseded"
    maintenance.report(LOG, "Uploaded", number=1, at=NOON)
    scene.tell(maintenance)
    row = scene.shown(jobs.find, "j-1")
    assert (row.state, row.outcome, row.last_status) == ("uploaded", "succeeded", "Uploaded")
    assert scene.read(jobs.find, "j-2").state == "answered"


def test_what_nobody_asked_for_is_kept_too(scene):
    maintenance = Maintenance.begin("CP1", at=NOON)
    maintenance.report(FIRMWARE, "Idle", at=NOON)
    maintenance.report(DIAGNOSTICS, "Idle", at=NOON)
    scene.tell(maintenance)
    newest, oldest = scene.shown(job_events.without_job, "CP1")
    assert (newest.kind, oldest.kind) == ("diagnostics", "firmware")
    assert scene.read(job_events.without_job, "CP1", before=newest.position) == [oldest]
    assert scene.read(jobs.listed) == []


# --- the register of files ---


def _write(scene, change, *args, **kwargs):
    with writing(scene.engine) as connection:
        return change(connection, *args, **kwargs)


def a_file(id, *, kind=files.DIAGNOSTICS, station="CP1", subject="j-1", minutes=0):
    return File(
        id=id,
        kind=kind,
        name="log.txt",
        size=3,
        sha256="00",
        station=station,
        subject=subject,
        created_at=NOON + timedelta(minutes=minutes),
        created_by="",
    )


def a_right(token, *, kind=DOWNLOAD, file="f", expires_at=NOON + DAY):
    return Grant(
        token_sha256=files.hashed(token),
        kind=kind,
        file=file,
        subject="j-1",
        station="CP1",
        created_at=NOON,
        created_by="olga",
        expires_at=expires_at,
    )


def test_files_are_listed_by_kind_the_newest_first(scene):
    for id, minutes in (("a", 1), ("b", 2), ("c", 2)):
        _write(scene, files.add, a_file(id, minutes=minutes))
    _write(scene, files.add, a_file("fw", kind=files.FIRMWARE))
    found = scene.read(files.listed, kind=files.DIAGNOSTICS)
    assert [file.id for file in found] == ["c", "b", "a"]
    rest = scene.read(files.listed, kind=files.DIAGNOSTICS, after="c", limit=1)
    assert [file.id for file in rest] == ["b"]
    assert scene.read(files.listed, kind=files.DIAGNOSTICS, station="CP2") == []
    assert scene.read(files.find, "fw", kind=files.DIAGNOSTICS) is None


def test_files_belong_to_a_job_or_to_its_campaign(scene):
    for id, subject, station in (("a", "j-1", "CP1"), ("b", "c-1", "CP1"), ("c", "c-1", "CP2")):
        _write(scene, files.add, a_file(id, subject=subject, station=station))
    found = scene.read(files.of_job, "j-1", campaign="c-1", station="CP1")
    assert [file.id for file in found] == ["a", "b"]
    alone = scene.read(files.of_job, "j-1", campaign="", station="CP1")
    assert [file.id for file in alone] == ["a"]
    assert scene.read(files.brought, "c-1", "CP2") == 1


def test_a_right_is_found_by_its_token_until_it_expires(scene):
    _write(scene, files.grant, a_right("t0ken"))
    right = scene.read(files.right_of, "t0ken", at=NOON)
    assert "t0ken" not in repr(right)
    assert scene.read(files.right_of, "T0ken", at=NOON) is None
    assert scene.read(files.right_of, "t0ken", at=NOON + DAY) is None


def test_a_file_that_goes_takes_the_rights_to_it_along(scene):
    _write(scene, files.add, a_file("f", kind=files.FIRMWARE))
    _write(scene, files.grant, a_right("gone"))
    _write(scene, files.grant, a_right("stays", kind=UPLOAD, file=""))
    assert _write(scene, files.remove, "f", kind=files.FIRMWARE)
    assert not _write(scene, files.remove, "f", kind=files.FIRMWARE)
    assert scene.read(files.right_of, "gone", at=NOON) is None
    assert scene.read(files.right_of, "stays", at=NOON)


def test_expired_rights_are_swept(scene):
    _write(scene, files.grant, a_right("old", expires_at=NOON))
    _write(scene, files.grant, a_right("new"))
    rights = Rights(scene.engine)
    assert rights.sweep(NOON) == 1
    assert rights.sweep(NOON) == 0
    assert scene.read(files.right_of, "new", at=NOON)


def test_the_right_that_a_campaign_hands_out_lasts_as_long_as_the_campaign(scene):
    plan = Plan(action="UpdateFirmware", payload="{}", stations=("CP1",))
    campaign = Campaign.create("K1", plan, kind="campaign", name="", by="olga", at=NOON)
    scene.tell(campaign)
    scene.project()
    right = replace(a_right("ours"), subject="K1", station="", expires_at=NOON)
    _write(scene, files.grant, right)
    rights = Rights(scene.engine)
    assert rights.sweep(NOON + DAY) == 0
    assert scene.read(files.right_of, "ours", at=NOON + DAY)
    campaign.report("CP1", "succeeded", "", call="", at=NOON)
    scene.tell(campaign)
    scene.project()
    assert scene.read(files.right_of, "ours", at=NOON + DAY) is None
    assert rights.sweep(NOON + DAY) == 1


def test_a_right_of_a_campaign_whose_rows_are_rebuilt_is_not_swept(scene):
    right = replace(a_right("ours"), subject="K1", station="", expires_at=NOON)
    _write(scene, files.grant, right)
    assert Rights(scene.engine).sweep(NOON + DAY) == 0


# --- signatures of firmware ---


def a_signature(file, signature="AAAA"):
    return FirmwareSignature(
        file=file,
        signature=signature,
        certificate="PEM",
        remark="verified",
        stored_at=NOON,
        stored_by="olga",
    )


def test_a_signature_is_kept_with_its_image_replaced_and_goes_with_it(scene):
    olga = Actor("olga", "10.0.0.9", NOON)
    for name in ("signed", "unsigned"):
        _write(scene, files.add, a_file(name, kind=files.FIRMWARE))
    for signature in ("AAAA", "BBBB"):
        _write(scene, firmware_signatures.keep, a_signature("signed", signature), olga)
    assert scene.read(firmware_signatures.find, "signed") == a_signature("signed", "BBBB")
    assert scene.read(firmware_signatures.find, "unsigned") is None
    assert scene.read(firmware_signatures.signed, ["signed", "unsigned"]) == {"signed"}
    _write(scene, files.remove, "signed", kind=files.FIRMWARE)
    assert scene.read(firmware_signatures.find, "signed") is None


def test_who_signed_goes_on_record(scene):
    _write(scene, firmware_signatures.keep, a_signature("f"), Actor("olga", "10.0.0.9", NOON))
    (noted,) = scene.read(lambda connection: connection.execute(select(ACTIONS)).all())
    assert (noted.action, noted.subject, noted.noted_by) == ("SignFirmware", "firmware:f", "olga")
    assert noted.detail == "verified"

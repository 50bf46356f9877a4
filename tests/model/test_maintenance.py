"""Maintenance: one current job of a kind; what the station tells moves it on, and never back."""

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain.model.job_progress import DIAGNOSTICS, FIRMWARE, OUTCOMES
from domain.model.maintenance import Maintenance
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

INSTALLING = ("Downloading", "Downloaded", "Installing")


def idle():
    return Maintenance.begin("CP1", at=NOON)


def asked(maintenance=None, *, kind=FIRMWARE, job="j-1", campaign=""):
    maintenance = maintenance or idle()
    where = "https://files.example/new.bin"
    maintenance.request(job, kind, location=where, by="olga", campaign=campaign, at=NOON)
    return maintenance


def taken(*statuses, kind=FIRMWARE, file_name="log.txt"):
    maintenance = asked(kind=kind)
    maintenance.answer("j-1", kind, file_name=file_name, at=NOON)
    for status in statuses:
        maintenance.report(kind, status, at=NOON)
    return maintenance


def state_of(maintenance, kind=FIRMWARE):
    return maintenance.jobs[kind][1]


def told(status, state, *, job="j-1", late=False):
    values = {"job": job, "status": status, "state": state, "late": late}
    return (Maintenance.StatusReported, values)


def test_an_update_goes_its_way():
    story = given(taken())
    for status in (*INSTALLING, "Installed"):
        story.when(Maintenance.report, FIRMWARE, status, at=LATER)
    story.then(
        told("Downloading", "downloading"),
        told("Downloaded", "downloaded"),
        told("Installing", "installing"),
        told("Installed", "installed"),
    )


def test_a_request_delivered_again_is_one_job():
    given(asked()).when(
        Maintenance.request, "j-1", FIRMWARE, location="x", by="y", campaign="", at=LATER
    ).then()


def test_a_status_before_the_answer_counts():
    maintenance = asked(kind=DIAGNOSTICS)
    maintenance.report(DIAGNOSTICS, "Uploading", at=NOON)
    given(maintenance).when(Maintenance.answer, "j-1", DIAGNOSTICS, file_name="", at=LATER).then(
        (Maintenance.JobAnswered, {"state": "uploading"})
    )


def test_the_same_word_twice_is_one():
    given(taken("Downloading")).when(Maintenance.report, FIRMWARE, "Downloading", at=LATER).then()


@pytest.mark.parametrize(
    ("before", "status"),
    [
        (("Downloading", "Downloaded"), "Downloading"),
        (("Downloading", "Downloaded"), "DownloadFailed"),
        (INSTALLING, "Downloaded"),
        ((*INSTALLING, "Installed"), "Installing"),
        ((*INSTALLING, "Installed"), "InstallationFailed"),
        ((*INSTALLING, "Installed"), "Downloading"),
    ],
)
def test_what_comes_out_of_order_is_on_record_and_changes_nothing(before, status):
    maintenance = taken(*before)
    state = state_of(maintenance)
    given(maintenance).when(Maintenance.report, FIRMWARE, status, at=LATER).then(
        told(status, state, late=True)
    )


@pytest.mark.parametrize(
    ("failure", "next_try"),
    [
        (("Downloading", "DownloadFailed"), "Downloading"),
        ((*INSTALLING, "InstallationFailed"), "Downloading"),
        ((*INSTALLING, "InstallationFailed"), "Installed"),
    ],
)
def test_a_station_may_try_again_after_a_failure(failure, next_try):
    maintenance = taken(*failure)
    assert OUTCOMES[state_of(maintenance)] == "failed"
    given(maintenance).when(Maintenance.report, FIRMWARE, next_try, at=LATER).then(
        told(next_try, next_try.lower())
    )


@pytest.mark.parametrize("status", ["Idle", "Paused"])
def test_a_status_that_is_no_progress_changes_nothing(status):
    given(taken("Downloading")).when(Maintenance.report, FIRMWARE, status, at=LATER).then(
        told(status, "downloading")
    )


def test_installation_can_fail_after_the_boot():
    (
        given(taken(*INSTALLING))
        .when(Maintenance.boot, "1.1", at=LATER)
        .when(Maintenance.report, FIRMWARE, "InstallationFailed", at=LATER)
        .then(
            (Maintenance.BootSeen, {"job": "j-1", "firmware_version": "1.1"}),
            told("InstallationFailed", "installation_failed"),
        )
    )


@pytest.mark.parametrize(
    "maintenance",
    [idle(), asked(), taken(*INSTALLING, "Installed"), taken("Uploading", kind=DIAGNOSTICS)],
    ids=["no job", "not taken", "over", "diagnostics"],
)
def test_a_boot_outside_an_update_is_nothing(maintenance):
    given(maintenance).when(Maintenance.boot, "1.1", at=LATER).then()


def test_a_status_without_job_is_on_record():
    given(idle()).when(Maintenance.report, FIRMWARE, "Installed", at=LATER).then(
        told("Installed", "", job="")
    )


def test_kinds_do_not_meet():
    maintenance = asked(taken("Downloading"), kind=DIAGNOSTICS, job="j-2")
    given(maintenance).when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER).then(
        told("Downloaded", "downloaded")
    )


def test_without_a_file_there_is_nothing_to_upload_until_the_station_uploads_all_the_same():
    (
        given(asked(kind=DIAGNOSTICS))
        .when(Maintenance.answer, "j-1", DIAGNOSTICS, file_name="", at=LATER)
        .when(Maintenance.report, DIAGNOSTICS, "Uploading", at=LATER)
        .when(Maintenance.report, DIAGNOSTICS, "Uploaded", at=LATER)
        .then(
            (Maintenance.JobAnswered, {"state": "nothing_to_upload"}),
            told("Uploading", "uploading"),
            told("Uploaded", "uploaded"),
        )
    )


def test_a_newer_request_takes_over_what_is_told():
    (
        given(asked(taken("Downloading"), job="j-2"))
        .when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER)
        .then(told("Downloaded", "downloaded", job="j-2"))
    )


def test_only_an_open_job_is_superseded():
    (
        given(taken("Downloading"))
        .when(Maintenance.request, "j-2", FIRMWARE, location="", by="", campaign="", at=LATER)
        .then((Maintenance.JobSuperseded, {"job": "j-1"}), (Maintenance.JobRequested, {}))
    )
    (
        given(taken(*INSTALLING, "Installed"))
        .when(Maintenance.request, "j-2", FIRMWARE, location="", by="", campaign="", at=LATER)
        .then((Maintenance.JobRequested, {"state": "requested"}))
    )


@pytest.mark.parametrize("reason", ["refused", "expired", "cancelled"])
def test_a_request_that_never_arrived_gives_its_place_back(reason):
    (
        given(asked(taken("Downloading"), job="j-2"))
        .when(Maintenance.fail, "j-2", FIRMWARE, reason, at=LATER)
        .when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER)
        .then(
            (Maintenance.JobFailed, {"job": "j-2", "reason": reason, "state": "failed"}),
            (Maintenance.JobResumed, {"job": "j-1", "state": "downloading"}),
            told("Downloaded", "downloaded"),
        )
    )


def test_a_superseded_request_that_was_refused_is_not_resumed():
    maintenance = asked(asked(), job="j-2")
    maintenance.fail("j-1", FIRMWARE, "refused", at=NOON)
    given(maintenance).when(Maintenance.fail, "j-2", FIRMWARE, "refused", at=LATER).then(
        (Maintenance.JobFailed, {"job": "j-2", "state": "failed"})
    )


def test_a_station_that_did_not_answer_may_be_at_work():
    maintenance = asked()
    maintenance.fail("j-1", FIRMWARE, "timed_out", at=NOON)
    assert OUTCOMES[state_of(maintenance)] == "failed"
    given(maintenance).when(Maintenance.report, FIRMWARE, "Downloading", at=LATER).then(
        told("Downloading", "downloading")
    )


def test_a_late_answer_takes_the_job_up_again():
    maintenance = asked()
    maintenance.fail("j-1", FIRMWARE, "timed_out", at=NOON)
    given(maintenance).when(Maintenance.answer, "j-1", FIRMWARE, file_name="", at=LATER).then(
        (Maintenance.JobAnswered, {"state": "answered"})
    )


def test_a_late_answer_to_what_was_superseded_moves_nothing():
    maintenance = asked(asked(), job="j-2")
    given(maintenance).when(Maintenance.answer, "j-1", FIRMWARE, file_name="", at=LATER).then(
        (Maintenance.JobAnswered, {"job": "j-1", "state": "superseded"})
    )
    assert maintenance.jobs[FIRMWARE] == ["j-2", "requested", ""]


def test_what_was_taken_back_too_late_is_taken_all_the_same():
    maintenance = asked(taken("Downloading"), job="j-2")
    maintenance.fail("j-2", FIRMWARE, "cancelled", at=NOON)
    (
        given(maintenance)
        .when(Maintenance.answer, "j-2", FIRMWARE, file_name="", at=LATER)
        .when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER)
        .then(
            (Maintenance.JobSuperseded, {"job": "j-1", "by_job": "j-2"}),
            (Maintenance.JobAnswered, {"job": "j-2", "state": "answered"}),
            told("Downloaded", "downloaded", job="j-2"),
        )
    )


def test_a_snapshot_is_the_state():
    maintenance = asked(taken("Downloading"), job="j-2")
    maintenance.take_facts()
    assert vars(thaw(freeze(maintenance))) == vars(maintenance)


_WORDS = ("Idle", *INSTALLING, "Installed", "DownloadFailed", "InstallationFailed")
_WAY = ("answered", "downloading", "downloaded", "installing", "installed")


@supposing(st.lists(st.sampled_from(_WORDS), max_size=20))
def test_whatever_is_told_a_job_never_goes_back_while_it_is_open(words):
    maintenance = taken()
    for word in words:
        before = state_of(maintenance)
        maintenance.report(FIRMWARE, word, at=LATER)
        after = state_of(maintenance)
        if before == "installed":
            assert after == before
        elif before not in OUTCOMES and after not in OUTCOMES:
            assert _WAY.index(after) >= _WAY.index(before)

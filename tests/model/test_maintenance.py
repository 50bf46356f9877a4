"""Maintenance: one current job of a kind; what the station tells moves it on, and never back."""

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain.model.aggregate import Refused
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


def sent(maintenance=None, *, kind=FIRMWARE, job="j-1"):
    maintenance = asked(maintenance, kind=kind, job=job)
    maintenance.send(job, kind, at=NOON)
    return maintenance


def taken(*statuses, kind=FIRMWARE, file_name="log.txt"):
    maintenance = sent(kind=kind)
    maintenance.answer("j-1", kind, file_name=file_name, at=NOON)
    for status in statuses:
        maintenance.report(kind, status, at=NOON)
    return maintenance


def state_of(maintenance, kind=FIRMWARE):
    return maintenance.reached[kind][-1][1]


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
    maintenance = sent(kind=DIAGNOSTICS)
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
    [idle(), asked(), sent(), taken("DownloadFailed"), taken("Uploading", kind=DIAGNOSTICS)],
    ids=["no job", "not sent", "not taken", "over", "diagnostics"],
)
def test_a_boot_outside_an_update_is_nothing(maintenance):
    given(maintenance).when(Maintenance.boot, "1.1", at=LATER).then()


def test_the_first_boot_after_the_installation_belongs_to_it():
    (
        given(taken(*INSTALLING, "Installed"))
        .when(Maintenance.boot, "2.0", at=LATER)
        .when(Maintenance.boot, "3.0", at=LATER)
        .then((Maintenance.BootSeen, {"job": "j-1", "firmware_version": "2.0"}))
    )


def test_a_station_that_boots_over_and_over_is_seen_once():
    (
        given(taken("Downloading"))
        .when(Maintenance.boot, "1.0", at=LATER)
        .when(Maintenance.boot, "1.0", at=LATER)
        .when(Maintenance.boot, "1.1", at=LATER)
        .then(
            (Maintenance.BootSeen, {"firmware_version": "1.0"}),
            (Maintenance.BootSeen, {"firmware_version": "1.1"}),
        )
    )


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
        given(sent(kind=DIAGNOSTICS))
        .when(Maintenance.answer, "j-1", DIAGNOSTICS, file_name="", at=LATER)
        .when(Maintenance.report, DIAGNOSTICS, "Uploading", at=LATER)
        .when(Maintenance.report, DIAGNOSTICS, "Uploaded", at=LATER)
        .then(
            (Maintenance.JobAnswered, {"state": "nothing_to_upload"}),
            told("Uploading", "uploading"),
            told("Uploaded", "uploaded"),
        )
    )


def test_a_request_takes_over_what_is_told_once_it_has_gone_out():
    (
        given(asked(taken("Downloading"), job="j-2"))
        .when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER)
        .when(Maintenance.send, "j-2", FIRMWARE, at=LATER)
        .when(Maintenance.send, "j-2", FIRMWARE, at=LATER)
        .when(Maintenance.report, FIRMWARE, "Downloading", at=LATER)
        .then(
            told("Downloaded", "downloaded"),
            (Maintenance.JobSuperseded, {"job": "j-1", "by_job": "j-2", "state": "superseded"}),
            (Maintenance.JobSent, {"job": "j-2", "state": "requested"}),
            told("Downloading", "downloading", job="j-2"),
        )
    )


def test_only_an_open_job_is_superseded():
    (
        given(asked(taken(*INSTALLING, "Installed"), job="j-2"))
        .when(Maintenance.send, "j-2", FIRMWARE, at=LATER)
        .then((Maintenance.JobSent, {"state": "requested"}))
    )


@pytest.mark.parametrize("reason", ["refused", "expired", "cancelled"])
def test_a_request_that_never_went_out_touches_nobody(reason):
    (
        given(asked(asked(taken("Downloading"), job="j-2"), job="j-3"))
        .when(Maintenance.report, FIRMWARE, "Installed", at=LATER)
        .when(Maintenance.fail, "j-2", FIRMWARE, reason, at=LATER)
        .when(Maintenance.fail, "j-3", FIRMWARE, reason, at=LATER)
        .then(
            told("Installed", "installed"),
            (Maintenance.JobFailed, {"job": "j-2", "reason": reason, "state": "failed"}),
            (Maintenance.JobFailed, {"job": "j-3", "reason": reason, "state": "failed"}),
        )
    )


def test_a_refused_request_gives_its_place_back_with_what_was_told_meanwhile():
    (
        given(sent(taken("Downloading"), job="j-2"))
        .when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER)
        .when(Maintenance.fail, "j-2", FIRMWARE, "refused", at=LATER)
        .when(Maintenance.report, FIRMWARE, "Installing", at=LATER)
        .then(
            told("Downloaded", "downloaded", job="j-2"),
            (Maintenance.JobFailed, {"job": "j-2", "state": "failed"}),
            (Maintenance.JobResumed, {"job": "j-1", "state": "downloaded"}),
            told("Installing", "installing"),
        )
    )


def test_what_is_over_is_not_resumed():
    given(sent(taken(*INSTALLING, "Installed"), job="j-2")).when(
        Maintenance.fail, "j-2", FIRMWARE, "refused", at=LATER
    ).then((Maintenance.JobFailed, {"job": "j-2", "state": "failed"}))


def test_a_superseded_job_that_was_refused_is_not_resumed():
    maintenance = sent(sent(), job="j-2")
    maintenance.fail("j-1", FIRMWARE, "refused", at=NOON)
    given(maintenance).when(Maintenance.fail, "j-2", FIRMWARE, "refused", at=LATER).then(
        (Maintenance.JobFailed, {"job": "j-2", "state": "failed"})
    )


@pytest.mark.parametrize("reason", ["timed_out", "answered"])
def test_a_station_that_gave_no_good_answer_may_be_at_work(reason):
    maintenance = sent()
    maintenance.fail("j-1", FIRMWARE, reason, at=NOON)
    assert OUTCOMES[state_of(maintenance)] == "failed"
    given(maintenance).when(Maintenance.report, FIRMWARE, "Downloading", at=LATER).then(
        told("Downloading", "downloading")
    )


def test_a_late_answer_takes_the_job_up_again_whatever_waits():
    maintenance = sent()
    maintenance.fail("j-1", FIRMWARE, "timed_out", at=NOON)
    (
        given(asked(maintenance, job="j-2"))
        .when(Maintenance.answer, "j-1", FIRMWARE, file_name="", at=LATER)
        .when(Maintenance.fail, "j-2", FIRMWARE, "expired", at=LATER)
        .then(
            (Maintenance.JobAnswered, {"job": "j-1", "state": "answered"}),
            (Maintenance.JobFailed, {"job": "j-2"}),
        )
    )


def test_a_late_answer_to_what_was_superseded_moves_nothing_but_is_remembered():
    maintenance = sent()
    maintenance.fail("j-1", FIRMWARE, "timed_out", at=NOON)
    (
        given(sent(maintenance, job="j-2"))
        .when(Maintenance.answer, "j-1", FIRMWARE, file_name="", at=LATER)
        .when(Maintenance.fail, "j-2", FIRMWARE, "refused", at=LATER)
        .then(
            (Maintenance.JobAnswered, {"job": "j-1", "state": "superseded"}),
            (Maintenance.JobFailed, {"job": "j-2", "state": "failed"}),
            (Maintenance.JobResumed, {"job": "j-1", "state": "answered"}),
        )
    )


def test_nothing_to_upload_is_remembered_of_a_superseded_job():
    (
        given(sent(sent(kind=DIAGNOSTICS), kind=DIAGNOSTICS, job="j-2"))
        .when(Maintenance.answer, "j-1", DIAGNOSTICS, file_name="", at=LATER)
        .when(Maintenance.fail, "j-2", DIAGNOSTICS, "refused", at=LATER)
        .then(
            (Maintenance.JobAnswered, {"job": "j-1", "state": "nothing_to_upload"}),
            (Maintenance.JobFailed, {"job": "j-2"}),
        )
    )


def test_what_was_taken_back_too_late_is_taken_all_the_same():
    maintenance = asked(taken("Downloading"), job="j-2")
    maintenance.fail("j-2", FIRMWARE, "cancelled", at=NOON)
    (
        given(maintenance)
        .when(Maintenance.answer, "j-2", FIRMWARE, file_name="", at=LATER)
        .when(Maintenance.report, FIRMWARE, "Downloaded", at=LATER)
        .then(
            (Maintenance.JobSuperseded, {"job": "j-1", "by_job": "j-2"}),
            (Maintenance.JobSent, {"job": "j-2"}),
            (Maintenance.JobAnswered, {"job": "j-2", "state": "answered"}),
            told("Downloaded", "downloaded", job="j-2"),
        )
    )


def test_an_operator_gives_a_job_up_once_and_the_station_may_end_it_yet():
    (
        given(taken("Downloading"))
        .when(Maintenance.close, "j-1", reason="gone", by="olga", at=LATER)
        .when(Maintenance.close, "j-1", reason="gone", by="olga", at=LATER)
        .when(Maintenance.report, FIRMWARE, "Installed", at=LATER)
        .then(
            (Maintenance.JobClosed, {"job": "j-1", "reason": "gone", "state": "closed"}),
            told("Installed", "installed"),
        )
    )


@pytest.mark.parametrize(
    ("maintenance", "why"),
    [
        (asked(), "has not gone out"),
        (taken(*INSTALLING, "Installed"), "is over"),
        (sent(taken(), job="j-2"), "is over"),
        (idle(), "is over"),
    ],
    ids=["waiting", "over", "superseded", "unknown"],
)
def test_only_an_open_job_is_given_up(maintenance, why):
    with pytest.raises(Refused, match=why):
        maintenance.close("j-1", reason="gone", by="olga", at=LATER)


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

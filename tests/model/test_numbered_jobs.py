"""Signed updates and logs: the station names the request that it tells of, or none."""

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain.model.job_progress import LOG, OUTCOMES, SIGNED_FIRMWARE
from domain.model.maintenance import Maintenance
from domain.repository import freeze, thaw
from tests.model.story import LATER, NOON, given

VERIFIED = ("Downloading", "Downloaded", "SignatureVerified")


def asked(maintenance=None, *, kind=SIGNED_FIRMWARE, job="j-1", number=1):
    maintenance = maintenance or Maintenance.begin("CP1", at=NOON)
    maintenance.request(job, kind, location="x", by="olga", number=number, at=NOON)
    return maintenance


def taken(*statuses, maintenance=None, kind=SIGNED_FIRMWARE, job="j-1", number=1):
    maintenance = asked(maintenance, kind=kind, job=job, number=number)
    maintenance.send(job, kind, at=NOON)
    maintenance.answer(job, kind, file_name="log.txt", at=NOON)
    for status in statuses:
        maintenance.report(kind, status, number=number, at=NOON)
    return maintenance


def told(status, state, *, job="j-1", late=False):
    values = {"job": job, "status": status, "state": state, "late": late}
    return (Maintenance.StatusReported, values)


def telling(maintenance, *statuses, kind=SIGNED_FIRMWARE, number=1):
    story = given(maintenance)
    for status in statuses:
        story.when(Maintenance.report, kind, status, number=number, at=LATER)
    return story


def test_a_signed_update_goes_its_whole_way():
    telling(
        taken(),
        "DownloadScheduled",
        "Downloading",
        "DownloadPaused",
        "Downloading",
        "Downloaded",
        "SignatureVerified",
        "InstallScheduled",
        "Installing",
        "InstallRebooting",
        "Installed",
    ).then(
        told("DownloadScheduled", "download_scheduled"),
        told("Downloading", "downloading"),
        told("DownloadPaused", "download_paused"),
        told("Downloading", "downloading"),
        told("Downloaded", "downloaded"),
        told("SignatureVerified", "signature_verified"),
        told("InstallScheduled", "install_scheduled"),
        told("Installing", "installing"),
        told("InstallRebooting", "install_rebooting"),
        told("Installed", "installed"),
    )


@pytest.mark.parametrize(
    "statuses",
    [("Installed",), ("InstallRebooting", "Installed"), ("InstallRebooting", "Installing")],
    ids=["nothing between", "reboot", "installed after the reboot"],
)
def test_what_stands_between_the_signature_and_the_end_may_be_left_out(statuses):
    states = {
        "Installed": "installed",
        "InstallRebooting": "install_rebooting",
        "Installing": "installing",
    }
    wanted = [told(status, states[status]) for status in statuses]
    telling(taken(*VERIFIED), *statuses).then(*wanted)


@pytest.mark.parametrize(
    ("kind", "before", "status", "state"),
    [
        (SIGNED_FIRMWARE, VERIFIED[:2], "InvalidSignature", "invalid_signature"),
        (SIGNED_FIRMWARE, VERIFIED[:1], "DownloadFailed", "download_failed"),
        (SIGNED_FIRMWARE, VERIFIED, "InstallVerificationFailed", "install_verification_failed"),
        (SIGNED_FIRMWARE, VERIFIED, "InstallationFailed", "installation_failed"),
        (LOG, ("Uploading",), "UploadFailure", "upload_failed"),
        (LOG, ("Uploading",), "UploadFailed", "upload_failed"),
        (LOG, ("Uploading",), "PermissionDenied", "permission_denied"),
        (LOG, (), "NotSupportedOperation", "not_supported_operation"),
        (LOG, (), "BadMessage", "bad_message"),
    ],
)
def test_every_way_to_fail_ends_the_job_until_the_station_tries_again(kind, before, status, state):
    assert OUTCOMES[state] == "failed"
    again = {SIGNED_FIRMWARE: "Downloading", LOG: "Uploading"}[kind]
    telling(taken(*before, kind=kind), status, again, kind=kind).then(
        told(status, state), told(again, again.lower())
    )


@pytest.mark.parametrize(
    ("before", "status", "state"),
    [
        ((*VERIFIED,), "Downloading", "signature_verified"),
        ((*VERIFIED,), "InvalidSignature", "signature_verified"),
        (("DownloadPaused",), "DownloadScheduled", "download_paused"),
        ((*VERIFIED, "Installing"), "InstallScheduled", "installing"),
        ((*VERIFIED, "Installed"), "InstallRebooting", "installed"),
    ],
)
def test_what_comes_out_of_order_changes_nothing(before, status, state):
    telling(taken(*before), status).then(told(status, state, late=True))


def test_a_repeat_changes_nothing_with_and_without_the_number():
    (
        telling(taken("Downloading"), "Downloading")
        .when(Maintenance.report, SIGNED_FIRMWARE, "Downloading", at=LATER)
        .then()
    )


def test_idle_changes_nothing():
    telling(taken("Downloading"), "Idle").then(told("Idle", "downloading"))


def test_what_names_a_request_belongs_to_it_also_when_another_is_current():
    both = taken(maintenance=taken("Downloading"), job="j-2", number=2)
    (
        telling(both, "Downloaded", "Installed")
        .when(Maintenance.report, SIGNED_FIRMWARE, "Downloading", number=2, at=LATER)
        .when(Maintenance.report, SIGNED_FIRMWARE, "Downloaded", at=LATER)
        .then(
            told("Downloaded", "superseded"),
            told("Installed", "installed"),
            told("Downloading", "downloading", job="j-2"),
            told("Downloaded", "downloaded", job="j-2"),
        )
    )


def test_what_a_superseded_job_told_is_remembered_when_it_is_resumed():
    both = taken("Downloading")
    asked(both, job="j-2", number=2).send("j-2", SIGNED_FIRMWARE, at=NOON)
    (
        telling(both, "Downloaded")
        .when(Maintenance.fail, "j-2", SIGNED_FIRMWARE, "rejected", at=LATER)
        .then(
            told("Downloaded", "superseded"),
            (Maintenance.JobFailed, {"job": "j-2", "reason": "rejected", "state": "failed"}),
            (Maintenance.JobResumed, {"job": "j-1", "state": "downloaded"}),
        )
    )


@pytest.mark.parametrize("reason", ["rejected", "invalid_certificate", "revoked_certificate"])
def test_what_the_station_did_not_take_is_over(reason):
    maintenance = asked()
    maintenance.send("j-1", SIGNED_FIRMWARE, at=NOON)
    given(maintenance).when(Maintenance.fail, "j-1", SIGNED_FIRMWARE, reason, at=LATER).then(
        (Maintenance.JobFailed, {"job": "j-1", "reason": reason, "state": "failed"})
    )


def test_a_number_that_is_none_of_ours_touches_no_job_and_is_noted_once():
    telling(taken("Downloading"), "Installed", "Installed", number=99).then(
        told("Installed", "", job="")
    )


def test_what_is_told_of_no_job_does_not_hide_the_current_one():
    maintenance = taken("Downloading")
    maintenance.report(SIGNED_FIRMWARE, "Installed", number=99, at=NOON)
    given(maintenance).when(Maintenance.report, SIGNED_FIRMWARE, "Downloaded", at=LATER).then(
        told("Downloaded", "downloaded")
    )


def test_a_request_that_the_station_names_has_reached_it():
    telling(asked(), "Downloading").then(
        (Maintenance.JobSent, {"job": "j-1", "state": "requested"}),
        told("Downloading", "downloading"),
    )


def test_of_two_requests_with_one_number_the_newest_that_went_out_is_meant():
    both = taken(maintenance=taken(), job="j-2")
    telling(asked(both, job="j-3"), "Downloading").then(
        told("Downloading", "downloading", job="j-2")
    )


def test_one_number_may_be_of_two_kinds():
    both = taken(maintenance=taken("Downloading"), kind=LOG, job="j-2")
    telling(both, "Uploading", kind=LOG).then(told("Uploading", "uploading", job="j-2"))


def test_a_log_without_file_is_none_until_the_station_uploads_all_the_same():
    maintenance = asked(kind=LOG)
    maintenance.send("j-1", LOG, at=NOON)
    (
        given(maintenance)
        .when(Maintenance.answer, "j-1", LOG, file_name="", at=LATER)
        .when(Maintenance.report, LOG, "Uploading", number=1, at=LATER)
        .then(
            (Maintenance.JobAnswered, {"state": "nothing_to_upload"}),
            told("Uploading", "uploading"),
        )
    )


def test_a_boot_is_seen_by_an_update_of_either_kind():
    maintenance = taken(*VERIFIED, "InstallRebooting")
    maintenance.request("j-2", "firmware", location="x", by="olga", at=NOON)
    maintenance.answer("j-2", "firmware", file_name="", at=NOON)
    (
        given(maintenance)
        .when(Maintenance.boot, "2.0", at=LATER)
        .when(Maintenance.boot, "2.0", at=LATER)
        .then(
            (Maintenance.BootSeen, {"job": "j-2", "kind": "firmware"}),
            (Maintenance.BootSeen, {"job": "j-1", "kind": "signed_firmware"}),
        )
    )


def test_only_so_many_numbers_are_remembered():
    maintenance = Maintenance.begin("CP1", at=NOON)
    for number in range(150):
        asked(maintenance, job=f"j-{number}", number=number)
    assert list(maintenance.numbers.values()) == list(range(50, 150))


def test_a_snapshot_from_before_numbers_still_serves():
    maintenance = taken("Downloading")
    maintenance.take_facts()
    assert vars(thaw(freeze(maintenance))) == vars(maintenance)
    del maintenance.numbers, maintenance.boots
    old = thaw(freeze(maintenance))
    assert (vars(old)["numbers"], vars(old)["boots"]) == ({}, {})


WORDS = (*VERIFIED, "DownloadScheduled", "DownloadPaused", "InstallScheduled", "Installing")
WAY = (
    *({"answered"}, {"download_scheduled"}, {"downloading", "download_paused"}, {"downloaded"}),
    *({"signature_verified"}, {"install_scheduled"}, {"installing", "install_rebooting"}),
    {"installed"},
)


@supposing(st.lists(st.sampled_from((*WORDS, "InstallRebooting", "Installed")), max_size=20))
def test_whatever_is_told_a_signed_update_never_goes_back(words):
    maintenance, before = taken(), 0
    for word in words:
        maintenance.report(SIGNED_FIRMWARE, word, number=1, at=LATER)
        state = maintenance.reached[SIGNED_FIRMWARE][-1][1]
        after = next(place for place, states in enumerate(WAY) if state in states)
        assert after >= before
        before = after

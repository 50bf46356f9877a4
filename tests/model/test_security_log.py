"""The security log: what is critical, what we call a refusal, and repeats."""

import pytest

from domain.model.security_log import CSMS, STATION, SecurityLog
from tests.model.story import LATER, NOON, given

WHEN = {"occurred_at": NOON, "tech_info": "", "at": LATER}


def log() -> SecurityLog:
    return SecurityLog.resume(SecurityLog.id_of("CP1"), [], at=NOON)


@pytest.mark.parametrize(
    ("type", "severity"),
    [
        ("FirmwareUpdated", "critical"),
        ("TamperDetectionActivated", "critical"),
        ("InvalidFirmwareSignature", "ordinary"),
        ("SomethingOfTheVendor", "ordinary"),
    ],
)
def test_the_white_paper_says_what_is_critical(type, severity):
    given(log()).when(SecurityLog.record, STATION, type, **WHEN).then(
        (SecurityLog.Recorded, {"station": "CP1", "type": type, "severity": severity})
    )


def test_a_repeat_is_on_record_once_also_after_a_restart():
    story = given(log()).when(SecurityLog.record, STATION, "ResetOrReboot", **WHEN)
    story.when(SecurityLog.record, STATION, "ResetOrReboot", **WHEN).then(
        (SecurityLog.Recorded, {})
    )
    told = story.aggregate.take_facts()
    again = SecurityLog.resume(SecurityLog.id_of("CP1"), told, at=LATER)
    given(again).when(SecurityLog.record, STATION, "ResetOrReboot", **WHEN).then()
    given(again).when(SecurityLog.record, CSMS, "ResetOrReboot", **WHEN).then(
        (SecurityLog.Recorded, {"source": "csms"})
    )


@pytest.mark.parametrize(
    ("reason", "type"),
    [
        ("wrong or missing credentials", "FailedToAuthenticateAtCentralSystem"),
        ("too many wrong credentials", "FailedToAuthenticateAtCentralSystem"),
        ("the password is not valid any more", "FailedToAuthenticateAtCentralSystem"),
        ("the client certificate has expired", "InvalidChargePointCertificate"),
        ("security profile 3 needs a client certificate", "WrongSecurityProfile"),
        ("security profile 0 is not allowed here", "WrongSecurityProfile"),
    ],
)
def test_a_refusal_is_an_event_of_ours(reason, type):
    given(log()).when(SecurityLog.record_refusal, reason, "10.0.0.1", at=NOON).then(
        (
            SecurityLog.Recorded,
            {"source": "csms", "type": type, "tech_info": f"{reason}, from 10.0.0.1"},
        )
    )

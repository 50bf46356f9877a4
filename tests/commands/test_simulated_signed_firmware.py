"""A simulated station checks what it installs, and uploads its logs (use cases L01, N01)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from commands.simulate.keyring import MANUFACTURER, SYSTEM, Keyring
from tests.authority import Authority
from tests.commands.bench_of_stations import Bench, living, soon
from tests.commands.file_server import FIRMWARE, files, url

__all__ = ["files", "url"]
MAKER, STRANGER = Authority(), Authority()
SIGNER = MAKER.pair("Firmware")
SIGNED = "SignedFirmwareStatusNotification"


def firmware(url, *, signer=SIGNER, content=FIRMWARE, **more):
    return {
        "location": f"{url}/box-2.5.1.bin",
        "retrieveDateTime": soon(-60),
        "signingCertificate": signer.certificate,
        "signature": signer.sign(content),
        **more,
    }


@pytest.mark.parametrize("kind", [ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey])
async def test_signed_firmware_is_verified_installed_and_told_after_the_reboot(url, kind):
    async with living() as central:
        asked = firmware(url, signer=MAKER.pair("Firmware", kind=kind))
        answer = await central.ask("SignedUpdateFirmware", requestId=7, firmware=asked)
        assert answer == {"status": "Accepted"}
        for status in ("Downloading", "Downloaded", "SignatureVerified", "Installing"):
            await central.hears(SIGNED, status=status, requestId=7)
        await central.hears(SIGNED, status="InstallRebooting", requestId=7)
        assert (await central.hears("BootNotification"))["firmwareVersion"] == "2.5.1"
        await central.hears("SecurityEventNotification", type="FirmwareUpdated", techInfo="2.5.1")
        await central.hears(SIGNED, status="Installed", requestId=7)


async def test_firmware_with_a_wrong_signature_is_not_installed(url):
    async with living() as central:
        asked = firmware(url, content=b"something else")
        await central.ask("SignedUpdateFirmware", requestId=8, firmware=asked)
        await central.hears_in_turn(SIGNED, "Downloading", "Downloaded", "InvalidSignature")
        await central.hears("SecurityEventNotification", type="InvalidFirmwareSignature")
        await central.ask("TriggerMessage", requestedMessage="BootNotification")
        assert (await central.hears("BootNotification"))["firmwareVersion"] == "1.0"


async def test_firmware_that_does_not_come_has_failed(url):
    async with living() as central:
        asked = firmware(url) | {"location": f"{url}/missing"}
        await central.ask("SignedUpdateFirmware", requestId=9, firmware=asked)
        await central.hears_in_turn(SIGNED, "Downloading", "DownloadFailed")


async def test_times_are_kept(url):
    async with living() as central:
        asked = firmware(url, retrieveDateTime=soon(0.3), installDateTime=soon(0.6))
        await central.ask("SignedUpdateFirmware", requestId=10, firmware=asked)
        progress = ("DownloadScheduled", "Downloading", "Downloaded", "SignatureVerified")
        await central.hears_in_turn(SIGNED, *progress, "InstallScheduled", "Installing")


async def test_a_newer_order_cancels_one_that_waits(url, files):
    async with living() as central:
        waiting = firmware(url, retrieveDateTime=soon(3600))
        await central.ask("SignedUpdateFirmware", requestId=11, firmware=waiting)
        answer = await central.ask("SignedUpdateFirmware", requestId=12, firmware=firmware(url))
        assert answer == {"status": "AcceptedCanceled"}
        await central.hears(SIGNED, status="Installed", requestId=12)
        assert len(files.asked) == 1


@pytest.mark.parametrize(
    ("roots", "signer", "status"),
    [
        ([MAKER.pem], SIGNER, "Accepted"),
        ([STRANGER.pem], SIGNER, "InvalidCertificate"),
        ([MAKER.pem], MAKER.pair("Firmware", days=-1), "InvalidCertificate"),
        ([], SIGNER, "Accepted"),
    ],
    ids=["of the maker", "of somebody else", "expired", "without a root"],
)
async def test_a_signing_certificate_is_that_of_the_manufacturer(roots, signer, status):
    bench = Bench(Keyring(roots={SYSTEM: [], MANUFACTURER: roots}))
    asked = {"requestId": 1, "firmware": firmware("http://127.0.0.1:1", signer=signer)}
    assert await bench.status("SignedUpdateFirmware", **asked) == status
    if status == "InvalidCertificate":
        _, event = await bench.said()
        assert event["type"] == "InvalidFirmwareSigningCertificate"


async def test_what_is_no_certificate_signs_nothing():
    asked = firmware("http://127.0.0.1:1") | {"signingCertificate": "nonsense"}
    status = await Bench().status("SignedUpdateFirmware", requestId=1, firmware=asked)
    assert status == "InvalidCertificate"


async def test_the_security_log_is_brought_as_far_as_it_was_asked_for(url, files):
    async with living() as central:
        await central.hears("SecurityEventNotification", type="StartupOfTheDevice")
        log = {"remoteLocation": f"{url}/in"}
        for number, more in enumerate([{}, {"latestTimestamp": soon(-60)}]):
            asked = {"logType": "SecurityLog", "requestId": number, "log": log | more}
            answer = await central.ask("GetLog", **asked)
            assert answer["status"] == "Accepted"
            await central.hears("LogStatusNotification", status="Uploading", requestId=number)
            await central.hears("LogStatusNotification", status="Uploaded", requestId=number)
            assert files.asked[-1][0] == f"/in/{answer['filename']}"
        assert ["StartupOfTheDevice" in content for _, content in files.asked] == [True, False]


async def test_the_diagnostics_log_tells_of_the_equipment(url, files):
    async with living() as central:
        log = {"remoteLocation": f"{url}/in"}
        await central.ask("GetLog", logType="DiagnosticsLog", requestId=1, log=log)
        await central.hears("LogStatusNotification", status="Uploaded", requestId=1)
        assert "connector 2: Available" in files.asked[0][1]


async def test_a_log_that_nobody_takes_has_failed(url):
    async with living() as central:
        log = {"remoteLocation": f"{url}/full"}
        await central.ask("GetLog", logType="SecurityLog", requestId=1, log=log)
        await central.hears_in_turn("LogStatusNotification", "Uploading", "UploadFailure")


@pytest.mark.parametrize(
    ("asked", "said", "payload"),
    [
        ("LogStatusNotification", "LogStatusNotification", {"status": "Idle"}),
        ("FirmwareStatusNotification", SIGNED, {"status": "Idle"}),
        ("Heartbeat", "Heartbeat", {}),
    ],
)
async def test_an_extended_trigger_brings_the_messages_of_the_extension(asked, said, payload):
    bench = Bench()
    assert await bench.status("ExtendedTriggerMessage", requestedMessage=asked) == "Accepted"
    assert await bench.said() == (said, payload)


async def test_an_extended_trigger_for_a_connector_that_is_not_there_is_rejected():
    asked = {"requestedMessage": "MeterValues", "connectorId": 3}
    assert await Bench().status("ExtendedTriggerMessage", **asked) == "Rejected"

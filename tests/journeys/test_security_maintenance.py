"""Logs and signed firmware: TC_079, TC_080 and TC_081 by their numbers (OCTT).

The station really uploads its log, downloads the image, and has a real signature to check.
"""

import asyncio
from typing import Any

import httpx
import pytest
from ocpp.v16 import call

from tests.authority import Authority
from tests.journeys.charge_point import Station, now
from tests.journeys.conftest import Operator
from tests.journeys.securing import event_of, owner, profile, station
from tests.journeys.waiting import eventually, nothing_unasked

__all__ = ["nothing_unasked", "owner", "profile", "station"]
IMAGE = bytes(range(256)) * 1000
LOG = b"2026-01-01T00:00:00Z StartupOfTheDevice\n" * 1000
MAKER = Authority()
SIGNER = MAKER.pair("Firmware")
BASIC = pytest.mark.parametrize("profile", [1, 2], ids=["profile 1", "profile 2"])


@pytest.fixture
async def image(operator: Operator) -> dict[str, Any]:
    """Firmware that was uploaded."""
    query = {"name": "fw-1.4.bin"}
    answer = await operator.client.post("/api/v1/firmware", params=query, content=IMAGE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def ask(
    operator: Operator, station: Station, what: str, action: str, **wish: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Have the station do it; the job, and what it was sent."""
    station.answers[action] = {"status": "Accepted"}
    path = f"/api/v1/stations/{station.name}/{what}"
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(operator.post(path, body=wish, wait=10))
        sent = await station.asked(action)
    return asking.result(), sent


async def report_log(station: Station, number: int, *statuses: str) -> None:
    for status in statuses:
        await station.ask(call.LogStatusNotification(status=status, request_id=number))


async def report(station: Station, number: int, *statuses: str) -> None:
    for status in statuses:
        await station.ask(call.SignedFirmwareStatusNotification(status=status, request_id=number))


async def job_of(operator: Operator, job: dict[str, Any], state: str) -> dict[str, Any]:
    return dict(await eventually(operator, f"/api/v1/jobs/{job['id']}", "state", state))


@BASIC
async def test_tc_079_get_security_log(station, operator):
    await station.boot()
    job, sent = await ask(operator, station, "logs", "GetLog", type="security")
    assert sent["logType"] == "SecurityLog"
    await report_log(station, sent["requestId"], "Uploading")
    async with httpx.AsyncClient() as client:
        brought = await client.put(f"{sent['log']['remoteLocation']}security.log", content=LOG)
    assert brought.status_code == 201
    await report_log(station, sent["requestId"], "Uploaded")
    done = await job_of(operator, job, "uploaded")
    (file,) = done["files"]
    fetched = await operator.client.get(f"/api/v1/diagnostics/{file['id']}")
    assert (file["name"], fetched.content) == ("security.log", LOG)


async def test_tc_079_to_a_location_of_the_operators(station, operator):
    await station.boot()
    where = "ftp://user:secret@files.example/in/"
    job, sent = await ask(operator, station, "logs", "GetLog", type="security", location=where)
    assert sent["log"] == {"remoteLocation": where}
    await report_log(station, sent["requestId"], "Uploading", "Uploaded")
    done = await job_of(operator, job, "uploaded")
    assert "secret" not in str(done)


@BASIC
async def test_tc_080_secure_firmware_update(station, operator, image):
    await station.boot()
    wish = {"signature": SIGNER.sign(IMAGE), "signing_certificate": SIGNER.certificate}
    job, sent = await ask(
        operator, station, "signed-firmware-updates", "SignedUpdateFirmware",
        firmware_id=image["id"], **wish,
    )  # fmt: skip
    number, firmware = sent["requestId"], sent["firmware"]
    assert firmware["signature"] == wish["signature"]
    assert firmware["signingCertificate"] == wish["signing_certificate"]
    await report(station, number, "Downloading")
    async with httpx.AsyncClient() as client:
        assert (await client.get(firmware["location"])).content == IMAGE
    await report(station, number, "Downloaded")
    await station.status("Unavailable", connector=0)
    await station.status("Unavailable", connector=1)
    await report(station, number, "SignatureVerified", "Installing", "InstallRebooting")
    await station.leave()
    await station.connect()
    boot = call.BootNotification(
        charge_point_vendor="ACME", charge_point_model="One", firmware_version="1.4"
    )
    assert (await station.ask(boot)).status == "Accepted"
    await say(station, "FirmwareUpdated")
    await station.status("Available", connector=0)
    await station.status("Available", connector=1)
    await report(station, number, "Installed")
    done = await job_of(operator, job, "installed")
    assert (done["outcome"], done["firmware_version"]) == ("succeeded", "1.4")
    await event_of(operator, station.name, "FirmwareUpdated")


async def test_tc_080_what_follows_the_reboot_may_come_in_any_order(station, operator, image):
    await station.boot()
    job, sent = await ask(
        operator, station, "signed-firmware-updates", "SignedUpdateFirmware",
        firmware_id=image["id"],
        signature=SIGNER.sign(IMAGE), signing_certificate=SIGNER.certificate,
    )  # fmt: skip
    number = sent["requestId"]
    await report(station, number, "Downloading", "Downloaded", "SignatureVerified")
    await report(station, number, "Installing", "InstallRebooting", "Installed")
    await station.status("Available", connector=1)
    await say(station, "FirmwareUpdated")
    await station.boot()
    assert (await job_of(operator, job, "installed"))["over"]


@BASIC
async def test_tc_081_secure_firmware_update_with_an_invalid_signature(station, operator, image):
    await station.boot()
    wrong = SIGNER.sign(b"something else")
    wish = {"signature": wrong, "signing_certificate": SIGNER.certificate}
    path = f"/api/v1/stations/{station.name}/signed-firmware-updates"
    warned = await operator.client.post(path, json={"firmware_id": image["id"], **wish})
    assert warned.status_code == 422  # what would fail is not sent by mistake (A00.FR.706)
    job, sent = await ask(
        operator, station, "signed-firmware-updates", "SignedUpdateFirmware",
        firmware_id=image["id"], verify=False, **wish,
    )  # fmt: skip
    assert sent["firmware"]["signature"] == wrong
    await report(station, sent["requestId"], "Downloading", "Downloaded", "InvalidSignature")
    await say(station, "InvalidFirmwareSignature")
    assert (await job_of(operator, job, "invalid_signature"))["outcome"] == "failed"
    await event_of(operator, station.name, "InvalidFirmwareSignature")


async def test_tc_081_raw_with_a_signature_that_is_none(station, operator):
    await station.boot()
    station.answers["SignedUpdateFirmware"] = {"status": "Accepted"}
    firmware = {
        "location": "https://files.example/fw.bin",
        "retrieveDateTime": now(),
        "signingCertificate": SIGNER.certificate,
        "signature": "bm8gc2lnbmF0dXJl",
    }
    payload = {"requestId": 4711, "firmware": firmware}
    outcome = await operator.call(station.name, "SignedUpdateFirmware", payload)
    assert await station.asked("SignedUpdateFirmware") == payload
    await report(station, 4711, "Downloading", "Downloaded", "InvalidSignature")
    assert (await job_of(operator, outcome, "invalid_signature"))["over"]


async def say(station: Station, type: str) -> None:
    event = call.SecurityEventNotification(type=type, timestamp=now(), tech_info=None)
    await station.ask(event)

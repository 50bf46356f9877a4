"""The certification cases of Firmware Management, by their numbers (OCTT), with our own file store.

The station really downloads the image and really uploads its diagnostics.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from ocpp.v16 import call

from tests.journeys.charge_point import Station
from tests.journeys.conftest import Operator
from tests.journeys.waiting import eventually, nothing_unasked

__all__ = ["nothing_unasked"]
IMAGE = bytes(range(256)) * 1000
LOG = b"2026-01-01 all is well\n" * 1000


@pytest.fixture
async def image(operator: Operator) -> dict[str, Any]:
    """Firmware that was uploaded."""
    query = {"name": "fw-1.4.bin"}
    answer = await operator.client.post("/api/v1/firmware", params=query, content=IMAGE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def ask(operator: Operator, station: Station, what: str, **wish: Any) -> dict[str, Any]:
    """Have the station do it; the job."""
    path = f"/api/v1/stations/{station.name}/{what}"
    answer = await operator.client.post(path, json=wish, params={"wait": 10})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def update(
    operator: Operator, station: Station, **wish: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The job, and what the station was sent."""
    station.answers["UpdateFirmware"] = {}
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask(operator, station, "firmware-updates", **wish))
        sent = await station.asked("UpdateFirmware")
    return asking.result(), sent


async def report(station: Station, *statuses: str) -> None:
    for status in statuses:
        await station.ask(call.FirmwareStatusNotification(status=status))


async def report_diagnostics(station: Station, *statuses: str) -> None:
    for status in statuses:
        await station.ask(call.DiagnosticsStatusNotification(status=status))


async def boot_anew(station: Station) -> None:
    """On a new socket, as after an installation."""
    await station.status("Unavailable", connector=0)
    await station.status("Unavailable", connector=1)
    await report(station, "Installing")
    await station.leave()
    await station.connect()
    boot = call.BootNotification(
        charge_point_vendor="ACME", charge_point_model="One", firmware_version="1.4"
    )
    assert (await station.ask(boot)).status == "Accepted"
    await station.status("Available", connector=0)
    await station.status("Available", connector=1)


async def job_of(operator: Operator, job: dict[str, Any], state: str) -> dict[str, Any]:
    return dict(await eventually(operator, f"/api/v1/jobs/{job['id']}", "state", state))


async def test_tc_044_1_firmware_update_download_and_install(station, operator, image):
    await station.boot()
    job, sent = await update(operator, station, firmware_id=image["id"], retries=1)
    assert list(sent) == ["location", "retries", "retrieveDate"]
    assert abs(datetime.fromisoformat(sent["retrieveDate"]) - datetime.now(UTC)) < timedelta(
        minutes=1
    )
    await report(station, "Downloading")
    async with httpx.AsyncClient() as client:
        first = await client.get(sent["location"], headers={"Range": "bytes=0-99"})
        rest = await client.get(sent["location"], headers={"Range": "bytes=100-"})
    assert first.content + rest.content == IMAGE
    await report(station, "Downloaded")
    await boot_anew(station)
    await report(station, "Installed")
    done = await job_of(operator, job, "installed")
    assert (done["outcome"], done["firmware_version"]) == ("succeeded", "1.4")
    assert [event["detail"] for event in done["timeline"]][3:] == [
        "Downloading",
        "Downloaded",
        "Installing",
        "1.4",
        "Installed",
    ]


async def test_tc_044_1_installed_may_come_before_the_boot(station, operator, image):
    await station.boot()
    job, _ = await update(operator, station, firmware_id=image["id"])
    await report(station, "Downloading", "Downloaded", "Installing", "Installed")
    await station.boot()
    assert (await job_of(operator, job, "installed"))["over"]


async def test_tc_044_2_firmware_update_download_failed(station, operator):
    await station.boot()
    where = "ftp://files.example/no-such.bin"
    job, sent = await update(operator, station, location=where)
    assert sent["location"] == where
    await report(station, "Downloading", "DownloadFailed")
    assert (await job_of(operator, job, "download_failed"))["outcome"] == "failed"


async def test_tc_044_3_firmware_update_installation_failed(station, operator, image):
    await station.boot()
    job, _ = await update(operator, station, firmware_id=image["id"])
    await report(station, "Downloading", "Downloaded")
    await boot_anew(station)
    await report(station, "InstallationFailed")
    assert (await job_of(operator, job, "installation_failed"))["outcome"] == "failed"


@pytest.mark.parametrize("answer", [{"file_name": "log.txt"}, {}], ids=["named", "unnamed"])
async def test_tc_045_1_get_diagnostics(station, operator, answer):
    await station.boot()
    station.answers["GetDiagnostics"] = answer
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask(operator, station, "diagnostics"))
        sent = await station.asked("GetDiagnostics")
    await report_diagnostics(station, "Uploading")
    async with httpx.AsyncClient() as client:
        brought = await client.put(f"{sent['location']}log.txt", content=LOG)
    assert brought.status_code == 201
    await report_diagnostics(station, "Uploaded")
    done = await job_of(operator, asking.result(), "uploaded")
    (file,) = done["files"]
    fetched = await operator.client.get(f"/api/v1/diagnostics/{file['id']}")
    assert (file["name"], fetched.content) == ("log.txt", LOG)


async def test_tc_045_2_get_diagnostics_upload_failed(station, operator):
    """Raw, to a location of somebody else's: a job all the same."""
    await station.boot()
    station.answers["GetDiagnostics"] = {"file_name": "log.txt"}
    payload = {"location": "ftp://user:secret@files.example/in/", "retries": 1}
    outcome = await operator.call(station.name, "GetDiagnostics", payload)
    assert await station.asked("GetDiagnostics") == payload
    assert "secret" not in str(outcome)
    await report_diagnostics(station, "Uploading", "UploadFailed")
    done = await job_of(operator, outcome, "upload_failed")
    assert (done["outcome"], done["location"]) == ("failed", "ftp://***@files.example/in/")

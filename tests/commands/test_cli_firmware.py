"""`ampledger firmware` and `ampledger diagnostics`, with a station that does as it is told."""

import asyncio
import json

import httpx
import pytest
from ocpp.v16 import call


@pytest.fixture
def image(ampledger, tmp_path):
    """An image that was uploaded."""
    file = tmp_path / "fw-1.4.bin"
    file.write_bytes(b"firmware" * 100_000)
    uploaded = ampledger("firmware", "upload", file, "--json")
    assert uploaded.exit_code == 0, uploaded.output
    return json.loads(uploaded.stdout)


def test_an_image_is_uploaded_listed_removed(ampledger, image):
    assert (image["name"], image["size"]) == ("fw-1.4.bin", 800_000)
    assert image["id"] in ampledger("firmware", "list").stdout
    assert ampledger("firmware", "remove", image["id"]).exit_code == 0
    assert image["id"] not in ampledger("firmware", "list").stdout
    assert ampledger("firmware", "remove", image["id"]).exit_code == 1


async def test_an_update_is_waited_for(say, station, image):
    station.answers["UpdateFirmware"] = {}
    words = ("firmware", "update", station.name, "--firmware", image["id"], "--wait", 20, "--json")
    async with asyncio.TaskGroup() as group:
        updating = group.create_task(say(*words))
        location = (await station.asked("UpdateFirmware"))["location"]
        async with httpx.AsyncClient() as client:
            assert (await client.get(location)).content == b"firmware" * 100_000
        for status in ("Downloading", "Downloaded", "Installing", "Installed"):
            await station.ask(call.FirmwareStatusNotification(status=status))
    assert updating.result().exit_code == 0, updating.result().output
    job = json.loads(updating.result().stdout)
    assert (job["state"], len(job["timeline"])) == ("installed", 7)
    shown = await say("firmware", "show", job["id"])
    assert "Downloading" in shown.stdout
    assert job["id"] in (await say("firmware", "jobs", "--station", station.name)).stdout


async def test_an_update_that_fails_is_an_error(say, station):
    station.answers["UpdateFirmware"] = {}
    words = ("firmware", "update", station.name, "--location", "http://x/y", "--wait", 20)
    async with asyncio.TaskGroup() as group:
        updating = group.create_task(say(*words))
        await station.asked("UpdateFirmware")
        await station.ask(call.FirmwareStatusNotification(status="DownloadFailed"))
    assert updating.result().exit_code == 1
    assert "the job is download failed" in updating.result().stderr


async def test_an_update_that_never_ends_is_closed(say, station):
    station.answers["UpdateFirmware"] = {}
    words = ("firmware", "update", station.name, "--location", "http://x/y", "--wait", 20)
    async with asyncio.TaskGroup() as group:
        updating = group.create_task(say(*words))
        await station.asked("UpdateFirmware")
        listed = await say("firmware", "jobs", "--station", station.name, "--json")
        job = json.loads(listed.stdout)["id"]
        closed = await say("firmware", "close", job, "--reason", "replaced", "--json")
    assert json.loads(closed.stdout)["state"] == "closed"
    assert updating.result().exit_code == 1
    assert "the job is closed (replaced)" in updating.result().stderr


def test_an_update_that_waits_for_its_station_is_not_over(ampledger, name):
    words = ("firmware", "update", name, "--location", "http://x/y", "--ttl", 600)
    assert ampledger(*words).exit_code == 3


async def test_diagnostics_are_waited_for_and_fetched(say, station, tmp_path):
    station.answers["GetDiagnostics"] = {"file_name": "log.txt"}
    words = ("diagnostics", "get", station.name, "--into", tmp_path / "in", "--wait", 20)
    async with asyncio.TaskGroup() as group:
        getting = group.create_task(say(*words))
        location = (await station.asked("GetDiagnostics"))["location"]
        async with httpx.AsyncClient() as client:
            await client.put(f"{location}log.txt", content=b"all is well")
        await station.ask(call.DiagnosticsStatusNotification(status="Uploaded"))
    assert getting.result().exit_code == 0, getting.result().output
    (file,) = (tmp_path / "in").iterdir()
    assert file.read_bytes() == b"all is well"
    assert str(file) in getting.result().stdout.replace("\n", "")

    listed = await say("diagnostics", "list", "--station", station.name, "--json")
    row = json.loads(listed.stdout)
    assert row["name"] == "log.txt"
    again = ("diagnostics", "fetch", row["id"], "--into")
    there = await say(*again, tmp_path / "in")
    assert (there.exit_code, "is there already" in there.stderr) == (1, True)
    assert (await say(*again, tmp_path / "other")).exit_code == 0
    assert [path.name for path in (tmp_path / "other").iterdir()] == [file.name]
    assert (await say("diagnostics", "remove", row["id"])).exit_code == 0
    assert (await say(*again, tmp_path / "none")).exit_code == 1
    assert list((tmp_path / "none").iterdir()) == []


async def test_a_name_that_is_too_long_is_shortened(say, station, tmp_path):
    station.answers["GetDiagnostics"] = {"file_name": "x"}
    words = ("diagnostics", "get", station.name, "--into", tmp_path / "in", "--wait", 20)
    async with asyncio.TaskGroup() as group:
        getting = group.create_task(say(*words))
        location = (await station.asked("GetDiagnostics"))["location"]
        async with httpx.AsyncClient() as client:
            await client.put(f"{location}{'ü' * 250}.log", content=b"x")
        await station.ask(call.DiagnosticsStatusNotification(status="Uploaded"))
    assert getting.result().exit_code == 0, getting.result().output
    (file,) = (tmp_path / "in").iterdir()
    assert file.name.endswith("ü.log")
    assert len(file.name.encode()) in {254, 255}


async def test_a_station_without_diagnostics_says_so(say, station, tmp_path):
    station.answers["GetDiagnostics"] = {}
    words = ("diagnostics", "get", station.name, "--into", tmp_path, "--wait", 20)
    async with asyncio.TaskGroup() as group:
        getting = group.create_task(say(*words))
        await station.asked("GetDiagnostics")
    assert getting.result().exit_code == 0
    assert "nothing_to_upload" in getting.result().stdout

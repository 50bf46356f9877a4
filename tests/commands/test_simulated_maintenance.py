"""A simulated station updates itself and tells how it is (OCPP 1.6 sections 5.19 and 5.9)."""

import pytest

from commands.simulate import transfers
from tests.commands.bench_of_stations import living, soon
from tests.commands.file_server import files, url

__all__ = ["files", "url"]


async def update(central, location, **members):
    asked = {"location": location, "retrieveDate": soon(-60), **members}
    assert await central.ask("UpdateFirmware", **asked) == {}


async def test_firmware_is_fetched_installed_and_told_after_the_reboot(url, files):
    async with living() as central:
        await update(central, f"{url}/box-2.5.1.bin")
        progress = ("Downloading", "Downloaded")
        await central.hears_in_turn("FirmwareStatusNotification", *progress)
        await central.hears("StatusNotification", status="Unavailable", connectorId=1)
        await central.hears("StatusNotification", status="Unavailable", connectorId=2)
        await central.hears("FirmwareStatusNotification", status="Installing")
        boot = await central.hears("BootNotification")
        assert boot["firmwareVersion"] == "2.5.1"
        await central.hears("FirmwareStatusNotification", status="Installed")
        assert files.asked == [("/box-2.5.1.bin", "")]
        answer = await central.ask("RemoteStartTransaction", idTag="ANN", connectorId=1)
        assert answer == {"status": "Accepted"}


async def test_an_installation_waits_for_the_last_car(url):
    async with living() as central:
        await central.ask("RemoteStartTransaction", idTag="ANN", connectorId=1)
        await central.hears("StatusNotification", status="Charging")
        await update(central, f"{url}/box")
        await central.hears("FirmwareStatusNotification", status="Downloaded")
        await central.hears("StatusNotification", status="Unavailable", connectorId=2)
        await central.ask("RemoteStopTransaction", transactionId=7)
        await central.hears("StopTransaction")
        await central.hears("FirmwareStatusNotification", status="Installing")
        assert (await central.hears("BootNotification"))["firmwareVersion"] == "1.1"


async def test_a_download_that_fails_is_tried_again_as_often_as_asked(url, files):
    async with living() as central:
        await update(central, f"{url}/missing", retries=2, retryInterval=0)
        progress = ("Downloading", "DownloadFailed")
        await central.hears_in_turn("FirmwareStatusNotification", *progress)
        assert len(files.asked) == 3


async def test_a_newer_order_takes_the_place_of_one_that_waits(url, files):
    async with living() as central:
        waiting = {"location": f"{url}/old", "retrieveDate": soon(3600)}
        await central.ask("UpdateFirmware", **waiting)
        await update(central, f"{url}/new")
        await central.hears("FirmwareStatusNotification", status="Installed")
        assert [path for path, _ in files.asked] == ["/new"]


async def test_diagnostics_are_delivered_under_the_name_that_was_told(url, files):
    async with living() as central:
        answer = await central.ask("GetDiagnostics", location=f"{url}/in/")
        progress = ("Uploading", "Uploaded")
        await central.hears_in_turn("DiagnosticsStatusNotification", *progress)
        ((path, content),) = files.asked
        assert path == f"/in/{answer['fileName']}"
        assert "connector 2: Available" in content


@pytest.mark.parametrize("place", ["/full", "ftp://127.0.0.1/in"])
async def test_diagnostics_that_nobody_takes_have_failed(url, place):
    async with living() as central:
        location = place if "://" in place else url + place
        await central.ask("GetDiagnostics", location=location)
        progress = ("Uploading", "UploadFailed")
        await central.hears_in_turn("DiagnosticsStatusNotification", *progress)


def test_credentials_in_a_location_are_presented(url, files):
    transfers.fetch(url.replace("http://", "http://box:s%40crt@") + "/a")
    assert files.asked == [("/a", "Basic Ym94OnNAY3J0")]


@pytest.mark.parametrize("path", ["/missing", "/short"])
def test_a_file_that_is_missing_or_broken_off_is_not_transferred(url, path):
    with pytest.raises(transfers.NotTransferred):
        transfers.fetch(url + path)


@pytest.mark.parametrize("location", ["", "ftp://host/a", "file:///etc/hostname", "http://[no"])
def test_only_http_is_spoken(location):
    with pytest.raises(transfers.NotTransferred):
        transfers.fetch(location)
    with pytest.raises(transfers.NotTransferred):
        transfers.deliver(location, "a.txt", b"")


def test_a_file_that_is_too_large_is_not_taken(url, monkeypatch):
    monkeypatch.setattr(transfers, "_LARGEST", 1000)
    with pytest.raises(transfers.NotTransferred, match="too large"):
        transfers.fetch(f"{url}/a")

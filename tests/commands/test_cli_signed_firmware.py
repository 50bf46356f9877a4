"""Signed firmware and logs on the command line, with a station that does as it is told."""

import asyncio
import base64
import json

import httpx
import pytest
from ocpp.v16 import call

from tests.authority import Authority

CONTENT = b"firmware" * 1000
SIGNER = Authority().pair("Firmware")
WAY = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed")


@pytest.fixture
def files(tmp_path):
    """An image, its signature in base64 and as bytes, and the certificate."""
    signature = SIGNER.sign(CONTENT)
    (tmp_path / "fw-1.4.bin").write_bytes(CONTENT)
    (tmp_path / "fw.sig64").write_text(f"{signature[:40]}\n{signature[40:]}\n")
    (tmp_path / "fw.sig").write_bytes(base64.b64decode(signature))
    (tmp_path / "signer.pem").write_text(SIGNER.certificate)
    return tmp_path


@pytest.fixture
def signed(files):
    """The options that name them."""
    return ("--signature", files / "fw.sig", "--certificate", files / "signer.pem")


@pytest.mark.parametrize("signature", ["fw.sig", "fw.sig64"])
def test_an_image_is_uploaded_with_its_signature(ampledger, files, signature):
    how = ("--signature", files / signature, "--certificate", files / "signer.pem")
    uploaded = ampledger("firmware", "upload", files / "fw-1.4.bin", *how, "--json")
    assert uploaded.exit_code == 0, uploaded.output
    assert json.loads(uploaded.stdout)["signed"]


def test_an_image_may_be_signed_afterwards(ampledger, files, signed):
    uploaded = ampledger("firmware", "upload", files / "fw-1.4.bin", "--json")
    image = json.loads(uploaded.stdout)
    assert not image["signed"]
    done = ampledger("firmware", "sign", image["id"], *signed, "--json")
    assert json.loads(done.stdout)["signed"]


def test_a_wrong_signature_is_told_and_the_image_stays(ampledger, files, signed):
    (files / "other.bin").write_bytes(b"other")
    refused = ampledger("firmware", "upload", files / "other.bin", *signed)
    assert refused.exit_code == 1
    assert "is kept without a signature" in refused.stderr
    assert "not that of this file" in refused.stderr
    taken = ampledger("firmware", "upload", files / "other.bin", *signed, "--no-verify")
    assert taken.exit_code == 0


def test_a_signature_needs_its_certificate(ampledger, files):
    alone = ("--signature", files / "fw.sig")
    refused = ampledger("firmware", "upload", files / "fw-1.4.bin", *alone)
    assert (refused.exit_code, "belong together" in refused.stderr) == (2, True)
    update = ("firmware", "update", "X", "--location", "http://x/y")
    refused = ampledger(*update, "--no-verify")
    assert (refused.exit_code, "are for --signed" in refused.stderr) == (2, True)


async def test_a_signed_update_is_waited_for(say, station, files, signed):
    uploaded = await say("firmware", "upload", files / "fw-1.4.bin", *signed, "--json")
    image = json.loads(uploaded.stdout)["id"]
    station.answers["SignedUpdateFirmware"] = {"status": "Accepted"}
    words = ("--signed", "--firmware", image, "--wait", 20, "--json")
    async with asyncio.TaskGroup() as group:
        updating = group.create_task(say("firmware", "update", station.name, *words))
        sent = await station.asked("SignedUpdateFirmware")
        async with httpx.AsyncClient() as client:
            assert (await client.get(sent["firmware"]["location"])).content == CONTENT
        for status in WAY:
            number = sent["requestId"]
            await station.ask(
                call.SignedFirmwareStatusNotification(status=status, request_id=number)
            )
    assert updating.result().exit_code == 0, updating.result().output
    job = json.loads(updating.result().stdout)
    assert (job["kind"], job["state"]) == ("signed_firmware", "installed")
    assert job["remark"].startswith("signature verified")
    listed = await say("firmware", "jobs", "--kind", "signed_firmware", "--json")
    assert job["id"] in listed.stdout


async def test_a_certificate_that_the_station_refuses_is_an_error(say, station, signed):
    station.answers["SignedUpdateFirmware"] = {"status": "RevokedCertificate"}
    words = ("--signed", "--location", "http://x/y", *signed, "--wait", 20)
    async with asyncio.TaskGroup() as group:
        updating = group.create_task(say("firmware", "update", station.name, *words))
        await station.asked("SignedUpdateFirmware")
    assert updating.result().exit_code == 1
    assert "the job is failed (revoked certificate)" in updating.result().stderr


async def test_a_station_that_wants_signed_firmware_leads_to_a_hint(say, station):
    del station.point.route_map["UpdateFirmware"]  # it answers NotImplemented
    words = ("--location", "http://x/y", "--wait", 20)
    updating = await say("firmware", "update", station.name, *words)
    assert updating.exit_code == 1
    assert "it may want signed firmware" in updating.stderr


def test_a_campaign_of_signed_firmware_is_started(ampledger, name, files, signed):
    uploaded = ampledger("firmware", "upload", files / "fw-1.4.bin", *signed, "--json")
    image = json.loads(uploaded.stdout)["id"]
    words = ("--signed", "--firmware", image, "--station", name, "--json")
    made = ampledger("firmware", "campaign", "start", *words)
    assert made.exit_code == 0, made.output
    row = json.loads(made.stdout)
    assert row["action"] == "SignedUpdateFirmware"
    assert row["remark"].startswith("signature verified")


@pytest.mark.parametrize(
    ("type", "sent"), [("security", "SecurityLog"), ("diagnostics", "DiagnosticsLog")]
)
async def test_a_log_is_waited_for_and_fetched(say, station, tmp_path, type, sent):
    station.answers["GetLog"] = {"status": "Accepted", "filename": "log.txt"}
    words = ("logs", "get", station.name, "--type", type, "--into", tmp_path / "in", "--wait", 20)
    async with asyncio.TaskGroup() as group:
        getting = group.create_task(say(*words))
        asked = await station.asked("GetLog")
        async with httpx.AsyncClient() as client:
            await client.put(f"{asked['log']['remoteLocation']}log.txt", content=b"all is well")
        number = asked["requestId"]
        await station.ask(call.LogStatusNotification(status="Uploaded", request_id=number))
    assert asked["logType"] == sent
    assert getting.result().exit_code == 0, getting.result().output
    (file,) = (tmp_path / "in").iterdir()
    assert file.read_bytes() == b"all is well"


async def test_a_log_that_is_not_given_is_an_error(say, station, tmp_path):
    station.answers["GetLog"] = {"status": "Rejected"}
    words = ("logs", "get", station.name, "--into", tmp_path, "--wait", 20)
    async with asyncio.TaskGroup() as group:
        getting = group.create_task(say(*words))
        await station.asked("GetLog")
    assert getting.result().exit_code == 1
    assert "the job is failed (rejected)" in getting.result().stderr

"""Signed firmware as an operator asks for it: verified first, followed to its end."""

import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from tests.api.stage import PATIENCE, Station, eventually
from tests.authority import Authority

pytestmark = pytest.mark.asyncio(loop_scope="session")

MAKER = Authority()
SIGNER = MAKER.pair("Firmware")
CONTENT = b"firmware"
GIVEN = {"signature": SIGNER.sign(CONTENT), "signing_certificate": SIGNER.certificate}
THERE = {"location": "https://files.example/new.bin", **GIVEN}
STATUS = "SignedFirmwareStatusNotification"


@pytest.fixture
def begin(api, name):
    """Ask the station for a signed update."""

    async def ask(body, **query):
        path = f"/api/v1/stations/{name}/signed-firmware-updates"
        return await api.post(path, json=body, params=query)

    return ask


@pytest_asyncio.fixture(loop_scope="session")
async def image(api):
    """An image here, that nobody has signed."""
    return (await api.post("/api/v1/firmware?name=fw.bin", content=CONTENT)).json()["id"]


@pytest_asyncio.fixture(loop_scope="session")
async def signed_image(api, image):
    """The same with its signature."""
    answer = await api.put(f"/api/v1/firmware/{image}/signature", json=GIVEN)
    assert answer.status_code == 200, answer.text
    return image


@pytest.fixture
def shows(api):
    """The job, once it is in a state."""

    async def wait(job, state):
        async def check():
            found = (await api.get(f"/api/v1/jobs/{job}")).json()
            return found if found["state"] == state else None

        return await eventually(check)

    return wait


async def sent_to(station):
    call, frame = await station.asked()
    return call, orjson.loads(frame)[3]


async def test_an_image_goes_out_with_the_signature_that_is_kept_with_it(
    api, begin, station, signed_image, installation
):
    dates = {"retrieve_date": "2026-05-01T12:00:00Z", "install_date": "2026-05-02T12:00:00Z"}
    answer = await begin({"firmware_id": signed_image, "retries": 2, **dates})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    call, sent = await sent_to(station)
    location = sent["firmware"].pop("location")
    assert location.startswith(f"{installation.api}/files/")
    assert location.endswith("/fw.bin")
    assert sent == {
        "retries": 2,
        "requestId": job["request_id"],
        "firmware": {
            "retrieveDateTime": "2026-05-01T12:00:00.000Z",
            "installDateTime": "2026-05-02T12:00:00.000Z",
            "signingCertificate": SIGNER.certificate,
            "signature": GIVEN["signature"],
        },
    }
    assert (job["id"], job["kind"], job["state"]) == (call, "signed_firmware", "requested")
    assert job["remark"].startswith("signature verified; ")
    token = urlsplit(location).path.split("/")[2]
    for path in (f"jobs/{job['id']}", f"calls/{job['id']}"):
        shown = (await api.get(f"/api/v1/{path}")).text
        assert "/files/***/" in shown
        assert token not in shown


async def test_a_job_tells_all_that_happened(begin, station, shows):
    job = (await begin(THERE)).json()
    call, sent = await sent_to(station)
    number = sent["requestId"]
    await station.reply(call, {"status": "Accepted"})
    for status in ("Downloading", "Downloaded", "SignatureVerified", "Installing"):
        await station.ask(STATUS, status=status, requestId=number)
    await station.ask(STATUS, status="InstallRebooting", requestId=number)
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.4"}
    await station.ask("BootNotification", **boot)
    await station.ask(STATUS, status="Installed", requestId=number)
    done = await shows(job["id"], "installed")
    assert (done["over"], done["outcome"], done["firmware_version"]) == (True, "succeeded", "1.4")
    assert done["remark"].startswith("signature not verified: the image is elsewhere")
    assert [event["state"] for event in done["timeline"]][2:] == [
        "answered",
        "downloading",
        "downloaded",
        "signature_verified",
        "installing",
        "install_rebooting",
        "install_rebooting",
        "installed",
    ]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Rejected", "rejected"),
        ("InvalidCertificate", "invalid_certificate"),
        ("RevokedCertificate", "revoked_certificate"),
    ],
)
async def test_a_station_says_why_it_does_not_take_it(begin, station, status, reason):
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(begin(THERE, wait=PATIENCE))
        call, _ = await sent_to(station)
        await station.reply(call, {"status": status})
    job = asking.result().json()
    assert (job["state"], job["outcome"], job["reason"]) == ("failed", "failed", reason)


async def test_a_second_update_has_another_number_and_takes_the_place_of_the_first(
    begin, station, shows
):
    jobs, numbers = [], []
    for status in ("Accepted", "AcceptedCanceled"):
        jobs.append((await begin(THERE)).json()["id"])
        call, sent = await sent_to(station)
        numbers.append(sent["requestId"])
        await station.reply(call, {"status": status})
    await station.ask(STATUS, status="Installed", requestId=numbers[1])
    await shows(jobs[1], "installed")
    await shows(jobs[0], "superseded")
    assert numbers[0] != numbers[1]


async def test_a_signature_that_is_not_of_the_image_is_not_sent_unless_that_is_wished(
    begin, station, image
):
    wrong = {"firmware_id": image, **GIVEN, "signature": SIGNER.sign(b"else")}
    refused = await begin(wrong)
    assert refused.status_code == 422
    assert "is not that of this file" in refused.json()["detail"]
    job = (await begin({**wrong, "verify": False})).json()
    _, sent = await sent_to(station)
    assert sent["firmware"]["signature"] == wrong["signature"]
    assert job["remark"] == "nothing was verified: whoever asked passed over it"


async def test_a_number_that_a_raw_call_has_taken_is_passed_over(api, begin, station, name):
    first = (await begin(THERE)).json()["request_id"]
    call, sent = await sent_to(station)
    await station.reply(call, {"status": "Accepted"})
    raw = {"requestId": first + 1, "firmware": sent["firmware"]}
    await api.post(f"/api/v1/stations/{name}/calls/SignedUpdateFirmware", json=raw)
    call, _ = await sent_to(station)
    await station.reply(call, {"status": "Accepted"})
    assert (await begin(THERE)).json()["request_id"] > first + 1


async def test_the_password_in_a_location_goes_to_the_station_alone(api, begin, station):
    foreign = "ftp://user:hunter2@files.example/new.bin"
    job = (await begin({**THERE, "location": foreign})).json()
    _, sent = await sent_to(station)
    assert sent["firmware"]["location"] == foreign
    assert job["location"] == "ftp://***@files.example/new.bin"
    for path in (f"jobs/{job['id']}", f"calls/{job['id']}"):
        assert "hunter2" not in (await api.get(f"/api/v1/{path}")).text


async def test_a_long_name_leaves_the_location_short_enough(api, begin, station):
    query = {"name": "ä" * 200 + "-1.4.bin"}
    image = (await api.post("/api/v1/firmware", params=query, content=CONTENT)).json()["id"]
    await begin({"firmware_id": image, **GIVEN})
    _, sent = await sent_to(station)
    location = sent["firmware"]["location"]
    assert 500 <= len(location) <= 512
    assert location.endswith("%A4-1.4.bin")
    assert (await api.get(location)).content == CONTENT


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "either firmware_id or location"),
        ({**THERE, "firmware_id": "z"}, 422, "either firmware_id or location"),
        ({"location": "http://x/y"}, 422, "needs a signature"),
        ({"location": "http://x/y", "signature": "AAAA"}, 422, "belong together"),
        ({"firmware_id": "nope"}, 404, "there is no firmware nope"),
        ({**THERE, "location": "http://x/" + "y" * 512}, 422, "location"),
        ({**THERE, "location": "gopher://x/y"}, 422, "location"),
        ({**THERE, "signature": "x" * 801}, 422, "signature"),
        ({**THERE, "signing_certificate": "PEM"}, 422, "it is no PEM"),
        (
            {
                **THERE,
                "retrieve_date": "2026-05-02T00:00:00Z",
                "install_date": "2026-05-01T00:00:00Z",
            },
            422,
            "must not be before",
        ),
        (THERE, 409, "not connected"),
    ],
)
async def test_what_cannot_begin_is_refused(begin, body, status, said):
    answer = await begin(body)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


async def test_an_image_without_signature_needs_one(begin, image):
    answer = await begin({"firmware_id": image})
    assert answer.status_code == 422
    assert "has no signature" in answer.json()["detail"]


async def test_a_signature_is_kept_replaced_and_goes_with_its_image(api, signed_image):
    path = f"/api/v1/firmware/{signed_image}"
    kept = (await api.get(f"{path}/signature")).json()
    assert kept["signature"] == GIVEN["signature"]
    assert kept["signing_certificate"] == SIGNER.certificate
    assert (kept["stored_by"], kept["remark"][:18]) == ("admin", "signature verified")
    wrong = {**GIVEN, "signature": SIGNER.sign(b"else")}
    assert (await api.put(f"{path}/signature", json=wrong)).status_code == 422
    replaced = await api.put(f"{path}/signature", json={**wrong, "verify": False})
    assert replaced.json()["signature"] == wrong["signature"]
    assert (await api.get(path)).json()["signed"]
    listed = (await api.get("/api/v1/firmware")).json()["items"]
    assert {item["id"]: item["signed"] for item in listed}[signed_image]
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(f"{path}/signature")).status_code == 404


async def test_an_image_is_not_removed_as_what_it_is_not(api, signed_image):
    """Neither are its signature, and the right of stations to fetch it."""
    assert (await api.delete(f"/api/v1/diagnostics/{signed_image}")).status_code == 404
    assert (await api.get(f"/api/v1/firmware/{signed_image}/signature")).status_code == 200


async def test_an_image_that_nobody_signed_says_so(api, image):
    assert not (await api.get(f"/api/v1/firmware/{image}")).json()["signed"]
    assert (await api.get(f"/api/v1/firmware/{image}/signature")).status_code == 404
    assert (await api.put("/api/v1/firmware/nope/signature", json=GIVEN)).status_code == 404


async def test_a_station_that_does_not_know_unsigned_updates_leads_to_a_hint(api, name, station):
    path = f"/api/v1/stations/{name}/firmware-updates"
    job = (await api.post(path, json={"location": "http://x/y"})).json()["id"]
    assert (await api.get(f"/api/v1/jobs/{job}")).json()["hint"] == ""
    call, _ = await station.asked()
    await station.refuse(call, "NotSupported", "signed only")

    async def hinted():
        return (await api.get(f"/api/v1/jobs/{job}")).json()["hint"]

    assert "it may want signed firmware" in await eventually(hinted)


# --- campaigns ---


async def test_a_campaign_of_signed_firmware_is_done_when_it_is_installed(
    api, installation, name, signed_image
):
    wish = {"signed_firmware": {"firmware_id": signed_image}, "stations": [name]}
    async with Station.connected(installation, name) as station:
        made = await api.post("/api/v1/campaigns", json=wish)
        assert made.status_code == 202, made.text
        call, sent = await sent_to(station)
        location = sent["firmware"]["location"]
        assert location.endswith(f"/{name}/fw.bin")
        assert (await api.get(location)).content == CONTENT
        await station.reply(call, {"status": "AcceptedCanceled"})
        await station.ask(STATUS, status="Installed", requestId=sent["requestId"])

        async def finished():
            row = (await api.get(made.headers["Location"])).json()
            return row if row["state"] == "finished" else None

        row = await eventually(finished)
    assert (row["action"], row["until"]) == ("SignedUpdateFirmware", "completed")
    assert row["stations"]["succeeded"] == 1
    job = (await api.get("/api/v1/jobs", params={"station": name})).json()["items"][0]
    assert job["kind"] == "signed_firmware"
    assert job["remark"] == row["remark"]
    assert row["remark"].startswith("signature verified")


async def test_a_bulk_call_counts_a_request_that_took_the_place_of_another(api, installation, name):
    payload = {
        "logType": "SecurityLog",
        "requestId": 7,
        "log": {"remoteLocation": "http://x/{station}/"},
    }
    wish = {"action": "GetLog", "payload": payload, "stations": [name]}
    async with Station.connected(installation, name) as station:
        made = await api.post("/api/v1/bulk-calls", json=wish)
        call, sent = await sent_to(station)
        assert sent["log"]["remoteLocation"] == f"http://x/{name}/"
        await station.reply(call, {"status": "AcceptedCanceled", "filename": "x"})

        async def finished():
            row = (await api.get(made.headers["Location"])).json()
            return row if row["state"] == "finished" else None

        assert (await eventually(finished))["stations"]["succeeded"] == 1


async def test_a_campaign_whose_location_has_no_room_for_an_id_is_refused(api):
    place = {**THERE, "location": "http://x/{station}/" + "y" * 480}
    long = [f"{uuid4().hex}-{'ä' * 200}"]
    answer = await api.post("/api/v1/campaigns", json={"signed_firmware": place, "stations": long})
    assert answer.status_code == 422
    assert "firmware.location" in answer.json()["detail"]


async def test_what_is_wrong_with_a_signature_keeps_a_campaign_from_beginning(api, image, name):
    wish = {"signed_firmware": {"firmware_id": image}, "stations": [name]}
    answer = await api.post("/api/v1/campaigns", json=wish)
    assert answer.status_code == 422
    assert "has no signature" in answer.json()["detail"]

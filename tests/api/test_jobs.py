"""Firmware updates and diagnostics as an operator asks for them, and what is shown of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import orjson
import pytest
import pytest_asyncio

from projections import files
from tests.api.stage import PATIENCE, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOREIGN = "ftp://user:hunter2@files.example/new.bin"
THERE = {"location": "http://x/y"}
SOONER, LATER = "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"


@pytest.fixture
def begin(api, name):
    """Ask the station for something that is a job."""

    async def ask(what, body=None, **query):
        return await api.post(f"/api/v1/stations/{name}/{what}", json=body or {}, params=query)

    return ask


@pytest_asyncio.fixture(loop_scope="session")
async def image(api):
    """An image here."""
    answer = await api.post("/api/v1/firmware", params={"name": "fw 1.4.bin"}, content=b"firmware")
    return answer.json()


@pytest.fixture
def shows(api):
    """The job, once it is in a state."""

    async def wait(job, state):
        async def check():
            found = (await api.get(f"/api/v1/jobs/{job}")).json()
            return found if found["state"] == state else None

        return await eventually(check)

    return wait


def payload(frame):
    return orjson.loads(frame)[3]


async def test_an_update_goes_out_with_a_location_of_ours(begin, station, image, installation):
    before = datetime.now(UTC)
    answer = await begin("firmware-updates", {"firmware_id": image["id"], "retries": 2})
    job = answer.json()
    call, frame = await station.asked()
    sent = payload(frame)

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["id"], job["kind"], job["state"]) == (call, "firmware", "requested")
    assert list(sent) == ["location", "retries", "retrieveDate"]
    assert sent["location"].startswith(f"{installation.api}/files/")
    assert urlsplit(sent["location"]).path.endswith("/fw%201.4.bin")
    wanted = datetime.fromisoformat(sent["retrieveDate"])
    assert before - timedelta(seconds=1) < wanted <= datetime.now(UTC)


async def test_the_token_in_a_location_is_told_to_the_station_alone(
    api, begin, station, image, name
):
    job = (await begin("firmware-updates", {"firmware_id": image["id"]})).json()
    _, frame = await station.asked()
    token = urlsplit(payload(frame)["location"]).path.split("/")[2]
    for path in (f"jobs/{job['id']}", f"calls/{job['id']}", f"stations/{name}/journal"):
        shown = (await api.get(f"/api/v1/{path}")).text
        assert "/files/***/" in shown
        assert token not in shown


async def test_a_foreign_location_goes_out_as_it_is_and_is_shown_without_password(
    api, begin, station
):
    date = "2030-01-01T00:00:00.000Z"
    wish = {"location": FOREIGN, "retrieve_date": date, "retries": 1, "retry_interval": 60}
    job = (await begin("firmware-updates", wish)).json()
    _, frame = await station.asked()
    assert payload(frame) == {
        "location": FOREIGN,
        "retries": 1,
        "retrieveDate": date,
        "retryInterval": 60,
    }
    assert job["location"] == "ftp://***@files.example/new.bin"
    assert "hunter2" not in (await api.get(f"/api/v1/calls/{job['id']}")).text


async def test_a_raw_call_is_a_job_too(api, name, station):
    raw = {"location": "http://x/y", "retrieveDate": "2026-01-01T00:00:00Z"}
    call = await api.post(f"/api/v1/stations/{name}/calls/UpdateFirmware", json=raw)
    await station.asked()
    job = (await api.get(f"/api/v1/jobs/{call.json()['id']}")).json()
    assert (job["station"], job["location"]) == (name, "http://x/y")


async def test_a_job_tells_all_that_happened(api, begin, station, shows):
    job = (await begin("firmware-updates", {"location": "http://x/y"})).json()
    call, _ = await station.asked()
    await station.reply(call, {})
    for status in ("Downloading", "Downloaded", "Downloading", "Installing"):
        await station.ask("FirmwareStatusNotification", status=status)
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.4"}
    await station.ask("BootNotification", **boot)
    await station.ask("FirmwareStatusNotification", status="Installed")

    done = await shows(job["id"], "installed")
    assert (done["over"], done["outcome"], done["firmware_version"]) == (True, "succeeded", "1.4")
    told = [(event["what"], event["detail"], event["late"]) for event in done["timeline"]]
    assert told == [
        ("requested", "http://x/y", False),
        ("sent", "", False),
        ("answered", "", False),
        ("status", "Downloading", False),
        ("status", "Downloaded", False),
        ("status", "Downloading", True),
        ("status", "Installing", False),
        ("boot", "1.4", False),
        ("status", "Installed", False),
    ]
    over = (await api.get("/api/v1/jobs", params={"over": True, "kind": "firmware"})).json()
    assert job["id"] in {item["id"] for item in over["items"]}


async def test_a_job_that_was_waited_for_shows_the_refusal(begin, station):
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(
            begin("firmware-updates", {"location": "http://x/y"}, wait=PATIENCE)
        )
        call, _ = await station.asked()
        await station.refuse(call, "NotSupported", "signed only")
    job = asking.result().json()
    assert (job["state"], job["outcome"], job["reason"]) == ("failed", "failed", "refused")


async def test_diagnostics_come_to_us_and_are_fetched(api, begin, station, name, shows):
    wish = {"start_time": "2026-01-01T00:00:00Z", "retries": 0}
    job = (await begin("diagnostics", wish)).json()
    call, frame = await station.asked()
    sent = payload(frame)
    assert list(sent) == ["location", "retries", "startTime"]
    await station.reply(call, {"fileName": "log.txt"})
    await station.ask("DiagnosticsStatusNotification", status="Uploading")
    brought = await api.put(sent["location"] + "log.txt", content=b"all is well")
    assert brought.status_code == 201
    await station.ask("DiagnosticsStatusNotification", status="Uploaded")

    done = await shows(job["id"], "uploaded")
    (file,) = done["files"]
    assert (done["file_name"], file["name"], file["size"]) == ("log.txt", "log.txt", 11)
    fetched = await api.get(f"/api/v1/diagnostics/{file['id']}")
    assert fetched.content == b"all is well"
    listed = (await api.get("/api/v1/diagnostics", params={"station": name})).json()["items"]
    assert listed == [file]
    assert (await api.delete(f"/api/v1/diagnostics/{file['id']}")).status_code == 204
    assert (await api.get(f"/api/v1/diagnostics/{file['id']}")).status_code == 404


async def test_statuses_nobody_asked_for_are_shown_apart(api, station, name):
    await station.ask("FirmwareStatusNotification", status="Idle")

    async def check():
        path = f"/api/v1/stations/{name}/unasked-statuses"
        return (await api.get(path)).json()["items"]

    (status,) = await eventually(check)
    assert (status["kind"], status["detail"]) == ("firmware", "Idle")


async def test_jobs_come_in_pages(api, begin, name):
    made = [
        (await begin("firmware-updates", {"location": "http://x/y"}, ttl=600)).json()["id"]
        for _ in range(3)
    ]
    first = (await api.get("/api/v1/jobs", params={"station": name, "limit": 2})).json()
    query = {"station": name, "cursor": first["next"]}
    rest = (await api.get("/api/v1/jobs", params=query)).json()
    items = first["items"] + rest["items"]
    assert [job["id"] for job in items] == made[::-1]
    assert [job["state"] for job in items] == ["requested"] * 3


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("firmware-updates", {}, 422),
        ("firmware-updates", {"location": "http://x/y", "firmware_id": "z"}, 422),
        ("firmware-updates", {"firmware_id": "nope"}, 404),
        ("firmware-updates", {"location": "http://x/y"}, 409),
        ("firmware-updates", {"location": "http://x/y", "more": 1}, 422),
        ("firmware-updates", {"location": "nonsense"}, 422),
        ("firmware-updates", {"location": "gopher://x/y"}, 422),
        ("firmware-updates", {"location": "http://"}, 422),
        ("firmware-updates", {**THERE, "retrieve_date": "9999-12-31T00:00:00Z"}, 422),
        ("firmware-updates", {**THERE, "retrieve_date": "0001-01-01T00:00:00+14:00"}, 422),
        ("firmware-updates", {**THERE, "retrieve_date": "2099-12-31T23:59:59-14:00"}, 422),
        ("diagnostics", {"location": "x"}, 422),
        ("diagnostics", {"start_time": "yesterday"}, 422),
        ("diagnostics", {"start_time": "9999-12-31T23:59:59-14:00"}, 422),
        ("diagnostics", {"start_time": LATER, "stop_time": SOONER}, 422),
        ("diagnostics", {"start_time": SOONER, "stop_time": SOONER}, 422),
        ("diagnostics", {}, 409),
    ],
)
async def test_what_cannot_begin_is_refused(begin, what, body, status):
    assert (await begin(what, body)).status_code == status


async def test_who_is_refused_keeps_no_right(begin, image, monkeypatch):
    granted: list[str] = []
    revoked: list[str] = []
    for name, seen in (("grant", granted), ("revoke", revoked)):
        real = getattr(files, name)

        def noted(connection, given, seen=seen, real=real):
            seen.append(getattr(given, "subject", given))
            return real(connection, given)

        monkeypatch.setattr(files, name, noted)
    assert (await begin("diagnostics")).status_code == 409
    assert (await begin("firmware-updates", {"firmware_id": image["id"]})).status_code == 409
    assert len(granted) == 2
    assert revoked == granted


async def test_a_job_that_is_none_is_not_found(api):
    assert (await api.get("/api/v1/jobs/nope")).status_code == 404


async def test_a_job_that_never_ends_is_closed_once(api, begin, station):
    job = (await begin("firmware-updates", {"location": "http://x/y"})).json()["id"]
    call, _ = await station.asked()
    await station.reply(call, {})

    async def close(job, reason="replaced"):
        return await api.post(f"/api/v1/jobs/{job}/close", json={"reason": reason})

    async def closed():
        answer = await close(job)
        return answer.json() if answer.status_code == 200 else None

    done = await eventually(closed)
    assert (done["state"], done["outcome"], done["reason"]) == ("closed", "failed", "replaced")
    assert (await close(job)).json()["timeline"] == done["timeline"]
    assert (await close("nobody")).status_code == 404
    assert (await close(job, "")).status_code == 422


async def test_a_job_that_has_not_gone_out_is_not_closed(api, begin):
    job = (await begin("firmware-updates", {"location": "http://x/y"}, ttl=600)).json()["id"]
    answer = await api.post(f"/api/v1/jobs/{job}/close", json={"reason": "replaced"})
    assert answer.status_code == 409
    assert "cancel its call" in answer.json()["detail"]

"""Logs as an operator asks for them: here, or at a location of somebody else's."""

import orjson
import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOONER, LATER = "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"
STATUS = "LogStatusNotification"


@pytest.fixture
def begin(api, name):
    """Ask the station for a log."""

    async def ask(body):
        return await api.post(f"/api/v1/stations/{name}/logs", json=body)

    return ask


async def test_a_log_comes_to_us_and_is_fetched(api, begin, station, installation):
    wish = {"type": "security", "oldest": SOONER, "latest": LATER, "retries": 1}
    answer = await begin(wish)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    call, frame = await station.asked()
    sent = orjson.loads(frame)[3]
    location = sent["log"]["remoteLocation"]
    assert list(sent) == ["log", "logType", "requestId", "retries"]
    assert sent["log"] == {
        "remoteLocation": location,
        "oldestTimestamp": "2026-05-01T00:00:00.000Z",
        "latestTimestamp": "2026-05-02T00:00:00.000Z",
    }
    assert (sent["logType"], sent["requestId"]) == ("SecurityLog", job["request_id"])
    assert (job["kind"], "/files/***/" in job["location"]) == ("log", True)
    assert location.startswith(f"{installation.api}/files/")

    await station.reply(call, {"status": "Accepted", "filename": "security.log"})
    await station.ask(STATUS, status="Uploading", requestId=sent["requestId"])
    assert (await api.put(f"{location}security.log", content=b"all is well")).status_code == 201
    await station.ask(STATUS, status="Uploaded", requestId=sent["requestId"])

    async def uploaded():
        found = (await api.get(f"/api/v1/jobs/{job['id']}")).json()
        return found if found["state"] == "uploaded" else None

    done = await eventually(uploaded)
    (file,) = done["files"]
    assert (done["file_name"], file["name"]) == ("security.log", "security.log")
    fetched = await api.get(f"/api/v1/diagnostics/{file['id']}")
    assert fetched.content == b"all is well"


async def test_diagnostics_are_a_log_too_and_may_go_elsewhere(api, begin, station):
    where = "ftp://user:hunter2@files.example/in/"
    job = (await begin({"type": "diagnostics", "location": where})).json()
    _, frame = await station.asked()
    sent = orjson.loads(frame)[3]
    assert (sent["logType"], sent["log"]) == ("DiagnosticsLog", {"remoteLocation": where})
    assert job["location"] == "ftp://***@files.example/in/"
    assert "hunter2" not in (await api.get(f"/api/v1/calls/{job['id']}")).text


async def test_logs_are_listed_by_their_kind(api, begin, station, name):
    job = (await begin({"type": "security"})).json()["id"]
    await station.asked()
    query = {"station": name, "kind": "log"}
    items = (await api.get("/api/v1/jobs", params=query)).json()["items"]
    assert [item["id"] for item in items] == [job]
    query["kind"] = "signed_firmware"
    assert (await api.get("/api/v1/jobs", params=query)).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"type": "other"}, 422),
        ({"type": "security", "more": 1}, 422),
        ({"type": "security", "oldest": "yesterday"}, 422),
        ({"type": "security", "oldest": LATER, "latest": SOONER}, 422),
        ({"type": "security", "location": "x"}, 422),
        ({"type": "security", "location": "http://x/" + "y" * 512}, 422),
        ({"type": "security"}, 409),
    ],
)
async def test_what_cannot_begin_is_refused(begin, body, status):
    assert (await begin(body)).status_code == status

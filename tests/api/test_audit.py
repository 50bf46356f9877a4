"""The audit trail: every wish of a person, granted or refused, who, when, from where."""

import csv
import io
import socket
import struct
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.stage import ADMIN_TOKEN, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def trail(api, **wanted):
    answer = await api.get("/api/v1/audit", params=wanted)
    assert answer.status_code == 200
    return answer.json()["items"]


async def test_a_wish_is_in_the_trail_as_soon_as_it_is_answered(api, tag):
    (acted,) = await trail(api, subject=f"token:{tag.lower()}")
    assert (acted["by"], acted["origin"], acted["operation"], acted["outcome"]) == (
        "admin",
        "127.0.0.1",
        "IssueToken",
        "granted",
    )
    age = datetime.now(UTC) - datetime.fromisoformat(acted["at"])
    assert timedelta() <= age < timedelta(minutes=1)


async def test_a_refusal_is_in_the_trail_with_its_reason(api, name):
    assert (await api.post(f"/api/v1/stations/{name}/calls/ClearCache")).status_code == 409
    (acted,) = await trail(api, subject=name, outcome="refused")
    assert (acted["operation"], acted["reason"]) == ("RequestCall", "the station is not connected")
    assert "action: ClearCache" in acted["detail"]


async def test_every_kind_of_call_tells_where_it_comes_from(api, name):
    """The call box has a desk of its own."""
    await api.post(f"/api/v1/stations/{name}/calls/ClearCache?ttl=60")
    await api.post(f"/api/v1/stations/{name}/trigger?ttl=60", json={"message": "Heartbeat"})
    origins = {each["origin"] for each in await trail(api, subject=name, operation="RequestCall")}
    assert origins == {"127.0.0.1"}


async def test_who_is_gone_before_the_server_looks_is_in_it_all_the_same(api, installation, name):
    """The system gives no address of a connection that was reset, and yet what it has sent."""
    head = f"Host: x\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n\r\n"
    _, port = installation.api.rsplit(":", 1)
    with socket.create_connection(("127.0.0.1", int(port))) as gone:  # the server's loop is ours
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.sendall(f"DELETE /api/v1/stations/{name} HTTP/1.1\r\n{head}".encode())
    found = await eventually(lambda: trail(api, subject=name, operation="RemoveStation"))
    assert [each["origin"] for each in found] == ["127.0.0.1"]


async def test_its_journal_entry_is_found_by_the_id(api, tag):
    (acted,) = await trail(api, subject=f"token:{tag.lower()}")
    path = f"/api/v1/stations/token%3A{tag.lower()}/journal"
    journal = (await api.get(path, params={"message_id": acted["id"]})).json()["items"]
    assert [each["action"] for each in journal] == ["IssueToken"]


async def test_a_secret_is_nowhere_in_it(api, name):
    payload = {"key": "AuthorizationKey", "value": "s3cret-s3cret-s3cret"}
    await api.post(f"/api/v1/stations/{name}/calls/ChangeConfiguration?ttl=60", json=payload)
    await api.put(f"/api/v1/stations/{name}", json={"password": "s3cret-s3cret-s3cret"})
    found = await trail(api, subject=name)
    assert len(found) == 3
    assert "s3cret" not in str(found)


async def test_it_comes_in_pages_in_both_orders_and_by_time(api, name):
    for _ in range(3):
        await api.post(f"/api/v1/stations/{name}/disconnect")
    newest = await api.get("/api/v1/audit", params={"subject": name, "limit": 2})
    rest = await trail(api, subject=name, limit=2, cursor=newest.json()["next"])
    ids = [each["id"] for each in newest.json()["items"] + rest]
    assert ids == [each["id"] for each in await trail(api, subject=name)]
    oldest = await trail(api, subject=name, newest_first=False)
    assert [each["id"] for each in oldest] == ids[::-1]
    later = await trail(api, subject=name, newest_first=False, after=oldest[1]["position"])
    assert [each["id"] for each in later] == ids[::-1][2:]
    assert await trail(api, subject=name, until="2020-01-01T00:00:00Z") == []
    assert len(await trail(api, subject=name, since="2020-01-01T00:00:00Z")) == len(ids)


async def test_it_comes_as_a_spreadsheet_whole(api, name):
    answer = await api.get(
        "/api/v1/audit", params={"subject": name, "limit": 1}, headers={"Accept": "text/csv"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["by"], row["operation"]) for row in rows] == [("admin", "RegisterStation")]


async def test_files_that_come_and_go_are_in_it(api):
    uploaded = await api.post("/api/v1/firmware?name=audited.bin", content=b"image")
    file = uploaded.json()["id"]
    await api.delete(f"/api/v1/firmware/{file}")

    async def recorded():
        found = await trail(api, subject=f"file:{file}")
        return {each["operation"] for each in found} == {"UploadFirmware", "RemoveFile"}

    assert await eventually(recorded)
    assert (await api.delete(f"/api/v1/firmware/{file}")).status_code == 404


async def test_a_location_that_many_stations_may_bring_files_to_is_in_it(api):
    before = len(await trail(api, operation="AddLocation"))
    location = (await api.post("/api/v1/diagnostics/locations")).json()["location"]

    async def since() -> list[dict[str, object]]:
        return (await trail(api, operation="AddLocation"))[: -before or None]

    token = location.split("/files/")[1].split("/")[0]
    for acted in await eventually(since):
        assert (acted["by"], acted["outcome"]) == ("admin", "granted")
        assert token not in str(acted)


async def test_a_sign_in_that_failed_is_in_it(api, installation):
    async with installation.client("amp_nobodys") as nobody:
        await nobody.get("/api/v1/stations")
    found = await eventually(lambda: trail(api, operation="SignIn"))
    assert (found[0]["by"], found[0]["origin"], found[0]["outcome"]) == ("", "127.0.0.1", "refused")


async def test_what_was_beyond_a_role_is_in_it(api, installation):
    token = (await api.post("/api/v1/users", json={"name": "curious"})).json()["token"]
    async with installation.client(token) as curious:
        assert (await curious.get("/api/v1/audit")).status_code == 403
    found = await eventually(lambda: trail(api, by="curious"))
    assert (found[0]["detail"], found[0]["reason"]) == (
        "GET /api/v1/audit",
        "the role is too low",
    )

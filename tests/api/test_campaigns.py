"""Bulk calls and campaigns over HTTP, with stations that answer."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import orjson
import pytest

from tests.api.stage import Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

BULK, CAMPAIGNS = "/api/v1/bulk-calls", "/api/v1/campaigns"
RESET = {"action": "Reset", "payload": {"type": "Soft"}}
PLACE = "ftp://host/{station}/image"


@pytest.fixture
def label():
    return f"site:{uuid4().hex[:8]}"


@pytest.fixture
def fleet(api, installation, label):
    """Registered stations with a label; each says a status to whatever it is asked."""

    @asynccontextmanager
    async def connected(*statuses):
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            names, tasks = [], []
            for status in statuses:
                name = f"CP-{uuid4().hex[:8]}"
                await api.put(f"/api/v1/stations/{name}", json={"labels": [label]})
                names.append(name)
                if status is not None:
                    station = await stack.enter_async_context(Station.connected(installation, name))
                    tasks.append(group.create_task(_answering(station, status)))
            yield names
            for task in tasks:
                task.cancel()

    return connected


async def _answering(station, payload):
    while True:
        try:
            message_id, _ = await station.asked()
        except TimeoutError:
            continue
        await station.reply(message_id, payload)


@pytest.fixture
def over(api):
    """A bulk call or campaign once it stands so."""

    async def wait(path, state="finished"):
        async def look():
            row = (await api.get(path)).json()
            return row if row["state"] == state else None

        return await eventually(look)

    return wait


async def members(api, path, **query):
    answer = await api.get(f"{path}/stations", params=query)
    return {row["station"]: row for row in answer.json()["items"]}


async def test_a_bulk_call_brings_one_outcome_for_each_station(api, fleet, over):
    async with fleet({"status": "Accepted"}, {"status": "Rejected"}, None) as (good, bad, away):
        stations = [good, bad, away, "NOBODY"]
        made = await api.post(BULK, json={**RESET, "stations": stations})
        assert made.status_code == 202, made.text
        row = await over(made.headers["Location"])
    assert row["stations"] == {
        "total": 4, "waiting": 0, "under_way": 0, "succeeded": 1, "failed": 3, "cancelled": 0
    }  # fmt: skip
    found = await members(api, made.headers["Location"])
    assert list(found) == stations
    assert [(each["outcome"], each["detail"]) for each in found.values()] == [
        ("succeeded", "Accepted"),
        ("failed", "Rejected"),
        ("failed", "the station is not connected"),
        ("failed", "this station is not registered"),
    ]
    assert found[bad]["response"] == {"status": "Rejected"}
    call = (await api.get(f"/api/v1/calls/{found[good]['call']}")).json()
    assert (call["campaign"], call["requested_by"]) == (row["id"], "admin")
    assert list(await members(api, made.headers["Location"], outcome="succeeded")) == [good]


async def test_the_stations_are_chosen_by_a_label(api, fleet, over, label):
    async with fleet({}, {}) as names:
        made = await api.post(BULK, json={"action": "ClearCache", "label": label})
        await over(made.headers["Location"])
    assert sorted(await members(api, made.headers["Location"])) == sorted(names)


async def test_who_is_connected_now_can_be_chosen(api, fleet, label):
    async with fleet({"status": "Accepted"}, None) as (there, _):
        chosen = {"label": label, "online": True}
        made = await api.post(BULK, json={"action": "ClearCache", **chosen})
    assert list(await members(api, made.headers["Location"])) == [there]


async def test_who_has_a_connector_in_a_state_can_be_chosen(api, station, name):
    await station.ask("StatusNotification", connectorId=1, errorCode="NoError", status="Reserved")
    await api.put("/api/v1/stations/ANOTHER", json={"note": name})

    async def seen():
        rows = await api.get("/api/v1/stations", params={"search": name, "status": "Reserved"})
        return rows.json()["items"]

    await eventually(seen)
    chosen = {"search": name, "status": "Reserved"}
    made = await api.post(BULK, json={"action": "ClearCache", **chosen})
    assert list(await members(api, made.headers["Location"])) == [name]


async def test_who_is_registered_so_can_be_chosen(api, label):
    for id, answer in (("YES", "Accepted"), ("WAITS", "Pending")):
        wish = {"labels": [label], "registration": answer}
        await api.put(f"/api/v1/stations/{label[5:]}-{id}", json=wish)
    chosen = {"label": label, "registration": "Pending"}
    made = await api.post(BULK, json={"action": "ClearCache", **chosen})
    assert list(await members(api, made.headers["Location"])) == [f"{label[5:]}-WAITS"]


async def test_the_payload_of_many_goes_out_as_it_was_given(api, installation, name):
    given = (
        '{"stations":["STATION"],"action":"DataTransfer",'
        '"payload":{ "vendorId" : "x", "data": "6.0 \\u00e4"}}'
    )
    async with Station.connected(installation, name) as station:
        await api.post(
            BULK,
            content=given.replace("STATION", name),
            headers={"Content-Type": "application/json"},
        )
        _, frame = await station.asked()
    assert frame.endswith(b'{"vendorId":"x","data":"6.0 \\u00e4"}]')


async def test_a_bulk_call_that_is_cancelled_takes_its_calls_back(api, fleet, over):
    async with fleet(None, None) as names:
        made = await api.post(BULK, json={**RESET, "stations": names, "ttl": 3600})
        path = made.headers["Location"]

        async def queued():
            return {row["call_status"] for row in (await members(api, path)).values()} == {"queued"}

        await eventually(queued)
        cancelled = await api.post(f"{path}/cancel")
        assert cancelled.json()["state"] == "cancelling"
        row = await over(path, "cancelled")
    assert row["stations"]["cancelled"] == 2


async def test_bulk_calls_are_listed_the_newest_first(api, name):
    wish = {**RESET, "stations": [name]}
    made = [(await api.post(BULK, json=wish)).json()["id"] for _ in range(3)]
    first = (await api.get(BULK, params={"limit": 2})).json()
    rest = (await api.get(BULK, params={"limit": 1, "cursor": first["next"]})).json()
    assert [row["id"] for row in first["items"] + rest["items"]] == made[::-1]


async def test_the_stations_of_a_bulk_call_come_in_pages(api):
    stations = [f"X{n}" for n in range(5)]
    path = (await api.post(BULK, json={**RESET, "stations": stations})).headers["Location"]
    first = (await api.get(f"{path}/stations", params={"limit": 3})).json()
    query = {"limit": 3, "cursor": first["next"]}
    rest = (await api.get(f"{path}/stations", params=query)).json()
    assert [row["station"] for row in first["items"] + rest["items"]] == stations
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"action": "Fly"}, 404, "there is no action Fly"),
        ({"payload": {}}, 422, "type is missing"),
        ({"stations": []}, 422, "stations"),
        ({"all": True}, 422, "choose stations, or all"),
        ({"stations": None}, 422, "choose stations, or all"),
        ({"stations": None, "label": "nobody-has-this"}, 422, "no station is chosen"),
        ({"more": 1}, 422, "more"),
        (
            {
                "action": "ChangeConfiguration",
                "payload": {"key": "AuthorizationKey", "value": "s3cret"},
            },
            422,
            "secret",
        ),
    ],
)
async def test_what_is_nothing_for_many_is_refused(api, changes, status, said):
    answer = await api.post(BULK, json={**RESET, "stations": ["X"], **changes})
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert "s3cret" not in answer.text


async def test_a_campaign_goes_wave_by_wave(api, fleet, over, label):
    async with fleet(*[{"status": "Accepted"}] * 4) as names:
        careful = {"canary": {"count": 1}, "wave_size": 2, "name": "spring"}
        made = await api.post(CAMPAIGNS, json={**RESET, "label": label, **careful})
        assert made.status_code == 202, made.text
        row = await over(made.headers["Location"])
    assert (row["name"], row["wave"], row["stations"]["succeeded"]) == ("spring", 3, 4)
    found = await members(api, made.headers["Location"])
    assert list(found) == sorted(names)
    assert [each["wave"] for each in found.values()] == [1, 2, 2, 3]
    waves = (await api.get(f"{made.headers['Location']}/waves")).json()["items"]
    assert [(each["wave"], each["stations"], each["succeeded"]) for each in waves] == [
        (3, 1, 1),
        (2, 2, 2),
        (1, 1, 1),
    ]
    assert all(each["released_at"] for each in waves)
    page = (await api.get(f"{made.headers['Location']}/waves", params={"limit": 2})).json()
    rest = {"cursor": page["next"]}
    last = (await api.get(f"{made.headers['Location']}/waves", params=rest)).json()
    assert page["items"] + last["items"] == waves


async def test_a_campaign_halts_when_too_many_fail_and_can_be_resumed(api, fleet, over):
    async with fleet({"status": "Rejected"}, {"status": "Accepted"}) as names:
        careful = {"canary": {"share": 0.5}, "max_failure_rate": 0.5, "stations": names}
        made = await api.post(CAMPAIGNS, json={**RESET, **careful})
        path = made.headers["Location"]
        row = await over(path, "halted")
        assert row["reason"] == "1 of the 1 stations of wave 1 failed"
        assert row["stations"]["waiting"] == 1
        (only,) = (await api.get(f"{path}/waves")).json()["items"]
        assert (only["wave"], only["failed"], only["under_way"]) == (1, 1, 0)
        resumed = await api.post(f"{path}/resume")
        assert resumed.json()["state"] == "running"
        row = await over(path)
    assert (row["stations"]["succeeded"], row["stations"]["failed"]) == (1, 1)


async def test_a_campaign_that_is_paused_waits(api, fleet, over):
    async with fleet(None) as names:
        made = await api.post(CAMPAIGNS, json={**RESET, "stations": names, "ttl": 60})
        path = made.headers["Location"]
        paused = (await api.post(f"{path}/pause")).json()
        assert (paused["state"], paused["changed_by"]) == ("paused", "admin")
        assert (await api.post(f"{path}/resume")).json()["state"] == "running"
        await api.post(f"{path}/cancel")
        await over(path, "cancelled")
        assert (await api.post(f"{path}/pause")).status_code == 409


async def test_a_campaign_of_firmware_is_done_when_it_is_installed(api, installation, name, over):
    firmware = {"location": PLACE, "retries": 2, "retrieve_date": "2026-05-01T12:00:00Z"}
    async with Station.connected(installation, name) as station:
        made = await api.post(CAMPAIGNS, json={"firmware": firmware, "stations": [name]})
        assert made.status_code == 202, made.text
        path = made.headers["Location"]
        message_id, frame = await station.asked()
        place = PLACE.replace("{station}", name).encode()
        payload = b'{"location":"%b","retries":2,"retrieveDate":"2026-05-01T12:00:00.000Z"}]'
        assert frame.endswith(payload % place)
        await station.reply(message_id, {})
        await station.ask("FirmwareStatusNotification", status="Downloading")

        async def answered():
            return (await members(api, path))[name]["call_status"] == "answered"

        await eventually(answered)
        assert (await api.get(path)).json()["stations"]["under_way"] == 1
        await station.ask("FirmwareStatusNotification", status="Installed")
        row = await over(path)
    assert (row["until"], row["stations"]["succeeded"]) == ("completed", 1)
    assert (await members(api, path))[name]["detail"] == "installed"


async def test_every_station_downloads_an_uploaded_image_by_a_url_of_its_own(
    api, installation, name
):
    uploaded = await api.post("/api/v1/firmware", params={"name": "one.bin"}, content=b"image")
    wish = {"firmware": {"firmware_id": uploaded.json()["id"]}, "stations": [name]}
    async with Station.connected(installation, name) as station, installation.client("") as web:
        made = await api.post(CAMPAIGNS, json=wish)
        assert made.status_code == 202, made.text
        _, frame = await station.asked()
        location = orjson.loads(frame)[3]["location"]
        assert location.endswith(f"/{name}/one.bin")
        assert (await web.get(location)).content == b"image"


async def test_an_image_that_nobody_uploaded_cannot_be_sent(api, name):
    wish = {"firmware": {"firmware_id": "nope"}, "stations": [name]}
    assert (await api.post(CAMPAIGNS, json=wish)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"action": "", "payload": None, "firmware": {}}, "either firmware_id or location"),
        ({"firmware": {"location": PLACE}}, "either firmware, or signed_firmware, or an action"),
        ({"action": ""}, "either firmware, or signed_firmware, or an action"),
        ({"canary": {"count": 1, "share": 0.1}}, "either count or share"),
        ({"canary": {}}, "either count or share"),
        ({"until": "completed"}, "Reset has no job"),
        ({"max_failure_rate": 1.1}, "max_failure_rate"),
        ({"max_failure_rate": 0.0004}, "max_failure_rate"),
        ({"action": "", "payload": {}, "firmware": {"location": PLACE}}, "makes the payload"),
        ({"action": "", "payload": None, "firmware": {"location": "ftp://u:p@h/x"}}, "secret"),
    ],
)
async def test_what_is_no_campaign_is_refused(api, changes, said):
    answer = await api.post(CAMPAIGNS, json={**RESET, "stations": ["X"], **changes})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(("share", "canaries"), [(0.07, 7), (0.071, 8), (0.001, 1)])
async def test_a_share_of_canaries_is_what_people_reckon(api, share, canaries):
    stations = [f"X{n}" for n in range(100)]
    wish = {**RESET, "stations": stations, "canary": {"share": share}, "max_failure_rate": 0.007}
    made = (await api.post(CAMPAIGNS, json=wish)).json()
    assert (made["canary"], made["max_failure_rate"]) == (canaries, 0.007)


async def test_a_bulk_call_that_is_over_cannot_be_cancelled(api, over):
    path = (await api.post(BULK, json={**RESET, "stations": ["NOBODY"]})).headers["Location"]
    await over(path)
    answer = await api.post(f"{path}/cancel")
    assert (answer.status_code, answer.json()["detail"]) == (409, "this is finished already")


async def test_what_is_none_is_not_found(api, name):
    bulk = (await api.post(BULK, json={**RESET, "stations": [name]})).json()["id"]
    for path in (f"{BULK}/nope", f"{CAMPAIGNS}/nope", f"{CAMPAIGNS}/{bulk}"):
        assert (await api.get(path)).status_code == 404
        assert (await api.get(f"{path}/stations")).status_code == 404
        assert (await api.post(f"{path}/cancel")).status_code == 404


async def test_a_viewer_may_look_and_no_more(api, installation):
    made = await api.post("/api/v1/users", json={"name": f"v-{uuid4().hex[:6]}", "role": "viewer"})
    async with installation.client(made.json()["token"]) as viewer:
        assert (await viewer.get(BULK)).status_code == 200
        assert (await viewer.get(CAMPAIGNS)).status_code == 200
        for path in (BULK, CAMPAIGNS):
            answer = await viewer.post(path, json={**RESET, "stations": ["X"]})
            assert answer.status_code == 403

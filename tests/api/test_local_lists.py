"""Local lists over HTTP: computed from tokens or given, sent in parts, shown, compared."""

import asyncio
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from tests.api.stage import PATIENCE, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACCEPTED = {"status": "Accepted"}


@pytest.fixture
def path(name):
    return f"/api/v1/stations/{name}/local-list"


@pytest.fixture
def send(api, station, path):
    """Send an update, and let the station answer its parts so; the answer, what the station got."""

    async def act(body, *answers, **query):
        got = []
        async with asyncio.TaskGroup() as group:
            asking = api.post(path, json=body, params={"wait": PATIENCE} | query)
            request = group.create_task(asking)
            for answer in answers:
                message_id, frame = await station.asked()
                got.append(orjson.loads(frame)[3])
                await station.reply(message_id, answer)
        return request.result(), got

    return act


@pytest.fixture
def shown(api, path):
    async def look():
        return (await api.get(path)).json()

    return look


@pytest_asyncio.fixture(loop_scope="session")
async def group(api):
    """A group with two tokens."""
    name = f"G{uuid4().hex[:8]}"
    for tag, body in (("A", {}), ("B", {"status": "Blocked", "parent_id_tag": "FAMILY"})):
        await api.put(f"/api/v1/tokens/{name}{tag}", json={"group": name, **body})
    return name


async def tags(api, path):
    page = (await api.get(f"{path}/entries")).json()
    return [each["id_tag"] for each in page["items"]]


def listed(*names, **more):
    return {"entries": [{"id_tag": name} for name in names], **more}


async def test_at_first_nothing_is_known(shown):
    row = await shown()
    assert (row["version"], row["state"], row["supported"]) == (None, "unknown", None)
    assert (row["update"], row["failure"], row["automatic"]) == (None, None, False)


async def test_a_list_is_sent_in_full_then_in_differences(api, path, send, shown, group):
    answer, (full,) = await send({"tokens": {"group": group}}, ACCEPTED)
    assert (answer.status_code, answer.json()["state"]) == (201, "accepted")
    assert (full["updateType"], full["listVersion"]) == ("Full", 1)
    assert [entry["idTag"] for entry in full["localAuthorizationList"]] == [
        f"{group}A",
        f"{group}B",
    ]
    assert full["localAuthorizationList"][1]["idTagInfo"] == {
        "parentIdTag": "FAMILY",
        "status": "Blocked",
    }

    await api.put(f"/api/v1/tokens/{group}C", json={"group": group})
    await api.delete(f"/api/v1/tokens/{group}A")
    answer, (change,) = await send({"tokens": {"group": group}}, ACCEPTED)
    assert change == {
        "listVersion": 2,
        "localAuthorizationList": [
            {"idTag": f"{group}A"},
            {"idTag": f"{group}C", "idTagInfo": {"status": "Accepted"}},
        ],
        "updateType": "Differential",
    }
    assert answer.json()["version"] == 2
    assert await tags(api, path) == [f"{group}B", f"{group}C"]
    row = await shown()
    assert (row["version"], row["state"], row["entries"]) == (2, "confirmed", 2)


async def test_a_list_that_is_so_already_is_not_sent(send, group):
    await send({"tokens": {"group": group}}, ACCEPTED)
    answer, _ = await send({"tokens": {"group": group}})
    assert (answer.status_code, answer.json()["state"]) == (200, "nothing_to_send")
    assert answer.json()["calls"] == []


async def test_an_expired_token_is_listed_as_such(api, send, group):
    await api.put(
        f"/api/v1/tokens/{group}A", json={"group": group, "expiry_date": "2020-01-01T00:00:00Z"}
    )
    _, (full,) = await send({"tokens": {"group": group}}, ACCEPTED)
    assert full["localAuthorizationList"][0]["idTagInfo"] == {
        "expiryDate": "2020-01-01T00:00:00.000Z",
        "status": "Expired",
    }


async def test_what_would_be_sent_is_shown(api, path, send, group):
    other = {"id_tag": "OTHER"}
    known = {"id_tag": f"{group}a", "status": "Blocked"}
    await send({"update_type": "Full", "version": 7, "entries": [other, known]}, ACCEPTED)
    found = (await api.get(f"{path}/difference", params={"group": group, "part_size": 2})).json()
    assert [(each["change"], each["id_tag"]) for each in found["changes"]] == [
        ("removed", "OTHER"),
        ("changed", f"{group}A"),
        ("added", f"{group}B"),
    ]
    assert found["update_type"] == "Differential"
    assert [payload["listVersion"] for payload in found["payloads"]] == [8, 9]


async def test_a_list_longer_than_a_request_goes_in_parts(send, shown):
    answer, (full, rest) = await send(listed("A", "B", "C", part_size=2), ACCEPTED, ACCEPTED)
    assert (full["updateType"], rest["updateType"]) == ("Full", "Differential")
    assert [entry["idTag"] for entry in rest["localAuthorizationList"]] == ["C"]
    body = answer.json()
    assert (body["parts"], body["version"], len(body["calls"])) == (2, 2, 2)
    update = (await shown())["update"]
    assert (update["state"], update["part"], update["id"]) == ("finished", 2, body["id"])


async def test_the_station_says_how_much_it_takes(api, station, name, send):
    async with asyncio.TaskGroup() as tasks:
        asking = api.post(
            f"/api/v1/stations/{name}/calls/GetConfiguration", params={"wait": PATIENCE}
        )
        tasks.create_task(asking)
        message_id, _ = await station.asked()
        key = {"key": "SendLocalListMaxLength", "readonly": True, "value": "1"}
        await station.reply(message_id, {"configurationKey": [key]})
    _, parts = await send(listed("A", "B"), ACCEPTED, ACCEPTED)
    assert [len(part["localAuthorizationList"]) for part in parts] == [1, 1]


async def test_an_update_that_failed_is_reported_and_changes_nothing(api, path, send, shown):
    await send(listed("A"), ACCEPTED)
    answer, _ = await send(listed("B", "C", part_size=1), {"status": "Failed"})
    assert (answer.status_code, answer.json()["state"]) == (201, "failed")
    assert len(answer.json()["calls"]) == 1
    row = await shown()
    assert (row["version"], row["failure"]["status"]) == (1, "Failed")
    assert row["failure"]["version"] == 2
    assert row["update"]["reason"] == "part 1 of 2: Failed"
    assert await tags(api, path) == ["A"]


async def test_entries_are_removed_by_name(api, path, send):
    await send(listed("A", "B"), ACCEPTED)
    _, (change,) = await send({"entries": [{"id_tag": "a", "remove": True}]}, ACCEPTED)
    assert change["localAuthorizationList"] == [{"idTag": "a"}]
    assert await tags(api, path) == ["B"]


async def test_an_uncertain_list_is_sent_in_full_with_what_is_known(api, path, station, send):
    await send(listed("A"), ACCEPTED)
    await _tell(api, path, station, 9)
    _, (full,) = await send(listed("B"), ACCEPTED)
    assert (full["updateType"], full["listVersion"]) == ("Full", 10)
    assert [entry["idTag"] for entry in full["localAuthorizationList"]] == ["A", "B"]


@pytest.mark.parametrize(("version", "state"), [(-1, "unsupported"), (0, "confirmed")])
async def test_a_station_tells_its_version(api, path, station, shown, version, state):
    await _tell(api, path, station, version)
    row = await shown()
    assert (row["version"], row["state"], row["entries"]) == (version, state, 0)
    assert row["told_at"] is not None


async def test_one_update_goes_at_a_time_unless_it_is_replaced(api, path, station, send):
    first = await api.post(path, json=listed("A"))
    assert (first.status_code, first.json()["state"]) == (202, "under_way")
    message_id, _ = await station.asked()
    second = await api.post(path, json=listed("B"))
    assert (second.status_code, second.json()["detail"]) == (
        409,
        "another update of this list is under way",
    )
    await station.reply(message_id, ACCEPTED)
    answer, _ = await send(listed("B", update_type="Full", replace=True), ACCEPTED)
    assert answer.json()["state"] == "accepted"


async def test_when_switched_on_a_full_follows_a_failure(api, path, station, send, shown):
    switched = await api.put(f"{path}/automatic", json={"automatic": True})
    assert switched.json()["automatic"] is True
    await send(listed("A"), ACCEPTED)
    await send(listed("B"), {"status": "VersionMismatch"})
    message_id, frame = await station.asked()
    assert orjson.loads(frame)[3]["updateType"] == "Full"
    await station.reply(message_id, ACCEPTED)

    async def confirmed():
        return (await shown())["version"] == 3

    await eventually(confirmed)
    assert await tags(api, path) == ["A", "B"]


async def test_a_conflict_is_shown(station, shown):
    await station.ask(
        "StatusNotification", connectorId=1, errorCode="LocalListConflict", status="Available"
    )

    async def noted():
        return (await shown())["conflict_at"]

    await eventually(noted)
    assert (await shown())["conflict_connector"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"entries": [], "tokens": {}},
        {"update_type": "Partial", "entries": []},
        {"version": 0, "entries": []},
        {"entries": [{"id_tag": "A"}, {"id_tag": "a"}]},
        {"update_type": "Full", "entries": [{"id_tag": "A", "remove": True}]},
        {"entries": [{"id_tag": "x" * 21}]},
    ],
)
async def test_a_wish_that_contradicts_itself_is_refused(api, path, body):
    assert (await api.post(path, json=body)).status_code == 422


async def test_a_station_that_is_away_is_not_sent_a_list(api, path):
    answer = await api.post(path, json=listed("A"))
    assert (answer.status_code, answer.json()["detail"]) == (409, "the station is not connected")
    assert (await api.post(path, json=listed("A"), params={"ttl": 60})).status_code == 202


async def test_what_entries_would_change_is_shown_and_nothing_is_sent(api, path, send, shown):
    await send(listed("A", "B"), ACCEPTED)
    added = await api.post(f"{path}/difference", json=listed("C"))
    assert added.json()["update_type"] == "Differential"
    assert _changes(added) == [("C", "added")]
    replaced = await api.post(f"{path}/difference", json=listed("B", "C", update_type="Full"))
    assert _changes(replaced) == [("A", "removed"), ("C", "added")]
    assert [e["idTag"] for e in replaced.json()["payloads"][0]["localAuthorizationList"]] == [
        "B",
        "C",
    ]
    assert ((await shown())["version"], await tags(api, path)) == (1, ["A", "B"])


async def test_what_is_looked_at_has_to_be_a_wish(api, path):
    assert (await api.post(f"{path}/difference", json={})).status_code == 422


@pytest.mark.parametrize("end", ["", "/entries", "/difference"])
async def test_a_station_nobody_registered_has_no_list(api, end):
    assert (await api.get(f"/api/v1/stations/NOBODY/local-list{end}")).status_code == 404


def _changes(answer):
    return [(each["id_tag"], each["change"]) for each in answer.json()["changes"]]


async def _tell(api, path, station, version):
    async with asyncio.TaskGroup() as group:
        group.create_task(api.post(f"{path}/ask", params={"wait": PATIENCE}))
        message_id, _ = await station.asked()
        await station.reply(message_id, {"listVersion": version})


async def test_a_token_tells_which_lists_it_is_on(api, send, name, group):
    listed_at = f"/api/v1/tokens/{group.lower()}b/local-lists"
    assert (await api.get(listed_at)).json() == {"items": [], "next": None}
    await send({"tokens": {"group": group}}, ACCEPTED)

    async def told():
        return (await api.get(listed_at)).json()["items"]

    (entry,) = await eventually(told)
    assert (entry["station"], entry["id_tag"]) == (name, f"{group}B")
    assert (entry["status"], entry["parent_id_tag"]) == ("Blocked", "FAMILY")

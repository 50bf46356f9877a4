"""Configuration over HTTP: asked, shown, desired, applied; and what a trigger brings."""

import asyncio

import orjson
import pytest

from tests.api.stage import PATIENCE, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def at(name):
    """A path of the registered station."""
    return lambda *parts: "/".join(("/api/v1/stations", name, *parts))


@pytest.fixture
def answered(api, station):
    """Make a request, and let the station answer the call that it places."""

    async def act(method, path, answer, *, body=None):
        async with asyncio.TaskGroup() as group:
            asking = api.request(method, path, json=body, params={"wait": PATIENCE})
            request = group.create_task(asking)
            message_id, frame = await station.asked()
            await station.reply(message_id, answer)
        return request.result(), orjson.loads(frame)[2:]

    return act


@pytest.fixture
def report(answered, at):
    """Have the station tell that these are its keys."""

    async def tell(**values):
        keys = [{"key": k, "readonly": False, "value": v} for k, v in values.items()]
        return await answered("POST", at("configuration/ask"), {"configurationKey": keys})

    return tell


@pytest.fixture
def shown(api, at):
    """What is shown of the station's keys."""

    async def look(**query):
        page = (await api.get(at("configuration"), params=query)).json()
        return {key["key"]: key for key in page["items"]}

    return look


async def test_a_station_is_asked_for_all_its_keys(report, shown):
    answer, frame = await report(Interval="30", Other="x")
    assert (answer.status_code, answer.json()["status"]) == (201, "answered")
    assert frame == ["GetConfiguration", {}]
    keys = await shown()
    assert list(keys) == ["Interval", "Other"]
    assert (keys["Interval"]["value"], keys["Interval"]["drift"]) == ("30", False)


async def test_a_station_is_asked_for_some_keys_but_not_for_more_than_it_tells(
    api, answered, at, report
):
    path = at("configuration/ask")
    _, frame = await answered("POST", path, {"unknownKey": ["Foo"]}, body={"keys": ["Foo"]})
    assert frame == ["GetConfiguration", {"key": ["Foo"]}]
    await report(GetConfigurationMaxKeys="1")
    refused = await api.post(path, json={"keys": ["A", "B"]})
    assert (refused.status_code, "at most 1 keys" in refused.json()["detail"]) == (422, True)


async def test_a_key_is_changed_at_once(answered, at, shown):
    answer, frame = await answered(
        "PUT", at("configuration/A%2FB"), {"status": "RebootRequired"}, body={"value": "60"}
    )
    assert answer.json()["response"] == {"status": "RebootRequired"}
    assert frame == ["ChangeConfiguration", {"key": "A/B", "value": "60"}]
    key = (await shown())["A/B"]
    assert (key["change_status"], key["pending_reboot"]) == ("RebootRequired", True)


async def test_a_password_is_changed_and_never_shown(api, answered, at, shown):
    _, frame = await answered(
        "PUT",
        at("configuration/AuthorizationKey"),
        {"status": "Accepted"},
        body={"value": "a-very-secret-key"},
    )
    assert frame[1]["value"] == "a-very-secret-key"
    assert await shown() == {}
    refused = await api.put(at("configuration/AuthorizationKey/desired"), json={"value": "x"})
    assert (refused.status_code, "secret" in refused.json()["detail"]) == (422, True)


async def test_what_is_desired_is_sent_when_an_operator_applies_it(api, at, report, station, shown):
    await report(Interval="30")
    desired = await api.put(at("configuration/interval/desired"), json={"value": "60"})
    assert (desired.json()["key"], desired.json()["drift"]) == ("Interval", True)
    assert list(await shown(drift=True)) == ["Interval"]

    applied = await api.post(at("configuration/apply"))
    message_id, frame = await station.asked()
    await station.reply(message_id, {"status": "Accepted"})
    assert applied.json() == {"calls": [message_id]}
    assert orjson.loads(frame)[3] == {"key": "Interval", "value": "60"}

    async def settled():
        return not await shown(drift=True)

    assert await eventually(settled)
    assert (await api.post(at("configuration/apply"))).json() == {"calls": []}


async def test_a_desire_is_dropped(api, at, shown):
    await api.put(at("configuration/Interval/desired"), json={"value": "60"})
    assert (await api.delete(at("configuration/INTERVAL/desired"))).status_code == 204
    assert await shown() == {}


async def test_the_automation_is_off_until_it_is_switched_on(api, at, station):
    assert not (await api.get(at("automation"))).json()["automatic"]
    await api.put(at("configuration/Interval/desired"), json={"value": "60"})
    switched = (await api.put(at("automation"), json={"automatic": True})).json()
    assert (switched["automatic"], switched["set_by"]) == (True, "admin")
    assert (await api.get(at("configuration"))).json()["automatic"]

    message_id, frame = await station.asked()
    assert orjson.loads(frame)[2:] == ["GetConfiguration", {"key": ["Interval"]}]
    known = {"key": "Interval", "readonly": False, "value": "30"}
    await station.reply(message_id, {"configurationKey": [known]})
    _, frame = await station.asked()
    assert orjson.loads(frame)[2:] == ["ChangeConfiguration", {"key": "Interval", "value": "60"}]


async def test_drift_of_all_stations_comes_in_pages(api, at, name):
    for key in ("A", "B"):
        await api.put(at(f"configuration/{key}/desired"), json={"value": "1"})
    found, cursor = [], ""
    while True:
        query = {"limit": 1, "cursor": cursor}
        page = (await api.get("/api/v1/configuration/drift", params=query)).json()
        found += [key["key"] for key in page["items"] if key["station"] == name]
        cursor = page["next"]
        if not cursor:
            break
    assert found == ["A", "B"]


@pytest.mark.parametrize("cursor", ["MQ==", "eC94", "_"])
async def test_a_cursor_that_did_not_come_from_here_is_refused(api, cursor):
    answer = await api.get("/api/v1/configuration/drift", params={"cursor": cursor})
    assert answer.status_code == 422


async def test_a_station_that_is_not_registered_has_no_configuration(api):
    path = "/api/v1/stations/nobody"
    assert (await api.get(f"{path}/configuration")).status_code == 404
    assert (await api.get(f"{path}/automation")).status_code == 404
    wish = await api.put(f"{path}/configuration/A/desired", json={"value": "1"})
    assert wish.status_code == 404


async def test_a_viewer_cannot_change_it(api, installation, at, name):
    user = (await api.post("/api/v1/users", json={"name": name, "role": "viewer"})).json()
    async with installation.client(user["token"]) as viewer:
        assert (await viewer.get(at("configuration"))).status_code == 200
        for method, path in (
            ("POST", "configuration/ask"),
            ("POST", "configuration/apply"),
            ("POST", "trigger"),
        ):
            answer = await viewer.request(method, at(path), json={"message": "Heartbeat"})
            assert answer.status_code == 403, path


async def test_a_trigger_shows_what_came_of_it(api, answered, at, station):
    body = {"message": "StatusNotification", "connector_id": 1}
    placed, frame = await answered("POST", at("trigger"), {"status": "Accepted"}, body=body)
    assert frame == [
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "connectorId": 1},
    ]
    assert placed.json()["triggered"] == []
    await station.ask("StatusNotification", connectorId=1, errorCode="NoError", status="Available")
    path = f"/api/v1/calls/{placed.json()['id']}"

    async def linked():
        return (await api.get(path)).json()["triggered"]

    (message,) = await eventually(linked)
    assert (message["action"], message["connector"]) == ("StatusNotification", 1)
    assert message["message_id"]
    assert message["at"]


async def test_a_message_that_cannot_be_triggered_is_refused(api, at):
    assert (await api.post(at("trigger"), json={"message": "Authorize"})).status_code == 422


async def test_a_password_cannot_be_desired_and_is_not_kept(api, at):
    answer = await api.put(
        at("configuration/authorizationKEY/desired"), json={"value": "hunter2hunter2"}
    )
    assert (answer.status_code, "is a secret" in answer.json()["detail"]) == (422, True)
    journal = await api.get(at("journal"), params={"limit": 1000})
    assert "hunter2" not in journal.text

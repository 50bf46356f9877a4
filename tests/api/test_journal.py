import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_journal_tells_what_was_said_both_ways(api, station, name):
    await station.ask("Heartbeat")
    page = (await api.get(f"/api/v1/stations/{name}/journal")).json()
    told = [(each["kind"], each["action"]) for each in page["items"]]
    assert told == [
        ("wish", "RegisterStation"),
        ("opened", ""),
        ("frame", "BootNotification"),
        ("frame", "Heartbeat"),
    ]
    beat = page["items"][-1]
    assert beat["direction"] == "in"
    assert beat["payload"].startswith("[2,")
    assert beat["answer"].startswith("[3,")


async def test_the_journal_is_filtered_and_paged_from_both_ends(api, station, name):
    for _ in range(3):
        await station.ask("Heartbeat")
    path = f"/api/v1/stations/{name}/journal"

    async def positions(**query):
        return (await api.get(path, params={"action": "Heartbeat", **query})).json()

    everything = [each["position"] for each in (await positions())["items"]]
    first = await positions(newest_first=True, limit=2)
    second = await positions(newest_first=True, limit=2, cursor=first["next"])
    backwards = [each["position"] for each in first["items"] + second["items"]]
    since = await positions(since=everything[0])

    assert len(everything) == 3
    assert backwards == everything[::-1]
    assert [each["position"] for each in since["items"]] == everything[1:]


@pytest.mark.usefixtures("station")
async def test_a_frame_is_found_by_its_message_id(api, name):
    path = f"/api/v1/stations/{name}/journal"
    boot = (await api.get(path, params={"kind": "frame"})).json()["items"][0]
    found = (await api.get(path, params={"message_id": boot["message_id"]})).json()["items"]
    assert found == [boot]


async def test_what_contradicts_the_record_is_in_quarantine(api, station, name):
    await station.ask(
        "StopTransaction", transactionId=4711, meterStop=5, timestamp="2026-01-01T12:00:00Z"
    )

    async def cases():
        return (await api.get("/api/v1/quarantine", params={"station": name})).json()["items"]

    case = (await eventually(cases))[0]
    assert "4711" in case["subject"]
    assert case["action"] == "StopTransaction"
    journal = (await api.get(f"/api/v1/stations/{name}/journal")).json()["items"]
    assert case["frame"] in [each["key"] for each in journal]


@pytest.mark.usefixtures("name")
async def test_health_tells_how_far_the_read_models_are(api):
    health = (await api.get("/api/v1/health")).json()
    assert health["position"] >= health["readable"] > 0

from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus

from tests.api.stage import Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_station_is_registered_then_replaced(api):
    first = await api.put(
        "/api/v1/stations/R-1", json={"note": "by the door", "serial_number": "7"}
    )
    assert (first.status_code, first.json()["note"]) == (201, "by the door")

    second = await api.put("/api/v1/stations/R-1", json={"registration": "Pending"})
    assert second.status_code == 200
    assert second.json()["registration"] == "Pending"
    assert second.json()["serial_number"] == ""  # what is left out gets its default


async def test_what_was_wished_can_be_read_at_once(api):
    await api.put("/api/v1/stations/R-2", json={"heartbeat_interval": 77})
    assert (await api.get("/api/v1/stations/R-2")).json()["heartbeat_interval"] == 77


@pytest.mark.parametrize("identity", ["a/b", "Straße 1", "100%", "a?b#c", "..%2F", "充电"])
async def test_a_station_may_have_any_name_percent_encoded(api, identity):
    path = f"/api/v1/stations/{quote(identity, safe='')}"
    assert (await api.put(path, json={})).json()["id"] == identity
    assert (await api.get(path)).json()["id"] == identity
    assert (await api.get(f"{path}/journal")).status_code == 200
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize("identity", ["%00", "a%0Ab", "%FF", "x" * 256])
async def test_a_name_no_station_can_have_is_refused(api, identity):
    answer = await api.put(f"/api/v1/stations/{identity}", json={})
    assert answer.status_code == 422


async def test_a_password_is_kept_replaced_and_removed_but_never_told(api):
    path, password = "/api/v1/stations/R-3", "correct horse battery"
    made = await api.put(path, json={"password": password})
    kept = await api.put(path, json={"note": "painted"})
    gone = await api.put(path, json={"password": None, "security_profile": 0})
    wrong = await api.put(path, json={"password": password, "security_profile": 9})
    journal = await api.get(f"{path}/journal")

    assert [each.json()["has_password"] for each in (made, kept, gone)] == [True, True, False]
    assert wrong.status_code == 422
    assert not any(password in each.text for each in (made, kept, gone, wrong, journal))
    assert "argon2" not in journal.text


async def test_a_profile_with_basic_authentication_needs_a_password(api):
    path = "/api/v1/stations/R-6"
    assert (await api.put(path, json={"security_profile": 1})).status_code == 422
    both = {"security_profile": 1, "password": "correct horse battery"}
    assert (await api.put(path, json=both)).status_code == 201
    assert (await api.put(path, json={"security_profile": 2})).status_code == 200
    assert (await api.put(path, json={"security_profile": 2, "password": None})).status_code == 422
    refused = await api.put(path, json={"password": None})
    assert refused.json()["type"] == "urn:ampledger:problem:password-needed"


async def test_a_security_profile_stays_until_another_one_is_given(api):
    path = "/api/v1/stations/R-7"
    first = await api.put(path, json={"password": "correct horse battery"})
    raised = await api.put(path, json={"security_profile": 2})
    kept = await api.put(path, json={"note": "painted"})
    lowered = await api.put(path, json={"security_profile": 1})
    shown = [each.json()["security_profile"] for each in (first, raised, kept, lowered)]
    assert shown == [1, 2, 2, 1]
    assert (await api.put("/api/v1/stations/R-8", json={})).json()["security_profile"] == 0


async def test_a_field_that_is_none_is_refused_by_name(api):
    answer = await api.put("/api/v1/stations/R-4", json={"hartbeat": 5})
    assert answer.json()["errors"][0]["path"] == "body.hartbeat"


async def test_a_list_comes_in_pages_in_order(api):
    names = [f"P-{number}" for number in range(5)]
    for name in names:
        await api.put(f"/api/v1/stations/{name}", json={"note": "paged"})

    found, cursor = [], ""
    while cursor is not None:
        query = {"search": "PAGED", "limit": 2, "cursor": cursor}
        page = (await api.get("/api/v1/stations", params=query)).json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert found == names


@pytest.mark.usefixtures("station")
async def test_a_connected_station_is_online_and_tells_who_it_is(api, name):
    async def booted():
        shown = (await api.get(f"/api/v1/stations/{name}")).json()
        return shown if shown["boot"] else None

    shown = await eventually(booted)
    assert shown["online"]
    assert shown["boot"]["vendor"] == "V"
    assert shown["connection"]["protocol"] == "ocpp1.6"
    online = (await api.get("/api/v1/stations", params={"online": True, "search": name})).json()
    assert [item["id"] for item in online["items"]] == [name]


async def test_a_station_can_be_disconnected(api, station, name):
    answer = await api.post(f"/api/v1/stations/{name}/disconnect")
    assert answer.status_code == 204
    await station.closed()


async def test_a_station_that_is_away_cannot_be_disconnected(api, name):
    answer = await api.post(f"/api/v1/stations/{name}/disconnect")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:ampledger:problem:not-connected"


async def test_a_stranger_is_seen_until_it_is_registered(api, installation):
    async def strangers():
        page = (await api.get("/api/v1/stations/unknown")).json()
        assert page["total"] == len(page["items"])
        return [each["id"] for each in page["items"]]

    with pytest.raises(InvalidStatus):
        async with Station.connected(installation, "N-1"):
            pass
    assert await eventually(strangers) == ["N-1"]

    await api.put("/api/v1/stations/N-1", json={})
    assert await strangers() == []


async def test_a_station_may_be_called_unknown(api):
    await api.put("/api/v1/stations/%75nknown", json={})
    assert (await api.get("/api/v1/stations/%75nknown")).json()["id"] == "unknown"
    await api.delete("/api/v1/stations/%75nknown")


async def test_a_removed_station_is_gone_and_can_come_back_without_its_password(api):
    path = "/api/v1/stations/R-5"
    await api.put(path, json={"password": "correct horse battery"})
    await api.delete(path)
    assert (await api.delete(path)).status_code == 404
    back = await api.put(path, json={})
    assert (back.status_code, back.json()["has_password"]) == (201, False)

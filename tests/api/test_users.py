"""Users, and their tokens: several each, named, expiring, revocable."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def user():
    return f"u-{uuid4().hex[:8]}"


async def added(api, name, **wish):
    answer = await api.post("/api/v1/users", json={"name": name, **wish})
    assert answer.status_code == 201
    return answer.json()


async def status(installation, token):
    async with installation.client(token) as client:
        return (await client.get("/api/v1/stations")).status_code


async def test_a_token_is_shown_once_and_ends_with_its_user(api, installation, user):
    made = await added(api, user, role="viewer")
    assert made["token"].startswith("amp_")
    assert await status(installation, made["token"]) == 200
    for path in ("", f"/{user}", f"/{user}/tokens"):
        assert made["token"] not in (await api.get(f"/api/v1/users{path}")).text

    assert (await api.delete(f"/api/v1/users/{user}")).status_code == 204
    assert await status(installation, made["token"]) == 401
    assert (await api.delete(f"/api/v1/users/{user}")).status_code == 404
    assert (await api.get(f"/api/v1/users/{user}")).json()["revoked_at"]


async def test_a_second_token_lets_a_user_change_the_first(api, installation, user):
    first = (await added(api, user))["token"]
    made = await api.post(f"/api/v1/users/{user}/tokens", json={"name": "laptop"})
    second = made.json()["token"]
    listed = (await api.get(f"/api/v1/users/{user}/tokens")).json()["items"]
    assert [each["name"] for each in listed] == ["first", "laptop"]

    gone = await api.delete(f"/api/v1/users/{user}/tokens/{listed[0]['id']}")
    assert gone.status_code == 204
    assert [await status(installation, each) for each in (first, second)] == [401, 200]
    again = await api.delete(f"/api/v1/users/{user}/tokens/{listed[0]['id']}")
    assert again.status_code == 404


@pytest.mark.parametrize(("wish", "days"), [({}, 365), ({"expires_in_days": 7}, 7)])
async def test_a_token_expires_when_it_is_said_or_as_the_settings_say(api, user, wish, days):
    made = await added(api, user, **wish)
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=days - 1) < left <= timedelta(days=days)


async def test_a_token_is_good_for_ever_only_if_that_is_said(api, user):
    assert (await added(api, user, expires_in_days=None))["expires_at"] is None
    made = await api.post(f"/api/v1/users/{user}/tokens", json={"expires_in_days": None})
    assert made.json()["expires_at"] is None


async def test_when_a_token_was_used_last_is_shown(api, installation, user):
    token = (await added(api, user))["token"]
    path = f"/api/v1/users/{user}/tokens"
    assert (await api.get(path)).json()["items"][0]["used_at"] is None
    await status(installation, token)
    used = (await api.get(path)).json()["items"][0]["used_at"]
    await status(installation, token)
    assert (await api.get(path)).json()["items"][0]["used_at"] == used is not None


async def test_a_name_is_given_once(api, user):
    assert (await added(api, user))["role"] == "viewer"
    assert (await api.post("/api/v1/users", json={"name": user})).status_code == 409


async def test_nobody_shuts_themselves_out(api):
    listed = (await api.get("/api/v1/users/admin/tokens")).json()["items"]
    mine = listed[0]["id"]
    assert (await api.delete("/api/v1/users/admin")).status_code == 409
    assert (await api.patch("/api/v1/users/admin", json={"role": "viewer"})).status_code == 409
    assert (await api.delete(f"/api/v1/users/admin/tokens/{mine}")).status_code == 409


async def test_who_is_not_there_has_nothing(api):
    nobody = "/api/v1/users/nobody"
    asked = [
        await api.get(nobody),
        await api.patch(nobody, json={"role": "admin"}),
        await api.delete(nobody),
        await api.get(f"{nobody}/tokens"),
        await api.post(f"{nobody}/tokens", json={}),
        await api.delete(f"{nobody}/tokens/1"),
    ]
    assert [answer.status_code for answer in asked] == [404] * 6


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "c", "role": "king"},
        {},
        {"name": "d", "expires_in_days": 0},
        {"name": "d", "expires_in_days": 3651},
        {"name": "d", "expires_in_days": "7"},
        {"name": "d", "token": "mine"},
    ],
)
async def test_a_user_must_have_a_name_a_role_and_a_life(api, body):
    assert (await api.post("/api/v1/users", json=body)).status_code == 422


async def test_what_is_done_with_users_goes_on_record(api, user):
    token = (await added(api, user, role="operator"))["token"]
    await api.patch(f"/api/v1/users/{user}", json={"role": "admin"})
    await api.delete(f"/api/v1/users/{user}")

    async def recorded():
        found = (await api.get("/api/v1/audit", params={"subject": f"user:{user}"})).json()["items"]
        return found if len(found) == 3 else None

    found = await eventually(recorded)
    assert {each["operation"] for each in found} == {"AddUser", "ChangeRole", "RevokeUser"}
    assert {(each["by"], each["origin"], each["outcome"]) for each in found} == {
        ("admin", "127.0.0.1", "granted")
    }
    assert token not in str(found)

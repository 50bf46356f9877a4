"""Signing in with a name and a password, by invitation, and out."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD, OTHER = "correct horse battery", "staple of the horse"
HALF = r"\ud800"  # as JSON has it
SESSIONS, ME = "/api/v1/sessions", "/api/v1/me"


@pytest_asyncio.fixture(loop_scope="session")
async def user(api):
    """A user who has chosen a password."""
    name = f"s-{uuid4().hex[:8]}"
    await api.post("/api/v1/users", json={"name": name, "role": "operator"})
    assert (await welcomed(api, await invited(api, name))).status_code == 201
    return name


async def invited(api, name):
    made = await api.post(f"/api/v1/users/{name}/invitations")
    assert made.status_code == 201
    assert made.json()["path"] == f"/welcome/{made.json()['token']}"
    return made.json()["token"]


async def welcomed(api, token, password=PASSWORD):
    return await api.post(f"{SESSIONS}/by-invitation", json={"token": token, "password": password})


async def signed_in(installation, user, password=PASSWORD):
    async with installation.client("") as nobody:
        return await nobody.post(SESSIONS, json={"name": user, "password": password})


async def token_of(installation, user, password=PASSWORD):
    answer = await signed_in(installation, user, password)
    assert answer.status_code == 201
    return answer.json()["token"]


async def asked(installation, token, method, path, **more):
    async with installation.client(token) as client:
        return await client.request(method, path, **more)


async def is_good(installation, token):
    return (await asked(installation, token, "GET", "/api/v1/stations")).status_code == 200


async def test_a_session_is_a_bearer_token_of_its_users_role(installation, user):
    made = (await signed_in(installation, user)).json()
    assert made["token"].startswith("ams_")
    assert (made["user"], made["role"]) == (user, "operator")
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11) < left <= timedelta(hours=12)
    assert await is_good(installation, made["token"])
    assert (await asked(installation, made["token"], "GET", "/api/v1/users")).status_code == 403

    me = (await asked(installation, made["token"], "GET", ME)).json()
    assert (me["name"], me["role"], me["by"], me["has_password"]) == (
        *(user, "operator", "session"),
        True,
    )


async def test_whoever_comes_with_a_token_is_told_so(api):
    me = (await api.get(ME)).json()
    assert (me["name"], me["by"], me["expires_at"], me["has_password"]) == (
        *("admin", "token", None),
        False,
    )


async def test_one_answer_for_all_who_do_not_get_in(api, installation, user):
    plain, gone = (f"s-{uuid4().hex[:8]}" for _ in range(2))
    await api.post("/api/v1/users", json={"name": plain})
    await api.post("/api/v1/users", json={"name": gone})
    await welcomed(api, await invited(api, gone))
    await api.delete(f"/api/v1/users/{gone}")
    wrong = [(user, OTHER), (user, ""), ("nobody", PASSWORD), (plain, PASSWORD), (gone, PASSWORD)]
    answers = [await signed_in(installation, *each) for each in wrong]
    told = {(each.status_code, each.json()["title"], each.json()["detail"]) for each in answers}
    assert told == {(401, "wrong password", "no user has this name and this password")}


async def test_the_same_password_from_another_keyboard_is_the_same(api, installation, user):
    await welcomed(api, await invited(api, user), "crème brûlée!")
    answer = await signed_in(installation, user, "cre\u0300me bru\u0302le\u0301e!")
    assert answer.status_code == 201


async def test_an_invitation_is_good_once(api, installation, user):
    session = await token_of(installation, user)
    invitation = await invited(api, user)
    answers = await asyncio.gather(*(welcomed(api, invitation, OTHER) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401]
    assert not await is_good(installation, session)
    assert (await signed_in(installation, user)).status_code == 401
    assert (await signed_in(installation, user, OTHER)).status_code == 201


async def test_an_invitation_replaces_the_one_before_and_ends_with_its_user(api, user):
    first, second = await invited(api, user), await invited(api, user)
    assert (await welcomed(api, first)).json()["title"] == "bad invitation"
    assert (await api.delete(f"/api/v1/users/{user}")).status_code == 204
    assert (await welcomed(api, second)).status_code == 401


@pytest.mark.parametrize(
    "password",
    ["", "short", "x" * 11, "x" * 129, "y" * 2000, "control\x00character"],
)
async def test_what_can_be_no_password_is_not_repeated_and_uses_nothing_up(api, user, password):
    invitation = await invited(api, user)
    answer = await welcomed(api, invitation, password)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "body.password"
    assert not password or password not in answer.text
    assert (await welcomed(api, invitation)).status_code == 201


async def test_half_of_a_character_is_no_password(api, user):
    body = f'{{"token": "{await invited(api, user)}", "password": "{HALF * 12}"}}'
    answer = await api.post(
        f"{SESSIONS}/by-invitation",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("path", [SESSIONS, f"{SESSIONS}/by-invitation"])
@pytest.mark.parametrize(
    "body",
    [
        {"name": "n", "token": "t", "password": {"is": "hunter2-hunter2"}},
        {"name": "n", "token": "t", "password": ["hunter2-hunter2"]},
        {"password": "hunter2-hunter2"},
        ["hunter2-hunter2"],
        "hunter2-hunter2",
    ],
)
async def test_no_problem_repeats_a_password(installation, path, body):
    async with installation.client("") as nobody:
        answer = await nobody.post(path, json=body)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_another_password_needs_the_one_before_and_ends_other_sessions(installation, user):
    mine, other = [await token_of(installation, user) for _ in range(2)]
    change = {"old": OTHER, "new": OTHER}
    wrong = await asked(installation, mine, "PUT", f"{ME}/password", json=change)
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "body.old")
    assert await is_good(installation, other)

    for change, field in (
        ({"old": PASSWORD, "new": "short"}, "body.new"),
        ({"old": "x"}, "body.new"),
    ):
        refused = await asked(installation, mine, "PUT", f"{ME}/password", json=change)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, field)

    change = {"old": PASSWORD, "new": OTHER}
    done = await asked(installation, mine, "PUT", f"{ME}/password", json=change)
    assert done.status_code == 204
    assert [await is_good(installation, each) for each in (mine, other)] == [True, False]
    assert (await signed_in(installation, user)).status_code == 401
    assert (await signed_in(installation, user, OTHER)).status_code == 201


async def test_a_token_alone_does_not_become_a_password(api, installation):
    name = f"s-{uuid4().hex[:8]}"
    token = (await api.post("/api/v1/users", json={"name": name})).json()["token"]
    change = {"old": "", "new": PASSWORD}
    refused = await asked(installation, token, "PUT", f"{ME}/password", json=change)
    assert refused.status_code == 409
    assert (await signed_in(installation, name)).status_code == 401


async def test_sessions_are_listed_and_end_by_themselves_or_together(installation, user):
    mine, other = [await token_of(installation, user) for _ in range(2)]
    listed = (await asked(installation, mine, "GET", SESSIONS)).json()["items"]
    assert [each["current"] for each in listed] == [False, True, False]  # the first: by invitation
    assert {each["origin"] for each in listed} == {"127.0.0.1"}
    assert mine not in str(listed)

    assert (await asked(installation, mine, "DELETE", f"{SESSIONS}/current")).status_code == 204
    assert [await is_good(installation, each) for each in (mine, other)] == [False, True]
    assert (await asked(installation, other, "DELETE", SESSIONS)).status_code == 204
    assert not await is_good(installation, other)


async def test_signing_out_everywhere_leaves_tokens(api, installation, user):
    made = await api.post(f"/api/v1/users/{user}/tokens", json={})
    token, session = made.json()["token"], await token_of(installation, user)
    current = await asked(installation, token, "DELETE", f"{SESSIONS}/current")
    assert current.status_code == 409
    assert (await asked(installation, token, "DELETE", SESSIONS)).status_code == 204
    assert [await is_good(installation, each) for each in (token, session)] == [True, False]


async def test_an_administrator_ends_sessions_and_sees_who_has_a_password(api, installation, user):
    session = await token_of(installation, user)
    assert (await api.delete(f"/api/v1/users/{user}/sessions")).status_code == 204
    assert not await is_good(installation, session)
    assert (await api.delete("/api/v1/users/nobody/sessions")).status_code == 404
    assert (await api.post("/api/v1/users/nobody/invitations")).status_code == 404

    assert (await api.get(f"/api/v1/users/{user}")).json()["has_password"]
    listed = (await api.get("/api/v1/users")).json()["items"]
    known = {each["name"]: each["has_password"] for each in listed}
    assert (known[user], known["admin"]) == (True, False)


async def test_a_new_role_and_the_end_of_a_user_hold_for_sessions_at_once(api, installation, user):
    session = await token_of(installation, user)
    await api.patch(f"/api/v1/users/{user}", json={"role": "admin"})
    assert (await asked(installation, session, "GET", "/api/v1/users")).status_code == 200
    await api.delete(f"/api/v1/users/{user}")
    assert not await is_good(installation, session)


async def test_who_signed_in_and_who_failed_is_on_record(api, installation, user):
    await token_of(installation, user)
    await signed_in(installation, user, OTHER)

    async def recorded():
        found = (await api.get("/api/v1/audit", params={"subject": f"user:{user}"})).json()["items"]
        signed = [each for each in found if each["operation"] == "SignIn"]
        return found if len([each for each in signed if each["by"] == user]) == 2 else None

    found = await eventually(recorded)
    assert {"AddUser", "InviteUser", "ChangePassword"} <= {each["operation"] for each in found}
    for secret in (PASSWORD, OTHER, "ams_", "ami_", "argon2"):
        assert secret not in str(found)

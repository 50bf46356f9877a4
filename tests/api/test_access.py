"""Every route, as the API itself describes it, for each role, for nobody and for worthless tokens.

The document says of each operation which role it is for. Whether that is what we mean stands here:
another role, or a route without one, is a failing test and not a matter of what the code says.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute

from commands import keys, opening, settings
from commands.api import app as api_app
from commands.run import running
from projections import members
from projections.actions import Actor
from tests.api.stage import Installation

pytestmark = pytest.mark.asyncio(loop_scope="session")

RANKS = {"viewer": 1, "operator": 2, "admin": 3}
METER_KEY = "/api/v1/stations/{station}/connectors/{connector}/meter-key"
OF_ADMINS = {  # what keeps registers and vouches for stations, and what tells on people
    ("put", "/api/v1/stations/{station}"),
    ("delete", "/api/v1/stations/{station}"),
    ("post", "/api/v1/stations/import"),
    ("post", "/api/v1/certificate-requests/{request}/sign"),
    ("post", "/api/v1/certificates/{fingerprint}/revoke"),
    *(("get", path) for path in ("/api/v1/audit", "/api/v1/users", "/api/v1/users/{name}")),
    ("get", "/api/v1/users/{name}/tokens"),
    ("post", "/api/v1/read-models/{name}/rebuild"),
    ("post", "/api/v1/tokens/{id_tag}/forget"),
    *((way, METER_KEY) for way in ("put", "delete")),
    ("post", "/api/v1/users"),
    ("patch", "/api/v1/users/{name}"),
    ("delete", "/api/v1/users/{name}"),
    ("post", "/api/v1/users/{name}/tokens"),
    ("delete", "/api/v1/users/{name}/tokens/{token}"),
    *(("get", f"/api/v1/webhooks{rest}") for rest in ("", "/{id}", "/{id}/attempts")),
    *(("post", f"/api/v1/webhooks{rest}") for rest in ("", "/{id}/pause", "/{id}/resume")),
    ("post", "/api/v1/webhooks/{id}/secret"),
    ("patch", "/api/v1/webhooks/{id}"),
    *(("delete", f"/api/v1/webhooks/{{id}}{rest}") for rest in ("", "/former-secret")),
    ("post", "/api/v1/users/{name}/invitations"),
    ("delete", "/api/v1/users/{name}/sessions"),
}
OF_EVERYBODY = {  # what people do with what is theirs
    ("put", "/api/v1/me/password"),
    *(("delete", f"/api/v1/sessions{rest}") for rest in ("", "/current")),
}
OPEN = {("post", f"/api/v1/sessions{rest}") for rest in ("", "/by-invitation")}  # to sign in
WITHOUT_TOKEN = {"/openapi.json", "/docs", "/static-offline-docs/swagger-ui.css"}
NOT_IN_THE_DOCUMENT = {"/files/{path:path}"}  # the token in the path is the right


async def operations(api):
    """(method, path, role) of all there are."""
    paths = (await api.get("/openapi.json")).json()["paths"]
    return [
        (method, path, operation["x-role"])
        for path, item in paths.items()
        for method, operation in item.items()
    ]


def meant(method, path):
    """The role that an operation is for; None: it needs no token."""
    if (method, path) in OPEN:
        return None
    if (method, path) in OF_ADMINS:
        return "admin"
    return "viewer" if method == "get" or (method, path) in OF_EVERYBODY else "operator"


def filled(path):
    return re.sub(r"\{(\w+)\}", "1", path)


def guarded(found):
    """All operations but those that sign in, which answer to nobody as to anybody."""
    return [(method, path, role) for method, path, role in found if (method, path) not in OPEN]


async def test_signing_in_is_open_and_asks_for_its_body(installation):
    async with installation.client("") as nobody:
        for method, path in OPEN:
            assert (await nobody.request(method, path)).status_code == 422
            assert (await nobody.request(method, f"{path}/")).status_code == 401
            assert (await nobody.request("PUT", path)).status_code == 401


async def token_of(api, role):
    name = f"matrix-{role}"
    await api.post("/api/v1/users", json={"name": name, "role": role})
    answer = await api.post(f"/api/v1/users/{name}/tokens", json={"name": "matrix"})
    assert answer.status_code == 201
    return answer.json()["token"]


async def test_each_operation_says_which_role_it_is_for(api):
    found = await operations(api)
    assert len(found) > 80
    for method, path, role in found:
        assert role == meant(method, path), f"{method} {path}"


@pytest.mark.parametrize("role", RANKS)
async def test_each_operation_is_open_to_its_role_and_to_no_lesser_one(api, installation, role):
    async with installation.client(await token_of(api, role)) as client:
        for method, path, needed in await operations(api):
            answer = await client.request(method, filled(path))
            refused = answer.status_code == 403
            is_lesser = needed is not None and RANKS[role] < RANKS[needed]
            assert refused == is_lesser, f"{role} {method} {path}"
            assert answer.status_code not in {401, 429, 500}, f"{role} {method} {path}"


@pytest.mark.parametrize("token", ["", "nobodys", "amp_" + "A" * 43])
async def test_no_operation_is_open_without_a_token_of_somebody(api, installation, token):
    async with installation.client(token) as client:
        for method, path, _ in guarded(await operations(api)):
            answer = await client.request(method, filled(path))
            assert answer.status_code == 401, f"{method} {path}"
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_operation_is_open_to_a_token_that_has_expired(expired):
    for method, path, _ in guarded(await operations(expired)):
        answer = await expired.request(method, filled(path))
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.json()["title"] == "expired token"
        assert "2020-01-02T00:00:00.000Z" in answer.json()["detail"]


@pytest_asyncio.fixture(loop_scope="session")
async def expired(tmp_path):
    """An API, and a token of an administrator that was good until the second day of 2020."""
    chosen = settings.read(
        data=tmp_path, gateway_port=0, api_port=0, ops_port=0, api_sign_in_failures=100_000
    )
    secret, then = keys.new_token(), datetime(2020, 1, 1, tzinfo=UTC)
    kept = keys.token_of("late", secret, name="first", days=1, by="", at=then)
    log, database = opening.open_database(chosen)
    database.write(members.add, "late", "admin", kept, Actor("", "", then))
    log.close()
    database.close()
    async with running("run", chosen) as ports:
        api = f"http://127.0.0.1:{ports['api']}"
        async with Installation(api=api, gateway="").client(secret) as client:
            yield client


async def test_what_is_not_in_the_document_is_known_by_name():
    routers = (resource.router for resource in api_app._RESOURCES)
    hidden = {
        route.path
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and not route.include_in_schema
    }
    assert hidden == NOT_IN_THE_DOCUMENT


async def test_documentation_is_for_everybody_and_the_rest_for_nobody(installation):
    async with installation.client("") as nobody:
        for path in WITHOUT_TOKEN:
            assert (await nobody.get(path)).status_code == 200
        assert (await nobody.get("/files/nonsense")).status_code == 404
        assert (await nobody.get("/api/v1/nowhere")).status_code == 401
        assert (await nobody.get("/api/v1/%73tations")).status_code == 401
        assert (await nobody.get("//api/v1/stations")).status_code == 404


async def test_a_token_in_the_query_is_none(installation, api):
    token = await token_of(api, "viewer")
    async with installation.client("") as client:
        answer = await client.get(f"/api/v1/stations?access_token={token}")
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer nobodys", "nonsense"])
async def test_what_is_no_token_opens_nothing(installation, header):
    async with installation.client("") as client:
        answer = await client.get("/api/v1/stations", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_new_role_holds_at_once(api, installation):
    token = (await api.post("/api/v1/users", json={"name": "climber"})).json()["token"]
    async with installation.client(token) as climber:
        assert (await climber.get("/api/v1/users")).status_code == 403
        changed = await api.patch("/api/v1/users/climber", json={"role": "admin"})
        assert (changed.status_code, changed.json()["role"]) == (200, "admin")
        assert (await climber.get("/api/v1/users")).status_code == 200
        long_ago = datetime.now(UTC) - timedelta(days=1)
        assert datetime.fromisoformat(changed.json()["created_at"]) > long_ago

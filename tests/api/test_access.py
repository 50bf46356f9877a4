"""Every route, as the API itself lists them, for each role and for nobody."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN = {
    ("put", "/api/v1/stations/{station}"),
    ("delete", "/api/v1/stations/{station}"),
    ("get", "/api/v1/users"),
    ("post", "/api/v1/users"),
    ("delete", "/api/v1/users/{name}"),
}
RANKS = {"": 0, "viewer": 1, "operator": 2, "admin": 3}


def needed(method, path):
    if (method, path) in ADMIN:
        return "admin"
    return "viewer" if method == "get" else "operator"


async def routes(api):
    description = (await api.get("/openapi.json")).json()
    return [(method, path) for path, each in description["paths"].items() for method in each]


async def test_every_route_asks_for_its_role(api, installation):
    found = await routes(api)
    assert len(found) > 20
    for role, rank in RANKS.items():
        token = await token_of(api, role) if role else ""
        async with installation.client(token) as client:
            for method, path in found:
                filled = path.replace("{number}", "1").replace("{", "").replace("}", "")
                answer = await client.request(method, filled)
                refused = {0: answer.status_code == 401}.get(rank, answer.status_code == 403)
                assert refused == (rank < RANKS[needed(method, path)]), f"{role} {method} {path}"


async def token_of(api, role):
    name = f"matrix-{role}"
    answer = await api.post("/api/v1/users", json={"name": name, "role": role})
    assert answer.status_code == 201
    return answer.json()["token"]


async def test_a_token_is_shown_once_and_ends_with_its_user(api, installation):
    made = (await api.post("/api/v1/users", json={"name": "eve", "role": "viewer"})).json()
    async with installation.client(made["token"]) as eve:
        assert (await eve.get("/api/v1/stations")).status_code == 200
        listed = await api.get("/api/v1/users")
        assert made["token"] not in listed.text

        assert (await api.delete("/api/v1/users/eve")).status_code == 204
        refused = await eve.get("/api/v1/stations")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_a_name_is_given_once(api):
    assert (await api.post("/api/v1/users", json={"name": "bob"})).json()["role"] == "viewer"
    assert (await api.post("/api/v1/users", json={"name": "bob"})).status_code == 409


async def test_nobody_revokes_themselves(api):
    assert (await api.delete("/api/v1/users/admin")).status_code == 409


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer nobodys", "nonsense"])
async def test_what_is_no_token_opens_nothing(installation, header):
    async with installation.client("") as client:
        answer = await client.get("/api/v1/stations", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "a b"}, {"name": "c", "role": "king"}, {}])
async def test_a_user_must_have_a_name_and_a_role(api, body):
    assert (await api.post("/api/v1/users", json=body)).status_code == 422

"""A browser's cookie is a credential for pages of ours, and for nobody else's."""

import pytest

from commands import keys
from commands.api.bounds import Bounds
from commands.api.credentials import COOKIE
from gateway.addresses import networks
from projections import sign_ins
from projections.actions import Actor
from tests.api.doorstep import Doorstep

BOUNDS = Bounds(failures=100, rate=0, trusted=networks(["10.0.0.0/8"]))
OURS = {"Origin": "http://api"}


@pytest.fixture
def door():
    return Doorstep(BOUNDS)


@pytest.fixture
def session(door):
    """The token of a session of olga."""
    door.user()
    secret, actor = keys.new_session_token(), Actor("olga", "192.0.2.7", door.now)
    kept = keys.session_of("olga", secret, origin="192.0.2.7", at=door.now)
    door.database.write(sign_ins.set_password, "olga", "a hash", actor)
    assert door.database.write(sign_ins.begin, kept, "a hash", actor)
    return secret


async def asked(door, method, cookie, token="", peer="192.0.2.7", **headers):
    headers = {"Cookie": f"other=1; {COOKIE}={cookie}", **headers}
    async with door.client(token, peer=peer, **headers) as client:
        return await client.request(method, "/stations")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_cookie_reads(door, session, method):
    assert (await asked(door, method, session)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_a_cookie_changes_something_from_a_page_of_ours_only(door, session, method):
    assert (await asked(door, method, session, **OURS)).text == "olga from 192.0.2.7 by http"
    for headers in (
        {},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://api"},
        {"Origin": "http://api:8000"},
        {"Origin": "http://api.evil.example"},
        {"Origin": "http://evil.example/api"},
        {"Origin": "http://api@evil.example"},
        {"Origin": "http://[api"},
        {"Origin": "http://api:99999"},
        OURS | {"Sec-Fetch-Site": "cross-site"},
    ):
        refused = await asked(door, method, session, **headers)
        assert (refused.status_code, refused.json()["title"]) == (403, "cross site"), headers


async def test_a_page_of_another_site_does_not_even_read(door, session):
    refused = await asked(door, "GET", session, **{"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, refused.json()["title"]) == (403, "cross site")
    for site in ("same-origin", "none"):
        assert (await asked(door, "GET", session, **{"Sec-Fetch-Site": site})).status_code == 200


@pytest.mark.parametrize(
    ("peer", "origin", "status"),
    [
        ("10.1.2.3", "https://csms.example", 200),
        ("10.1.2.3", "https://CSMS.example:443", 200),
        ("10.1.2.3", "http://csms.example", 403),
        ("192.0.2.7", "https://csms.example", 403),
    ],
)
async def test_the_origin_is_what_a_proxy_of_ours_was_asked_for(
    door, session, peer, origin, status
):
    headers = {"Host": "csms.example", "X-Forwarded-Proto": "https", "Origin": origin}
    assert (await asked(door, "POST", session, peer=peer, **headers)).status_code == status


async def test_a_header_goes_before_the_cookie(door, session):
    token = door.user("paul")
    evil = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await asked(door, "POST", session, token, **evil)).text.startswith("paul")
    for header in ("Bearer wrong", "Basic YTpi", ""):
        assert (await asked(door, "GET", session, Authorization=header)).status_code == 401


async def test_a_session_is_a_bearer_token_too(door, session):
    async with door.client(session) as client:
        assert (await client.post("/stations")).status_code == 200


async def test_a_token_is_no_cookie(door):
    for cookie in (door.user(), "", "ams_nobodys"):
        assert (await asked(door, "GET", cookie)).status_code == 401


async def test_a_session_ends_when_it_is_not_used(door, session):
    for _ in range(3):
        door.later(hours=11)
        assert (await asked(door, "GET", session)).status_code == 200
    door.later(hours=12)
    ended = await asked(door, "GET", session)
    assert (ended.status_code, ended.json()["title"]) == (401, "expired token")

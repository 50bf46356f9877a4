"""Nobody gets to a page, its socket or its uploads without a session; programs get problems."""

import httpx
import pytest
from nicegui import __version__
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.installation import Installation
from tests.ui.people import Asked

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture
def cookie(installation: Installation) -> dict[str, str]:
    """A session's place; any bearer token of a user is worth as much."""
    return {"Cookie": f"ampledger_session={installation.admin_token}"}


def get(installation: Installation, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{installation.api_url}{path}", headers=BROWSER | headers)


@pytest.mark.parametrize("path", ["/", "/stations", "/stations/CP%2F1", "/nowhere", "/users"])
def test_a_page_sends_who_has_no_session_to_the_door(installation: Installation, path: str):
    answer = get(installation, path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?to=/")


def test_a_token_that_is_nobodys_opens_nothing(installation: Installation):
    answer = get(installation, "/", Cookie="ampledger_session=ams_nobodys")
    assert answer.status_code == 303


def test_nothing_is_uploaded_without_a_session(installation: Installation):
    url = f"{installation.api_url}/_nicegui/client/any/upload/1"
    assert httpx.post(url, files={"file": b"x"}).status_code == 303


def test_the_files_of_the_library_are_open_and_may_be_kept(installation: Installation):
    answer = get(installation, f"/_nicegui/{__version__}/static/nicegui.js")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_a_page_may_run_nothing_of_others_and_is_framed_by_nobody(
    installation: Installation, cookie: dict[str, str]
):
    answer = get(installation, "/", **cookie)
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_no_page_asks_anything_of_another_host(installation: Installation, cookie: dict[str, str]):
    page = get(installation, "/", **cookie).text
    assert "https://" not in page.replace("https://www.w3.org", "")


def test_what_a_request_says_of_a_prefix_is_not_believed(
    installation: Installation, cookie: dict[str, str]
):
    page = get(installation, "/", **cookie, **{"X-Forwarded-Prefix": "/elsewhere"}).text
    assert "elsewhere" not in page


def test_what_is_nowhere_is_a_page_to_a_browser_and_a_problem_to_a_program(
    installation: Installation, cookie: dict[str, str]
):
    page = get(installation, "/nowhere", **cookie)
    problem = httpx.get(f"{installation.api_url}/nowhere")
    assert (page.status_code, problem.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_a_page_of_another_site_gets_no_socket(
    installation: Installation, cookie: dict[str, str], origin: str
):
    assert refused(installation, cookie, origin) == 403


def test_who_has_no_session_gets_no_socket(installation: Installation):
    assert refused(installation, {}, installation.api_url) == 403


def test_who_has_one_gets_it(installation: Installation, cookie: dict[str, str]):
    url = installation.api_url.replace("http", "ws") + SOCKET
    headers = cookie | {"Origin": installation.api_url}
    with connect(url, additional_headers=headers, proxy=None) as socket:
        assert str(socket.recv(timeout=10)).startswith("0{")  # engine.io: open


def test_a_page_beyond_the_role_is_not_built(installation: Installation, api: Asked):
    api.post("/api/v1/users", {"name": f"reader-{id(api)}", "role": "viewer"})
    token = api.post(f"/api/v1/users/reader-{id(api)}/tokens", {})["token"]
    page = get(installation, "/users", Cookie=f"ampledger_session={token}").text
    assert "for the role admin" in page
    assert "Add a user" not in page


def refused(installation: Installation, headers: dict[str, str], origin: str) -> int:
    url = installation.api_url.replace("http", "ws") + SOCKET
    given = headers | ({"Origin": origin} if origin else {})
    with pytest.raises(InvalidStatus) as caught:
        connect(url, additional_headers=given, proxy=None)
    return caught.value.response.status_code

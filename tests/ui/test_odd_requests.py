"""What no browser of ours would send is answered in order, and leads nowhere."""

from collections.abc import Iterator

import httpx
import pytest

from tests.installation import Installation


@pytest.fixture
def browser(installation: Installation) -> Iterator[httpx.Client]:
    headers = {"Accept": "text/html", "Origin": installation.api_url}
    with httpx.Client(base_url=installation.api_url, headers=headers) as client:
        yield client


def test_cookies_of_others_on_this_host_do_not_hide_ours(
    browser: httpx.Client, installation: Installation
):
    ours = f"ampledger_session={installation.admin_token}"
    answer = browser.get(
        "/me", headers={b"Cookie": f'other={{"a": [1, 2]}}; {ours}; last=ü'.encode()}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("cookie", [b"\xe9", b'"ams_\\015\\012X-Other: y"', b"ams_" + 9000 * b"a"])
def test_what_is_no_token_opens_nothing(browser: httpx.Client, cookie: bytes):
    answer = browser.get("/", headers={b"Cookie": b"ampledger_session=" + cookie})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=/")


@pytest.mark.parametrize(
    "to", ["//[", "//elsewhere", "/\\elsewhere", "/\t/elsewhere", "/\t\\elsewhere", "/a\\b", "x:y"]
)
def test_the_door_knows_pages_of_ours_only(browser: httpx.Client, to: str):
    answer = browser.get("/sign-in", params={"to": to})
    assert answer.status_code == 200
    assert 'name="to" value="/">' in answer.text


@pytest.mark.parametrize("to", ["/", "/stations/CP%2F1?tab=wire", "/?day=1", "/a//b"])
def test_and_it_knows_those(browser: httpx.Client, to: str):
    assert f'name="to" value="{to}">' in browser.get("/sign-in", params={"to": to}).text


@pytest.mark.parametrize("origin", ["http://[", "null", "", "://", "http://elsewhere.example"])
def test_a_form_without_an_origin_of_ours_is_not_read(browser: httpx.Client, origin: str):
    form = {"name": "nobody", "password": "x"}
    answer = browser.post("/sign-in", data=form, headers={"Origin": origin})
    assert answer.status_code == 403


def test_a_form_of_many_fields_is_no_form_of_ours(browser: httpx.Client):
    answer = browser.post("/sign-in", data={f"field{number}": "x" for number in range(30)})
    assert answer.status_code == 401
    assert "no user has this name and this password" in answer.text

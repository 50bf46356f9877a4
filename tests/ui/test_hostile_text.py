"""What stations and users write is text on every page: nothing of it runs."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.installation import Installation
from tests.ui.people import Asked, People, eventually

IMAGE = "<img src=x onerror=window.ran=1>"
SCRIPT = '"><script>window.ran=1</script>'
PROPS = 'x" :href="window.ran=1" onclick="window.ran=1'
TEMPLATE = "{{7*7}}{{window.ran=1}}"
LINK = "javascript:window.ran=1"
ALL = f"{IMAGE} {SCRIPT} {PROPS} {TEMPLATE} {LINK}"
LISTS = ("/", "/stations", "/transactions", "/tokens", "/calls", "/events", "/security-events")


@pytest.fixture
def said() -> str:
    """What tells these pages from those of other tests."""
    return uuid4().hex[:6]


@pytest.fixture
def station(installation: Installation, api: Asked, said: str) -> Iterator[str]:
    """A station of a hostile name, which says hostile things."""
    name = f"{IMAGE[:32]}{said}"
    api.put(f"/api/v1/stations/{quote(name, safe='')}", {"security_profile": 0})
    url = f"{installation.gateway_url}/{quote(name, safe='')}"
    with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as socket:
        for action, payload in _sayings(said):
            _call(socket, action, payload)
        yield name


def _sayings(said: str) -> list[tuple[str, Mapping[str, object]]]:
    boot = {
        "chargePointVendor": "{{7*7}}<b>" + said,
        "chargePointModel": '"><script>x',
        "firmwareVersion": TEMPLATE,
    }
    status = {
        "connectorId": 1,
        "errorCode": "OtherError",
        "status": "Faulted",
        "info": IMAGE,
        "vendorErrorCode": SCRIPT[:50],
        "vendorId": PROPS,
    }
    event = {"type": IMAGE, "timestamp": "2026-11-26T12:00:00Z", "techInfo": ALL}
    return [
        ("BootNotification", boot),
        ("StatusNotification", status),
        ("SecurityEventNotification", event),
        ("Authorize", {"idTag": "<b onclick=x>"}),
        ("DataTransfer", {"vendorId": SCRIPT, "messageId": IMAGE, "data": ALL}),
    ]


def _call(socket: ClientConnection, action: str, payload: Mapping[str, object]) -> None:
    """Its answer comes, whatever it is; what we are asked meanwhile is passed over."""
    id = uuid4().hex
    socket.send(json.dumps([2, id, action, payload]))
    while json.loads(socket.recv(timeout=10))[1] != id:
        pass


def test_what_a_station_says_is_text(people: People, installation: Installation, station: str):
    page = people.at("an-admin")
    path = f"/stations/{quote(station, safe='')}"
    visit(page, installation, path)
    expect(page.get_by_role("heading", level=1)).to_contain_text(IMAGE[:32])
    expect(page.get_by_text(TEMPLATE).first).to_be_visible()
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_load_state("networkidle")
        assert_calm(page)
    for each in LISTS:
        visit(page, installation, each)
    visit(page, installation, "/stations")
    expect(page.get_by_role("link", name=station)).to_be_visible()
    visit(page, installation, "/security-events")
    expect(page.get_by_text(IMAGE, exact=True).first).to_be_visible()


def test_what_users_write_is_text(
    people: People, installation: Installation, api: Asked, said: str
):
    tag = f"<i onload=x>{said}"
    api.put(f"/api/v1/tokens/{quote(tag, safe='')}", {"note": ALL})
    page = people.at("an-admin")
    visit(page, installation, f"/tokens/{quote(tag, safe='')}")
    expect(page.get_by_text(ALL).first).to_be_visible()
    visit(page, installation, f"/tokens?search={said}")
    expect(page.get_by_role("link", name=tag)).to_be_visible()
    visit(page, installation, "/audit")


def test_an_address_is_text(people: People, installation: Installation):
    page = people.at("an-admin")
    for path in ("stations", "transactions", "tokens", "quarantine", "webhooks", "users"):
        page.goto(f"{installation.api_url}/{path}/{quote(ALL, safe='')}")
        expect(page.get_by_text(TEMPLATE).first).to_be_visible()
        assert_calm(page)


def test_a_webhook_of_a_hostile_name_is_text(
    people: People, installation: Installation, api: Asked, said: str
):
    name, url = f"{SCRIPT}{said}", "https://192.0.2.1/%3Cimg%20src=x%3E"
    hook = eventually(lambda: api.post("/api/v1/webhooks", {"name": name, "url": url}))
    page = people.at("an-admin")
    visit(page, installation, f"/webhooks/{hook.get('id') or hook['webhook']['id']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)
    assert_calm(page)


def visit(page: Page, installation: Installation, path: str) -> None:
    page.goto(f"{installation.api_url}{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert_calm(page)


def assert_calm(page: Page) -> None:
    """Nothing of it ran, nothing of it is an element or leads anywhere."""
    assert page.evaluate("window.ran") is None
    foreign = "main img[src=x], main [onclick], main [onerror], main a[href^='javascript:']"
    assert page.locator(foreign).count() == 0
    assert page.locator("main script").count() == 0
    assert page.get_by_text("This page could not be built").count() == 0

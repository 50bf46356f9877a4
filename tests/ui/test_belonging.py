"""A page belongs to the session that asked for it: another's socket does not come by it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.installation import Installation
from tests.ui.people import Asked

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture
def admin(installation: Installation) -> dict[str, str]:
    return {"Cookie": f"ampledger_session={installation.admin_token}"}


@pytest.fixture
def reader(api: Asked) -> dict[str, str]:
    name = f"reader-{uuid4().hex[:8]}"
    api.post("/api/v1/users", {"name": name, "role": "viewer"})
    token = api.post(f"/api/v1/users/{name}/tokens", {})["token"]
    return {"Cookie": f"ampledger_session={token}"}


@pytest.fixture
def page(installation: Installation, admin: dict[str, str]) -> str:
    """The id of a page that an administrator looks at."""
    html = httpx.get(f"{installation.api_url}/me", headers=admin | {"Accept": "text/html"}).text
    found = re.search(r"client_id\W+([0-9a-f-]{36})", html)
    assert found
    return found[1]


@contextmanager
def socket(
    installation: Installation, cookie: dict[str, str], query: str = ""
) -> Iterator[ClientConnection]:
    url = installation.api_url.replace("http", "ws") + SOCKET + query
    headers = cookie | {"Origin": installation.api_url}
    with connect(url, additional_headers=headers, proxy=None) as opened:
        assert str(opened.recv(timeout=10)).startswith("0{")
        opened.send("40")
        yield opened


def said(opened: ClientConnection, kind: str) -> str:
    """The next packet of a kind."""
    while not (packet := str(opened.recv(timeout=10))).startswith(kind):
        pass
    return packet.removeprefix(kind)


def attached(opened: ClientConnection, page: str) -> bool:
    """Whether a socket comes by a page."""
    said(opened, "40")
    wish = {"client_id": page, "tab_id": "a-tab", "document_id": "a-document"}
    opened.send(f"420{json.dumps(['handshake', wish])}")
    return bool(json.loads(said(opened, "430"))[0])


def test_a_page_is_its_own_sessions(installation: Installation, admin: dict[str, str], page: str):
    with socket(installation, admin) as opened:
        assert attached(opened, page)


def test_it_is_no_other_sessions(installation: Installation, reader: dict[str, str], page: str):
    with socket(installation, reader) as opened:
        assert not attached(opened, page)


def test_nor_when_the_address_of_the_socket_says_so(
    installation: Installation, reader: dict[str, str], page: str
):
    query = f"&implicit_handshake=true&client_id={page}&tab_id=a-tab&document_id=a-document"
    with socket(installation, reader, query) as opened:
        assert "handshake failed" in said(opened, "44")


def test_nothing_is_brought_to_the_page_of_another_session(
    installation: Installation, admin: dict[str, str], reader: dict[str, str], page: str
):
    url = f"{installation.api_url}/_nicegui/client/{page}/upload/1"
    theirs = httpx.post(url, files={"file": b"x"}, headers=reader)
    own = httpx.post(url, files={"file": b"x"}, headers=admin)
    assert (theirs.status_code, theirs.text) == (403, "this page is not ours\n")
    assert own.status_code != 403

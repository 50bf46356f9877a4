import asyncio
import base64
import hashlib
import logging
import re
from urllib.parse import urlsplit

import pytest

from tests.api.stage import ADMIN_TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("PATCH", "/api/v1/stations", 405),
        ("GET", "/api/v1/stations?limit=0", 422),
        ("GET", "/api/v1/stations?limit=x", 422),
        ("GET", "/api/v1/stations?cursor=%25%25", 422),
        ("GET", "/api/v1/stations?cursor=AA==", 422),
        ("GET", "/api/v1/stations?search=%00", 422),
        ("GET", "/api/v1/calls?cursor=bm90IGEgbnVtYmVy", 422),
        ("GET", "/api/v1/calls?cursor=" + "OTk5" * 8, 422),
        ("GET", "/api/v1/connectors?cursor=YS9i", 422),
        ("PUT", "/api/v1/stations/x", 422),
    ],
)
async def test_every_error_is_a_problem(api, method, path, status):
    answer = await api.request(method, path)
    problem = answer.json()
    assert answer.status_code == status == problem["status"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "detail", "instance"} <= problem.keys()
    assert problem["instance"] == path.partition("?")[0]
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_broken_json_is_a_problem(api):
    answer = await api.put(
        "/api/v1/tokens/T", content=b"{", headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["title"]) == (422, "invalid")
    assert answer.json()["detail"].startswith("body: is no JSON: Expecting")
    assert answer.json()["errors"][0]["path"] == "body"


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b'{"a":' * 3000, "application/json", "the body is no JSON that can be read"),
        (b"[1]", "application/json", "body: must be a JSON object, sent as application/json"),
        (b"{}", "text/plain", "body: must be a JSON object, sent as application/json"),
        (b"\xff", "application/json", "the body is no JSON that can be read"),
    ],
)
async def test_a_body_that_is_no_json_object_is_said_to_be_none(api, body, kind, told):
    answer = await api.put("/api/v1/tokens/T", content=body, headers={"content-type": kind})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)


async def test_a_body_is_bounded_before_anybody_reads_it(installation):
    async def chunks():
        yield b"{}"

    async with installation.client("") as nobody:
        long = await nobody.put("/api/v1/tokens/T", content=b" " * (2 << 20 | 1))
        chunked = await nobody.put("/api/v1/tokens/T", content=chunks())
    assert (long.status_code, chunked.status_code) == (413, 411)
    assert long.json()["request_id"] == long.headers["x-request-id"]


async def test_a_request_keeps_the_id_it_came_with(api):
    given = {"X-Request-Id": "abc-123"}
    assert (await api.get("/api/v1/health", headers=given)).headers["x-request-id"] == "abc-123"


@pytest.mark.parametrize("strange", ["x" * 65, "a\tb"])
async def test_a_strange_request_id_is_replaced(api, strange):
    answer = await api.get("/api/v1/health", headers={"X-Request-Id": strange})
    assert len(answer.headers["x-request-id"]) == 36


async def test_the_description_names_every_problem_and_loads_nothing_from_elsewhere(api):
    description = (await api.get("/openapi.json")).json()
    page = await api.get("/docs")
    assert "ProblemDetails" in description["components"]["schemas"]
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    script = re.search(r'src="([^"]+)"', page.text)
    assert script is not None
    assert (await api.get(script[1])).status_code == 200


async def test_every_error_is_documented_as_a_problem(api):
    document = (await api.get("/openapi.json")).json()
    responses = [
        (status, response.get("content", {}))
        for item in document["paths"].values()
        for operation in item.values()
        for status, response in operation["responses"].items()
    ]
    kinds = {kind for status, content in responses if status >= "4" for kind in content}
    assert kinds == {"application/problem+json"}


@pytest.mark.parametrize("path", ["/api/v1/stations", "/api/v1/nowhere", "/nowhere", "/docs"])
async def test_a_browser_is_to_do_as_little_as_possible_with_any_answer(api, path):
    headers = (await api.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers  # it is not encrypted
    assert "server" not in headers


async def test_the_documentation_may_run_its_own_scripts_alone(api):
    page = await api.get("/docs")
    (inline,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{allowed}';" in policy
    assert "'unsafe-eval'" not in policy
    assert not re.search(r"\son\w+=", page.text)


async def test_of_many_faults_only_some_are_told(api):
    wrong = {"x" * 1000 + str(number): 0 for number in range(100)}
    problem = (await api.put("/api/v1/tokens/T", json=wrong)).json()
    assert len(problem["errors"]) == 20
    assert max(len(fault["path"]) for fault in problem["errors"]) == 200


async def test_a_request_that_breaks_off_is_no_defect(installation, name, caplog):
    place = urlsplit(installation.api)
    head = (
        f"POST /api/v1/stations/{name}/calls/Reset HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
        f"Authorization: Bearer {ADMIN_TOKEN}\r\n\r\n"
    )
    with caplog.at_level(logging.INFO, logger="ampledger.api"):
        _, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(head.encode() + b"{")
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(10):
            while True:
                if caplog.records:
                    break
                await asyncio.sleep(0.01)
    assert [(each.levelname, each.message) for each in caplog.records] == [("INFO", "request")]

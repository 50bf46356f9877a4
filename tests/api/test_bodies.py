"""Whatever anybody sends, to whichever operation: an answer, and never one that tells a defect."""

import re

import pytest

from tests.api.test_access import operations

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"a":"\xff\xfe"}',
    "half a surrogate": rb'{"name":"\ud800","reason":"\ud800","note":"\ud800","id_tag":"\ud800"}',
    "a NUL": rb'{"name":"\u0000","reason":"\u0000","note":"\u0000","id_tag":"\u0000"}',
    "depth": DEEP,
    "deep arrays": b"[" * 100_000,
    "a huge number": b'{"limit":%s}' % (b"9" * 100_000),
    "beyond floats": b'{"limit":1e999,"duration":-1e999,"timeout":1e999,"ttl":1e999}',
    "no numbers": b'{"limit":NaN,"duration":Infinity,"timeout":-Infinity}',
    "a list": b"[1,2,3]",
    "a number": b"1",
    "null": b"null",
    "wrong types": b'{"name":1,"role":[],"reason":{},"payload":"x","stations":1,"labels":{}}',
    "a long text": b'{"name":"%s"}' % (b"x" * 1_000_000),
    "many members": b"{%s}" % b",".join(b'"%d":0' % number for number in range(5_000)),
}
PLACES = ("%00", "%FF", "x" * 700, "9" * 400)


async def changes(api):
    return [each for each in await operations(api) if each[0] not in {"get", "delete"}]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_body_is_a_defect(api, name, body):
    for method, path, _ in await changes(api):
        filled = re.sub(r"\{(\w+)\}", "1", path.replace("{station}", name))
        answer = await api.request(
            method, filled, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code not in {500, 502}, f"{method} {path}: {answer.text}"


@pytest.mark.parametrize("place", PLACES, ids=[place[:20] for place in PLACES])
async def test_no_path_is_a_defect(api, place):
    for method, path, _ in await operations(api):
        if (method, path) != ("delete", "/api/v1/users/{name}"):
            answer = await api.request(method, re.sub(r"\{\w+\}", place, path))
            assert answer.status_code not in {500, 502}, f"{method} {path}: {answer.text}"


@pytest.mark.parametrize("value", ["%00", "9" * 5000, "1e400"])
async def test_no_query_is_a_defect(api, name, value):
    paths = (await api.get("/openapi.json")).json()["paths"]
    for path, item in paths.items():
        for parameter in item.get("get", {}).get("parameters", []):
            if parameter["in"] == "query":
                filled = re.sub(r"\{\w+\}", "1", path.replace("{station}", name))
                answer = await api.get(f"{filled}?{parameter['name']}={value}")
                assert answer.status_code not in {500, 502}, f"{path} {parameter['name']}"

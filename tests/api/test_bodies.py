"""Whatever anybody sends, to whichever operation: an answer, and never one that tells a defect.

What reaches the model of an operation is sent to each; of the rest each gets what is drawn for it,
the same every time. `make abuse` has no end of such requests.
"""

import re
from random import Random

import pytest

from tests.api.test_access import operations

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
MEMBERS = {
    "half a surrogate": rb'{"name":"\ud800","reason":"\ud800","note":"\ud800","id_tag":"\ud800"}',
    "a NUL": rb'{"name":"\u0000","reason":"\u0000","note":"\u0000","id_tag":"\u0000"}',
    "beyond floats": b'{"limit":1e999,"duration":-1e999,"timeout":1e999,"ttl":1e999}',
    "no numbers": b'{"limit":NaN,"duration":Infinity,"timeout":-Infinity}',
    "wrong types": b'{"name":1,"role":[],"reason":{},"payload":"x","stations":1,"labels":{}}',
}
BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"a":"\xff\xfe"}',
    "depth": DEEP,
    "deep arrays": b"[" * 100_000,
    "a huge number": b'{"limit":%s}' % (b"9" * 100_000),
    "a list": b"[1,2,3]",
    "a number": b"1",
    "null": b"null",
    "a long text": b'{"name":"%s"}' % (b"x" * 1_000_000),
    "many members": b"{%s}" % b",".join(b'"%d":0' % number for number in range(5_000)),
}
PLACES = ("%00", "%FF", "x" * 700, "9" * 400)
VALUES = ("%00", "9" * 5000, "1e400")


async def changes(api):
    return [each for each in await operations(api) if each[0] not in {"get", "delete"}]


async def check(api, method, path, **request):
    answer = await api.request(method, path, **request)
    assert answer.status_code not in {500, 502}, f"{method} {path}: {answer.text}"


def drawn(operation, choices):
    return Random(str(operation)).choice(list(choices))


async def send(api, name, operation, body):
    method, path, _ = operation
    filled = re.sub(r"\{(\w+)\}", "1", path.replace("{station}", name))
    await check(api, method, filled, content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("body", MEMBERS.values(), ids=MEMBERS)
async def test_no_member_is_a_defect(api, name, body):
    for operation in await changes(api):
        await send(api, name, operation, body)


async def test_no_body_is_a_defect(api, name):
    found = {each: drawn(each, BODIES) for each in await changes(api)}
    assert set(found.values()) == set(BODIES)
    for operation, body in found.items():
        await send(api, name, operation, BODIES[body])


async def test_no_path_is_a_defect(api):
    for operation in await operations(api):
        method, path, _ = operation
        if (method, path) != ("delete", "/api/v1/users/{name}"):
            await check(api, method, re.sub(r"\{\w+\}", drawn(operation, PLACES), path))


async def test_no_query_is_a_defect(api, name):
    paths = (await api.get("/openapi.json")).json()["paths"]
    for path, item in paths.items():
        filled = re.sub(r"\{\w+\}", "1", path.replace("{station}", name))
        for parameter in item.get("get", {}).get("parameters", []):
            if parameter["in"] == "query":
                value = drawn((path, parameter["name"]), VALUES)
                await check(api, "get", f"{filled}?{parameter['name']}={value}")

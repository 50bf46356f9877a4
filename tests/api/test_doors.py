"""What stands before every route: who fails too often waits, and so does who asks too much."""

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from commands.api.bounds import Bounded, Bounds
from commands.api.patience import Patience
from gateway.addresses import networks
from projections import members
from projections.actions import Actor
from projections.user_tokens import listed
from tests.api.doorstep import NOON, Doorstep

BOUNDS = Bounds(failures=3, rate=0, trusted=networks(["10.0.0.0/8"]))

_SCOPE = {"type": "http", "method": "GET", "path": "/docs", "headers": []}


async def _nothing():
    return {"type": "http.request", "body": b"", "more_body": False}


def doorstep(**bounds):
    values = {name: getattr(BOUNDS, name) for name in BOUNDS.__slots__}
    return Doorstep(Bounds(**values | bounds))


async def asked(door, token, times=1, **where):
    """The last answer of several."""
    async with door.client(token, **where) as client:
        for _ in range(times):
            answer = await client.get("/stations")
    return answer


async def test_a_token_lets_its_user_in():
    door = doorstep()
    answer = await asked(door, door.user())
    assert answer.text == "olga from 192.0.2.7 by http"


async def test_whoever_has_no_address_is_somebody_all_the_same():
    """What is asked from nowhere would be taken for a part of the program, and not go on record."""
    door = doorstep()
    assert (await asked(door, door.user(), peer="")).text == "olga from unknown by http"


async def test_an_expired_token_says_so():
    door = doorstep()
    token = door.user(days=1)
    door.later(days=1)
    answer = await asked(door, token)
    assert (answer.status_code, answer.json()["title"]) == (401, "expired token")
    assert "2026-05-02T12:00:00.000Z" in answer.json()["detail"]


async def test_who_keeps_failing_has_to_wait():
    door = doorstep()
    assert (await asked(door, "wrong", 4)).status_code == 401
    answer = await asked(door, "wrong")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_from_elsewhere_nobody_has_to_wait():
    door = doorstep()
    await asked(door, "wrong", 5)
    assert (await asked(door, "wrong", peer="192.0.2.8")).status_code == 401


async def test_a_token_that_has_fitted_never_waits():
    door = doorstep()
    token = door.user()
    await asked(door, token)
    assert (await asked(door, "wrong", 5)).status_code == 429
    assert (await asked(door, token)).status_code == 200


async def test_a_token_that_was_revoked_is_looked_up_no_more_while_its_address_waits():
    door = doorstep()
    token = door.user()
    await asked(door, token)
    (kept,) = door.database.read(listed, "olga")
    door.database.write(members.withdraw, "olga", kept.id, Actor("admin", "", NOON))
    assert (await asked(door, token, 4)).status_code == 401
    assert (await asked(door, token)).status_code == 429


async def test_a_request_without_a_token_costs_nothing():
    door = doorstep()
    assert (await asked(door, "", 50)).status_code == 401


async def test_sign_ins_that_fail_are_told_once_a_minute_of_each_address():
    door = doorstep(failures=100)
    await asked(door, "wrong", 5)
    await asked(door, "wrong", peer="192.0.2.8")
    token = door.user(days=1)
    door.later(days=1)
    await asked(door, token, peer="192.0.2.9")
    told = door.told()
    assert sorted((name, origin) for name, origin, _ in told) == [
        ("", "192.0.2.7"),
        ("", "192.0.2.8"),
        ("olga", "192.0.2.9"),
    ]
    assert "wrong" not in str(told)


def test_whatever_fails_is_remembered_in_bounded_memory():
    patience = Patience(Bounds(failures=1))
    told = 0
    for number in range(30_000):
        token, address = f"token-{number}", f"2001:db8:{number:x}::/64"
        patience.failed(token, address, 0.0)
        patience.fitted(token)
        patience.may_ask(token, 0.0)
        told += patience.is_worth_telling(address, 0.0)
    assert told == 30
    assert len(patience._fitted) == len(patience._addresses._failed) == 10_000
    assert len(patience._rates._buckets) == len(patience._told._passed) == 10_000


def test_when_many_fail_together_all_whom_nobody_knows_wait():
    patience = Patience(Bounds(failures=2))
    patience.fitted("known")
    for number in range(21):
        patience.failed("wrong", f"192.0.2.{number}", 0.0)
    assert patience.wait("other", "198.51.100.1", 0.5) == 0.5
    assert patience.wait("known", "198.51.100.1", 0.5) == 0.0
    assert patience.wait("other", "198.51.100.1", 1.0) == 0.0


async def test_a_token_may_ask_so_often_and_another_as_often():
    door = doorstep(rate=5)
    quick, other = door.user("quick"), door.user("other")
    answers = [(await asked(door, quick)).status_code for _ in range(30)]
    assert answers[:10] == [200] * 10
    assert answers.count(429) >= 10
    refused = await asked(door, quick, 20)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert (await asked(door, other)).status_code == 200


async def test_so_many_requests_are_under_way_and_no_more():
    door = doorstep(requests=2)
    token = door.user()
    door.may_leave.clear()
    waiting = [asyncio.ensure_future(asked(door, token)) for _ in range(2)]
    for _ in waiting:
        await door.arrivals.get()
    refused = await asked(door, token)
    door.may_leave.set()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert refused.json()["title"] == "busy"
    assert [each.status_code for each in await asyncio.gather(*waiting)] == [200, 200]
    assert (await asked(door, token)).status_code == 200


async def test_who_does_not_read_an_answer_keeps_no_other_request_out():
    """Whoever asks for the documentation again and again, and reads nothing, needs no token."""
    unread = asyncio.Event()

    async def send(_message):
        await unread.wait()

    bounded = Bounded(PlainTextResponse("a long answer"), Bounds(requests=1))
    sending = asyncio.ensure_future(bounded(_SCOPE, _nothing, send))
    await asyncio.sleep(0)
    transport = httpx.ASGITransport(bounded)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        assert (await client.get("/docs")).status_code == 200
    assert not sending.done()
    unread.set()
    await sending
    assert bounded._under_way == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-length": "2097152"}, 200),
        ({"content-length": "2097153"}, 413),
        ({"content-length": "9" * 30}, 413),
        ({"content-length": "-1"}, 413),
        ({"content-length": "1e3"}, 413),
        ({"transfer-encoding": "chunked"}, 411),
    ],
)
async def test_a_body_is_bounded_before_anybody_reads_it(headers, status):
    door = doorstep()
    async with door.client(door.user()) as client:
        request = client.build_request("PUT", "/tokens/T")
        request.headers.update(headers)
        assert (await client.send(request)).status_code == status


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("192.0.2.7", {}, "olga from 192.0.2.7 by http"),
        (
            "192.0.2.7",
            {"X-Forwarded-For": "203.0.113.1", "X-Forwarded-Proto": "https"},
            "olga from 192.0.2.7 by http",
        ),
        (
            "10.1.2.3",
            {"X-Forwarded-For": "198.51.100.5, 203.0.113.1", "X-Forwarded-Proto": "https"},
            "olga from 203.0.113.1 by https",
        ),
        ("10.1.2.3", {"X-Forwarded-Proto": "gopher"}, "olga from 10.1.2.3 by http"),
    ],
)
async def test_only_a_proxy_of_ours_says_who_asks(peer, forwarded, told):
    door = doorstep()
    assert (await asked(door, door.user(), peer=peer, **forwarded)).text == told


async def test_an_encrypted_answer_says_that_it_must_stay_so():
    door = doorstep()
    token = door.user()
    plain = await asked(door, token, peer="10.1.2.3")
    encrypted = await asked(door, token, peer="10.1.2.3", **{"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in plain.headers
    assert encrypted.headers["strict-transport-security"] == "max-age=31536000"

"""Who guesses passwords waits: by address, by name, and behind those who hash already."""

import asyncio

import pytest
import pytest_asyncio

from commands import settings
from commands.api.bounds import Bounds
from commands.api.patience import Patience
from commands.run import running
from tests.api.stage import ADMIN_TOKEN, Installation

pytestmark = pytest.mark.asyncio(loop_scope="session")

HERE, THERE = "192.0.2.7", "198.51.100.1"
PASSWORD = "correct horse battery"


def failed(patience, *, name="olga", addresses):
    for address in addresses:
        patience.guessed(name, address, 0.0, right=False)


def many(count):
    return [f"203.0.113.{number}" for number in range(count)]


async def test_an_address_waits_whatever_the_name():
    patience = Patience(Bounds(failures=3))
    for number in range(4):
        patience.guessed(f"user-{number}", HERE, 0.0, right=False)
    assert patience.wait_to_guess("olga", HERE, 0.0) == 1.0
    assert patience.wait("a-token", HERE, 0.0) == 1.0
    assert patience.wait_to_guess("olga", THERE, 0.0) == 0.0


async def test_a_name_waits_whatever_the_address_for_a_minute_at_most():
    patience = Patience(Bounds(failures=3))
    failed(patience, addresses=many(4))
    assert patience.wait_to_guess("olga", HERE, 0.0) == 1.0
    assert patience.wait_to_guess("paul", HERE, 0.0) == 0.0
    failed(patience, addresses=many(20))
    assert patience.wait_to_guess("olga", HERE, 0.0) == 60.0


async def test_where_somebody_has_signed_in_before_their_name_does_not_wait():
    patience = Patience(Bounds(failures=3))
    patience.guessed("olga", HERE, 0.0, right=True)
    failed(patience, addresses=many(10))
    assert patience.wait_to_guess("olga", HERE, 0.0) == 0.0
    assert patience.wait_to_guess("olga", THERE, 0.0) > 0
    failed(patience, addresses=[HERE] * 4)
    assert patience.wait_to_guess("olga", HERE, 0.0) == 1.0


async def test_who_gets_in_has_failed_no_more_and_an_address_has():
    patience = Patience(Bounds(failures=3))
    failed(patience, addresses=[HERE] * 4)
    patience.guessed("olga", THERE, 2.0, right=True)
    assert patience.wait_to_guess("olga", THERE, 2.0) == 0.0
    failed(patience, addresses=[HERE])
    assert patience.wait_to_guess("olga", HERE, 0.0) == 2.0


async def test_names_are_remembered_in_bounded_memory():
    patience = Patience(Bounds(failures=1))
    for number in range(30_000):
        patience.guessed(f"name-{number}", f"2001:db8:{number:x}::/64", 0.0, right=False)
    assert len(patience._names._failed) == 10_000


async def test_a_few_hash_at_once_and_the_next_is_told_to_come_again(installation):
    async with installation.client() as api:
        await api.post("/api/v1/users", json={"name": "crowd"})
        body = {"name": "crowd", "password": PASSWORD}
        answers = await asyncio.gather(
            *(api.post("/api/v1/sessions", json=body) for _ in range(40))
        )
    statuses = {answer.status_code for answer in answers}
    assert statuses == {401, 503}
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert (refused.json()["title"], refused.headers["retry-after"]) == ("busy", "2")
    async with installation.client() as api:
        assert (await api.post("/api/v1/sessions", json=body)).status_code == 401


@pytest_asyncio.fixture(loop_scope="session")
async def strict(tmp_path):
    """An API with little patience."""
    chosen = settings.read(
        data=tmp_path,
        database_url="memory://",
        admin_token=ADMIN_TOKEN,
        gateway_port=0,
        api_port=0,
        ops_port=0,
        api_sign_in_failures=3,
    )
    async with running("run", chosen) as ports:
        yield Installation(api=f"http://127.0.0.1:{ports['api']}", gateway="")


async def test_who_keeps_guessing_gets_429_with_the_right_password_too(strict):
    async with strict.client() as api:
        invitation = (await api.post("/api/v1/users/admin/invitations")).json()["token"]
        first = {"token": invitation, "password": PASSWORD}
        assert (await api.post("/api/v1/sessions/by-invitation", json=first)).status_code == 201
        wrong = {"name": "admin", "password": "wrong"}
        statuses = [(await api.post("/api/v1/sessions", json=wrong)).status_code for _ in range(5)]
        assert statuses == [401] * 4 + [429]
        right = {"name": "admin", "password": PASSWORD}
        refused = await api.post("/api/v1/sessions", json=right)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        change = {"old": PASSWORD, "new": "staple of the horse"}
        assert (await api.put("/api/v1/me/password", json=change)).status_code == 429
        assert (await api.get("/api/v1/me")).status_code == 200

"""Pages ask on for a while after their session has ended: that is not guessing."""

import pytest

from commands import keys
from commands.api.bounds import Bounds
from commands.api.patience import Patience
from projections import sign_ins
from projections.actions import Actor
from tests.api.doorstep import Doorstep

HERE = "192.0.2.7"


@pytest.fixture
def door():
    return Doorstep(Bounds(failures=3, rate=0))


@pytest.fixture
def session(door):
    """The token of a session of olga."""
    door.user()
    secret, actor = keys.new_session_token(), Actor("olga", HERE, door.now)
    kept = keys.session_of("olga", secret, origin=HERE, at=door.now)
    door.database.write(sign_ins.set_password, "olga", "a hash", actor)
    assert door.database.write(sign_ins.begin, kept, "a hash", actor)
    return secret


async def asked(door, token, times=1):
    async with door.client(token) as client:
        answers = [await client.get("/stations") for _ in range(times)]
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize("was_used", [True, False])
async def test_who_was_signed_out_need_not_wait_to_sign_in(door, session, was_used):
    if was_used:
        assert await asked(door, session) == {200}
    actor = Actor("olga", HERE, door.now)
    door.database.write(sign_ins.end_all, "olga", actor)
    assert await asked(door, session, 20) == {401}
    assert await asked(door, "wrong", 3) == {401}
    assert await asked(door, "wrong") == {401}
    assert await asked(door, "wrong") == {429}


async def test_nor_does_whose_session_was_not_used_for_long(door, session):
    door.later(hours=13)
    assert await asked(door, session, 20) == {401}
    assert await asked(door, door.user("paul")) == {200}


async def test_what_looks_like_a_session_is_guessing_all_the_same(door):
    assert await asked(door, "ams_nobodys", 4) == {401}
    assert await asked(door, "ams_nobodys") == {429}


async def test_ended_sessions_are_remembered_in_bounded_memory():
    patience = Patience(Bounds(failures=1))
    for number in range(20_000):
        patience.over(f"ams_{number}")
    assert not patience.is_over("ams_9999")
    assert patience.is_over("ams_10000")
    assert patience.is_over("ams_19999")

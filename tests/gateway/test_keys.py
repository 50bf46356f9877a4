"""Which password a station came with, and who must wait."""

from collections.abc import Sequence

import pytest

from domain.ports import Password
from gateway.admission import UNAUTHORIZED, Admitted, Challenged, Refused
from gateway.keys import Keys

HERE, THERE = "10.0.0.1:5000", "10.0.0.2:5000"
CP1 = Admitted("CP1", "ocpp1.6", profile=2)
PASSWORDS = (Password("old", "hash of old"), Password("new", "hash of new"))


class Guessing:
    """A Verifier that counts; the hash of a password is "hash of" it."""

    def __init__(self) -> None:
        self.verified = 0

    async def verify(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        self.verified += 1
        return any(password_hash == f"hash of {each.decode()}" for each in candidates)


class Locksmith:
    """Keys with a verifier and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.verifier = Guessing()
        self._keys = Keys(self.verifier, lambda: self.now)

    async def ask(
        self, password: str, *, remote: str = HERE, admitted: Admitted = CP1, **more: Admitted
    ) -> Admitted | Refused:
        challenge = Challenged(admitted, PASSWORDS, (password.encode(),), **more)
        return await self._keys.examine(challenge, remote)

    async def fail(self, times: int, *, remote: str = HERE) -> None:
        for _ in range(times):
            assert await self.ask("guess", remote=remote) == UNAUTHORIZED


@pytest.fixture
def locksmith() -> Locksmith:
    return Locksmith()


@pytest.mark.parametrize("password", ["old", "new"])
async def test_the_password_that_fitted_is_told(locksmith: Locksmith, password: str) -> None:
    """A01.FR.05: both are good until one is used."""
    assert await locksmith.ask(password) == Admitted(
        "CP1", "ocpp1.6", profile=2, credential=password
    )


async def test_no_password_that_fits_is_unauthorized(locksmith: Locksmith) -> None:
    assert await locksmith.ask("guess") == UNAUTHORIZED
    assert locksmith.verifier.verified == len(PASSWORDS)


async def test_what_needs_no_password_is_left(locksmith: Locksmith) -> None:
    below = Admitted("CP1", "ocpp1.6", profile=0)
    assert await locksmith.ask("guess", otherwise=below) == below


async def test_what_needs_no_password_is_left_to_who_keeps_failing_too(
    locksmith: Locksmith,
) -> None:
    below = Admitted("CP1", "ocpp1.6", profile=0)
    assert [await locksmith.ask("guess", otherwise=below) for _ in range(10)] == [below] * 10


async def test_who_keeps_failing_must_wait_and_costs_nothing(locksmith: Locksmith) -> None:
    await locksmith.fail(6)
    verified = locksmith.verifier.verified
    assert await locksmith.ask("new") == Refused(
        429, "too many wrong credentials", (("Retry-After", "1"),)
    )
    assert locksmith.verifier.verified == verified
    locksmith.now = 1.0
    assert isinstance(await locksmith.ask("new"), Admitted)


async def test_the_wait_grows_to_a_minute(locksmith: Locksmith) -> None:
    for _ in range(20):
        await locksmith.ask("guess")
        locksmith.now += 60.0
    await locksmith.ask("guess")
    refused = await locksmith.ask("new")
    assert isinstance(refused, Refused)
    assert refused.headers == (("Retry-After", "60"),)


async def test_from_elsewhere_the_right_password_comes_in(locksmith: Locksmith) -> None:
    await locksmith.fail(6)
    assert isinstance(await locksmith.ask("new", remote=THERE), Admitted)


async def test_another_station_of_the_same_address_comes_in(locksmith: Locksmith) -> None:
    await locksmith.fail(6)
    neighbour = Admitted("CP2", "ocpp1.6", profile=2)
    assert isinstance(await locksmith.ask("new", admitted=neighbour), Admitted)


async def test_another_port_is_the_same_address(locksmith: Locksmith) -> None:
    await locksmith.fail(6)
    refused = await locksmith.ask("new", remote="10.0.0.1:5001")
    assert isinstance(refused, Refused)


async def test_success_makes_failures_forgotten(locksmith: Locksmith) -> None:
    for _ in range(10):
        await locksmith.fail(5)
        assert isinstance(await locksmith.ask("new"), Admitted)

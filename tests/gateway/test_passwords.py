"""Station passwords (security white paper, A00.FR.203-205)."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from gateway.admission import candidates
from gateway.keys import Busy
from gateway.passwords import Argon2Verifier, canonical, hash_password
from tests.gateway.site import until

HEX = "000102030405060708090a0b0c0d0e0f101112FF"
RAW = bytes.fromhex(HEX)


class ManualTime:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.mark.parametrize(
    ("configured", "presented"),
    [
        (HEX, RAW),
        (HEX, HEX.encode()),
        (HEX, HEX.lower().encode()),
        ("sixteen letters!", b"sixteen letters!"),
        ("sixteen letters!", b"sixteen letters!".hex().encode()),
        ("pässwörter sind toll", "pässwörter sind toll".encode()),
    ],
)
async def test_raw_and_hex_forms_are_one_password(
    configured: str, presented: bytes, time: ManualTime
) -> None:
    verifier = Argon2Verifier(time)
    assert await verifier.verify(hash_password(configured), candidates(presented))


@pytest.mark.parametrize("presented", [b"", b"wrong", RAW[:-1], RAW + b"\0", HEX[:-2].encode()])
async def test_another_password_is_wrong(presented: bytes, time: ManualTime) -> None:
    verifier = Argon2Verifier(time)
    assert not await verifier.verify(hash_password(HEX), candidates(presented))


async def test_a_hash_that_is_none_matches_nothing(time: ManualTime) -> None:
    assert not await Argon2Verifier(time).verify("not a hash", (b"x",))


def test_a_hash_is_salted_argon2id() -> None:
    assert hash_password("secret").startswith("$argon2id$")
    assert hash_password("secret") != hash_password("secret")


def test_hex_digits_stand_for_bytes_and_text_for_itself() -> None:
    assert canonical(HEX) == RAW
    assert canonical("f" * 33) == b"f" * 33


async def test_an_outcome_is_remembered_for_a_while(time: ManualTime) -> None:
    verifier = Argon2Verifier(time, seconds=60, most_waiting=1)
    hashed = hash_password("secret")
    assert await verifier.verify(hashed, (b"secret",))
    verifier.close()
    time.now = 59.0
    assert await verifier.verify(hashed, (b"secret",))
    time.now = 60.0
    with pytest.raises(RuntimeError, match="shutdown"):
        await verifier.verify(hashed, (b"secret",))


async def test_another_password_does_not_profit_from_a_remembered_one(time: ManualTime) -> None:
    verifier = Argon2Verifier(time)
    hashed = hash_password("secret")
    assert await verifier.verify(hashed, (b"secret",))
    assert not await verifier.verify(hashed, (b"wrong",))
    assert not await verifier.verify(hash_password("other"), (b"secret",))


async def test_only_so_many_wait(time: ManualTime) -> None:
    verifier = Argon2Verifier(time, workers=1, most_waiting=2)
    hashed = hash_password("secret")
    tries = (verifier.verify(hashed, (b"%d" % n,)) for n in range(3))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [bool, bool, Busy]
    assert await verifier.verify(hashed, (b"secret",))


class SlowVerifier(Argon2Verifier):
    """One that is told when to be done."""

    def __init__(self, time: ManualTime, *, patience: float = 5.0) -> None:
        super().__init__(time, patience=patience)
        self.may_end = threading.Event()
        self.verified = 0

    def _matches(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        self.verified += 1
        return self.may_end.wait(5)


async def test_who_waits_too_long_shall_come_again_and_finds_it_done(time: ManualTime) -> None:
    verifier = SlowVerifier(time, patience=0.01)
    with pytest.raises(Busy):
        await verifier.verify("hash", (b"secret",))
    verifier.may_end.set()
    await until(lambda: not verifier._waiting)
    assert await verifier.verify("hash", (b"secret",))
    assert verifier.verified == 1


async def test_a_station_that_gave_up_and_came_again_costs_one_hash(time: ManualTime) -> None:
    verifier = SlowVerifier(time)
    first = asyncio.ensure_future(verifier.verify("hash", (b"secret",)))
    await asyncio.sleep(0)
    first.cancel()
    again = asyncio.ensure_future(verifier.verify("hash", (b"secret",)))
    await asyncio.sleep(0)
    verifier.may_end.set()
    assert await again
    assert verifier.verified == 1


async def test_what_waits_at_the_end_is_given_up(time: ManualTime) -> None:
    verifier = SlowVerifier(time)
    waiting = [asyncio.ensure_future(verifier.verify("hash", (b"%d" % n,))) for n in range(5)]
    await asyncio.sleep(0)
    verifier.close()
    verifier.may_end.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert outcomes.count(True) == 2
    assert verifier.verified == 2

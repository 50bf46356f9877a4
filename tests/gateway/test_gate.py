"""Who is let in, with a directory and passwords."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from domain import wire
from domain.ports import Listing
from gateway.admission import Admitted, Knock, Policy, Refused
from gateway.gate import Gate
from gateway.keys import Busy, Keys
from tests.gateway.stage import NOON, ManualTime, Register, Stage, listing, stage

OCPP = ("Sec-WebSocket-Protocol", "ocpp1.6")
CREDENTIALS = ("Authorization", "Basic Q1AyOnNlY3JldA==")  # CP2:secret


class Verdict:
    """A Verifier that always says the same."""

    def __init__(self, *, matches: bool = True, is_busy: bool = False) -> None:
        self.matches, self.is_busy = matches, is_busy

    async def verify(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        assert (password_hash, candidates) == ("argon", (b"secret",))
        if self.is_busy:
            raise Busy
        return self.matches


@pytest.fixture
async def scene() -> AsyncIterator[Stage]:
    time = ManualTime()
    async with stage(clock=time, timers=time) as each:
        yield each


@pytest.fixture
def register() -> Register:
    listings = (
        listing("CP1", connection=41),
        listing("CP2", password_hash="argon"),
        listing("CP3", security_profile=3),
    )
    return Register({each.station: each for each in listings})


def gate_of(
    scene: Stage,
    register: Register,
    *,
    matches: bool = True,
    is_busy: bool = False,
    policy: Policy | None = None,
) -> Gate:
    keys = Keys(Verdict(matches=matches, is_busy=is_busy), lambda: 0.0)
    policy = policy or Policy(allow_profile_0=True)
    return Gate(register, keys, scene.bridge, policy, lambda: NOON)


async def examine(gate: Gate, path: str, *headers: tuple[str, str]) -> Admitted | Refused:
    return await gate.examine(Knock(path, headers, "10.0.0.1:5000"))


async def test_a_registered_station_comes_in(scene: Stage, register: Register) -> None:
    gate = gate_of(scene, register)
    assert await examine(gate, "/ocpp/CP1", OCPP) == Admitted("CP1", "ocpp1.6", 41)
    assert scene.bridge.counts.refused.total() == 0


@pytest.mark.parametrize(("matches", "status"), [(True, None), (False, 401)])
async def test_a_password_is_verified(
    scene: Stage, register: Register, matches: bool, status: int | None
) -> None:
    gate = gate_of(scene, register, matches=matches)
    decision = await examine(gate, "/CP2", OCPP, CREDENTIALS)
    assert getattr(decision, "status", None) == status


async def test_too_many_verifications_ask_to_come_again(scene: Stage, register: Register) -> None:
    gate = gate_of(scene, register, is_busy=True)
    refused = await examine(gate, "/CP2", OCPP, CREDENTIALS)
    assert refused == Refused(503, "too many passwords to verify", (("Retry-After", "10"),))


async def test_without_the_directory_nobody_comes_in(scene: Stage, register: Register) -> None:
    register.is_away = True
    policy = Policy(accept_unknown=True, allow_profile_0=True)
    gate = gate_of(scene, register, policy=policy)
    refused = await examine(gate, "/CP1", OCPP)
    assert refused == Refused(503, "the directory is away", (("Retry-After", "10"),))
    assert scene.bridge.counts.refused[503] == 1


async def test_an_unknown_station_is_told_to_the_domain(scene: Stage, register: Register) -> None:
    gate = gate_of(scene, register)
    assert await examine(gate, "/CP9", OCPP) == Refused(404, "no such station")
    (knock,) = await scene.heard()
    assert isinstance(knock, wire.Knocked)
    assert (knock.station, knock.protocol, knock.remote) == ("CP9", "ocpp1.6", "10.0.0.1:5000")


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/favicon.ico", ()), ("/chat", (("Sec-WebSocket-Protocol", "chat"),)), ("/", (OCPP,))],
)
async def test_who_is_no_station_is_not_told(
    scene: Stage, register: Register, path: str, headers: tuple[tuple[str, str], ...]
) -> None:
    gate = gate_of(scene, register)
    refused = await examine(gate, path, *headers)
    assert isinstance(refused, Refused)
    assert await scene.heard() == []
    assert scene.bridge.counts.refused[refused.status] == 1


async def test_a_refusal_is_logged_with_its_reason(
    scene: Stage, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    """T4: the log must show why a station without the subprotocol does not get in."""
    gate = gate_of(scene, register)
    await examine(gate, "/CP1", ("Sec-WebSocket-Protocol", "ocpp2.0.1"))
    (line,) = caplog.records
    about = {"station": "CP1", "status": 400, "offered": "ocpp2.0.1"}
    assert about.items() <= vars(line).items()


# --- refused for its security (white paper A00.FR.323, 408) -----------------------------------


@pytest.mark.parametrize(
    ("path", "headers", "reason"),
    [
        ("/CP2", (OCPP,), "wrong or missing credentials"),
        ("/CP2", (OCPP, CREDENTIALS), "wrong or missing credentials"),
        ("/CP3", (OCPP, CREDENTIALS), "security profile 3 needs TLS"),
    ],
)
async def test_a_registered_station_that_is_barred_is_told_to_the_domain(
    scene: Stage,
    register: Register,
    path: str,
    headers: tuple[tuple[str, str], ...],
    reason: str,
) -> None:
    await examine(gate_of(scene, register, matches=False), path, *headers)
    (barred,) = await scene.heard()
    assert isinstance(barred, wire.Barred)
    assert (barred.station, barred.reason) == (path[1:], reason)
    assert barred.remote == "10.0.0.1:5000"


async def test_who_is_refused_for_something_else_is_not_barred(
    scene: Stage, register: Register
) -> None:
    gate = gate_of(scene, register, is_busy=True)
    await examine(gate, "/CP2", OCPP, CREDENTIALS)
    await examine(gate, "/CP2", CREDENTIALS)
    assert await scene.heard() == []


async def test_a_flood_of_refusals_does_not_flood_the_log(
    scene: Stage, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    gate = gate_of(scene, register)
    for _ in range(1000):
        await examine(gate, "/CP9", OCPP)
    assert len(caplog.records) == 100
    assert scene.bridge.counts.refused[404] == 1000


@pytest.fixture
def upgrading(register: Register) -> Listing:
    """A station of profile 1 that may come with profile 2."""
    own = listing("CP4", security_profile=1, next_profile=2, password_hash="argon")
    register.listings["CP4"] = own
    return own


CP4 = Knock("/CP4", (OCPP, ("Authorization", "Basic Q1A0OnNlY3JldA==")), "10.0.0.1:5000")


@pytest.mark.usefixtures("upgrading")
async def test_after_an_upgrade_the_old_profile_is_refused_before_the_register_shows_it(
    scene: Stage, register: Register
) -> None:
    gate = gate_of(scene, register)
    assert isinstance(await gate.examine(CP4), Admitted)
    assert isinstance(await gate.examine(CP4._replace(is_encrypted=True)), Admitted)
    assert isinstance(await gate.examine(CP4), Refused)
    assert isinstance(await gate.examine(CP4._replace(is_encrypted=True)), Admitted)


async def test_once_no_upgrade_is_under_way_the_word_of_the_register_stands(
    scene: Stage, register: Register, upgrading: Listing
) -> None:
    gate = gate_of(scene, register)
    assert isinstance(await gate.examine(CP4._replace(is_encrypted=True)), Admitted)
    register.listings["CP4"] = replace(upgrading, next_profile=0)
    assert isinstance(await gate.examine(CP4), Admitted)

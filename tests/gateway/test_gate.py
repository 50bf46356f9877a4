"""Who is let in, with a directory and passwords."""

from collections.abc import AsyncIterator, Sequence

import pytest

from domain import wire
from gateway.admission import Admitted, Busy, Policy, Refused
from gateway.gate import Gate, Knock
from tests.gateway.stage import ManualTime, Register, Stage, listing, stage

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
    listings = (listing("CP1", connection=41), listing("CP2", password_hash="argon"))
    return Register({each.station: each for each in listings})


async def examine(gate: Gate, path: str, *headers: tuple[str, str]) -> Admitted | Refused:
    return await gate.examine(Knock(path, headers, "10.0.0.1:5000"))


async def test_a_registered_station_comes_in(scene: Stage, register: Register) -> None:
    gate = Gate(register, Verdict(), scene.bridge, Policy())
    assert await examine(gate, "/ocpp/CP1", OCPP) == Admitted("CP1", "ocpp1.6", 41)
    assert scene.bridge.counts.refused.total() == 0


@pytest.mark.parametrize(("matches", "status"), [(True, None), (False, 401)])
async def test_a_password_is_verified(
    scene: Stage, register: Register, matches: bool, status: int | None
) -> None:
    gate = Gate(register, Verdict(matches=matches), scene.bridge, Policy())
    decision = await examine(gate, "/CP2", OCPP, CREDENTIALS)
    assert getattr(decision, "status", None) == status


async def test_too_many_verifications_ask_to_come_again(scene: Stage, register: Register) -> None:
    gate = Gate(register, Verdict(is_busy=True), scene.bridge, Policy())
    refused = await examine(gate, "/CP2", OCPP, CREDENTIALS)
    assert refused == Refused(503, "too many passwords to verify", (("Retry-After", "10"),))


async def test_without_the_directory_nobody_comes_in(scene: Stage, register: Register) -> None:
    register.is_away = True
    gate = Gate(register, Verdict(), scene.bridge, Policy(accept_unknown=True))
    refused = await examine(gate, "/CP1", OCPP)
    assert refused == Refused(503, "the directory is away", (("Retry-After", "10"),))
    assert scene.bridge.counts.refused[503] == 1


async def test_an_unknown_station_is_told_to_the_domain(scene: Stage, register: Register) -> None:
    gate = Gate(register, Verdict(), scene.bridge, Policy())
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
    gate = Gate(register, Verdict(), scene.bridge, Policy())
    refused = await examine(gate, path, *headers)
    assert isinstance(refused, Refused)
    assert await scene.heard() == []
    assert scene.bridge.counts.refused[refused.status] == 1


async def test_a_refusal_is_logged_with_its_reason(
    scene: Stage, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    """T4: the log must show why a station without the subprotocol does not get in."""
    gate = Gate(register, Verdict(), scene.bridge, Policy())
    await examine(gate, "/CP1", ("Sec-WebSocket-Protocol", "ocpp2.0.1"))
    (line,) = caplog.records
    about = {"station": "CP1", "status": 400, "offered": "ocpp2.0.1"}
    assert about.items() <= vars(line).items()

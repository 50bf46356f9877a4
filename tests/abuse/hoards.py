"""Thousands of connections that only take up room: silent, slow, or stuck in a handshake."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from tests.abuse import lines
from tests.abuse.findings import Findings
from tests.abuse.lines import Identity, Target, connect, upgrade

_AT_ONCE = 1500
_LONGEST = 45.0  # s that a connection may take up room, the system's queue included
_DRIP = 1.0  # s between two bytes


class _Intruder:
    """One such connection: what it says at first, and what it drips afterwards."""

    def __init__(self, kind: str, opening: bytes, drips: bytes) -> None:
        self.kind, self.opening, self.drips = kind, opening, drips


def _silent(_: Random, __: Identity) -> _Intruder:
    return _Intruder("silent", b"", b"")


def _half(random: Random, rogue: Identity) -> _Intruder:
    whole = upgrade(f"/ocpp/{rogue.name}")
    return _Intruder("half a request", whole[: random.randrange(1, len(whole) - 2)], b"")


def _slow(_: Random, rogue: Identity) -> _Intruder:
    """A slow loris: a header without end, a byte a second."""
    return _Intruder("slow loris", upgrade(f"/ocpp/{rogue.name}")[:-2] + b"X-Slow: ", b"z" * 100)


def _half_hello(random: Random, _: Identity) -> _Intruder:
    whole = hello()
    return _Intruder("half a hello", whole[: random.randrange(1, len(whole))], b"")


def _whole_hello(_: Random, __: Identity) -> _Intruder:
    return _Intruder("a hello and silence", hello(), b"")


def hello(context: ssl.SSLContext | None = None) -> bytes:
    """The first flight of a TLS client."""
    chosen = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        chosen.wrap_bio(incoming, outgoing, server_hostname="csms.example").do_handshake()
    return outgoing.read()


_PLAIN: Sequence[Callable[[Random, Identity], _Intruder]] = (_silent, _half, _slow)
_TLS: Sequence[Callable[[Random, Identity], _Intruder]] = (_silent, _half_hello, _whole_hello)


async def attack(
    targets: Sequence[Target], rogue: Identity, seed: int, number: int, findings: Findings
) -> None:
    """Open them all, hold them until the server ends each; it must, soon."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def intrude(n: int) -> None:
        target = targets[n % len(targets)]
        kinds = _TLS if target.is_encrypted else _PLAIN
        intruder = kinds[n // len(targets) % len(kinds)](Random(f"{seed} hoard {n}"), rogue)
        await _intrude(gate, target, intruder, n, findings)

    async with asyncio.TaskGroup() as group:
        for n in range(number):
            group.create_task(intrude(n))


async def _intrude(
    gate: asyncio.Semaphore, target: Target, intruder: _Intruder, n: int, findings: Findings
) -> None:
    findings.inputs["hoard"] += 1
    try:
        async with gate:
            reader, writer = await connect(target, lines.source(n), tls=False)
            await _stay(reader, writer, intruder)
    except TimeoutError:
        what = f"{intruder.kind}: still connected after {_LONGEST:g} s"
        findings.add(f"hoard {n}", what, intruder.opening)
    except OSError:
        findings.outcomes[f"hoard: {intruder.kind}, reset"] += 1
    else:
        findings.outcomes[f"hoard: {intruder.kind}, hung up"] += 1


async def _stay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, intruder: _Intruder
) -> None:
    """Until the server hangs up; raises TimeoutError when it does not."""
    dripping = asyncio.create_task(_drip(writer, intruder.drips))
    try:
        writer.write(intruder.opening)
        async with asyncio.timeout(_LONGEST):
            await reader.read()
    finally:
        dripping.cancel()
        writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, drips: bytes) -> None:
    for at in range(len(drips)):
        await asyncio.sleep(_DRIP)
        if writer.is_closing():
            return
        writer.write(drips[at : at + 1])

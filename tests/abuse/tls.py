"""Wrong TLS: old versions, other protocols, garbage before, in and after the handshake."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from random import Random
from struct import pack

from tests.abuse.findings import Findings
from tests.abuse.hoards import hello
from tests.abuse.lines import PATIENCE, Target, connect, source, upgrade

_AT_ONCE = 20
_HANDSHAKE, _ALERT, _DATA = 22, 21, 23


def greeting(seed: int, number: int) -> bytes:
    """What comes instead of a proper handshake: every kind in turn."""
    return _KINDS[number % len(_KINDS)](Random(f"{seed} tls {number}"))


def _record(kind: int, version: int, payload: bytes) -> bytes:
    return pack("!BHH", kind, version, len(payload)) + payload


def _old_hello(random: Random) -> bytes:
    """A client that knows nothing newer than SSL 3, TLS 1.0 or TLS 1.1, by hand."""
    version = random.choice((0x0300, 0x0301, 0x0302))
    ciphers = pack("!HHHH", 6, 0x0004, 0x000A, 0x002F)
    body = pack("!H", version) + random.randbytes(32) + b"\0" + ciphers + b"\1\0"
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return _record(_HANDSHAKE, version, message)


def _ssl_2(random: Random) -> bytes:
    body = b"\x01\x00\x02\x00\x09\x00\x00\x00\x10\x01\x00\x80\x03\x00\x80\x06\x00\x40"
    return pack("!H", 0x8000 | len(body) + 16) + body + random.randbytes(16)


def _weak_ciphers(_: Random) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES256-SHA:AES128-SHA:CAMELLIA128-SHA:@SECLEVEL=0")
    return hello(context)


def _spoilt_hello(random: Random) -> bytes:
    """A real one with a few bytes changed."""
    spoilt = bytearray(hello())
    for _ in range(random.randint(1, 8)):
        spoilt[random.randrange(len(spoilt))] = random.randrange(256)
    return bytes(spoilt)


def _twice(_: Random) -> bytes:
    return hello() * 2


def _wrong_record(random: Random) -> bytes:
    kind, version = random.choice((0, _ALERT, _DATA, 99)), random.choice((0x0303, 0xFFFF, 0))
    return _record(kind, version, random.randbytes(random.choice((0, 2, 500, 16_384))))


def _oversized_record(random: Random) -> bytes:
    return pack("!BHH", _HANDSHAKE, 0x0303, 65_535) + random.randbytes(65_535)


def _endless_hello(_: Random) -> bytes:
    """A hello of 16 MiB, as it says, in the smallest pieces."""
    begin = _record(_HANDSHAKE, 0x0301, b"\x01\xff\xff\xff")
    return begin + _record(_HANDSHAKE, 0x0301, b"\x03") * 5000


def _plain(_: Random) -> bytes:
    return upgrade("/ocpp/ROGUE-0")


def _garbage(random: Random) -> bytes:
    return random.randbytes(random.randint(1, 5000))


_KINDS: tuple[Callable[[Random], bytes], ...] = (
    _old_hello,
    _ssl_2,
    _weak_ciphers,
    _spoilt_hello,
    _twice,
    _wrong_record,
    _oversized_record,
    _endless_hello,
    _plain,
    _garbage,
)


async def attack(targets: Sequence[Target], seed: int, number: int, findings: Findings) -> None:
    """All of them at the listeners with TLS: no old version is agreed on, none stays for long."""
    secure = [target for target in targets if target.is_encrypted]
    numbers = iter(range(number))

    async def work() -> None:
        for each in numbers:
            await _greet(secure[each % len(secure)], seed, each, findings)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())


async def _greet(target: Target, seed: int, number: int, findings: Findings) -> None:
    findings.inputs["tls"] += 1
    raw = greeting(seed, number)
    try:
        said = await asyncio.wait_for(_answer(target, number, raw), PATIENCE)
    except TimeoutError:
        findings.add(f"tls {number}", "neither an alert nor an end", raw)
        return
    except OSError:
        said = b""
    findings.outcomes[f"tls: {_meaning(said)}"] += 1
    if said.startswith(b"HTTP/") or is_old(said):
        findings.add(f"tls {number}", f"answered {said[:60]!r}", raw)


async def _answer(target: Target, number: int, raw: bytes) -> bytes:
    """Everything until the server hangs up."""
    reader, writer = await connect(target, source(500 + number % 250), tls=False)
    try:
        writer.write(raw)
        writer.write_eof()
        return await reader.read(1 << 16)
    finally:
        writer.transport.abort()


def is_old(said: bytes) -> bool:
    """Whether a ServerHello agrees on less than TLS 1.2 (its own field, not the record's)."""
    return said[:1] == b"\x16" and said[5:6] == b"\x02" and said[9:11] < b"\x03\x03"


def _meaning(said: bytes) -> str:
    if not said:
        return "hung up"
    return {_ALERT: "alert", _HANDSHAKE: "a hello"}.get(said[0], "something else")

"""Requests for a WebSocket that nobody should grant: bad HTTP, bad passwords, strange paths."""

import asyncio
import base64
from collections.abc import Callable, Sequence
from random import Random

from tests.abuse.findings import Findings
from tests.abuse.lines import PATIENCE, Identity, Target, connect, source, upgrade
from tests.abuse.stage import Post
from tests.abuse.texts import text

_PATHS = (
    "/",
    "//",
    "/ocpp/",
    "/ocpp/../../etc/passwd",
    "/ocpp/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/ocpp/..%5c..%5cwindows",
    "/ocpp/%00",
    "/ocpp/ROGUE-0%00",
    "/ocpp/%0d%0aSet-Cookie:%20a=b",
    "/ocpp/%",
    "/ocpp/%zz",
    "/ocpp/%ff%fe",
    "/ocpp/%c0%ae%c0%ae",
    "/ocpp/ROGUE-0?password=x",
    "/ocpp/ROGUE-0#x",
    "/ocpp/*",
    "/ocpp/#",
    "*",
    "http://other.example/ocpp/ROGUE-0",
    "other.example:443",
    "/ocpp/" + "a" * 256,
    "/ocpp/" + "a" * 7_000,
    "/ocpp/" + "a/" * 2_000,
    "/ocpp/" + "%41" * 300,
    "/api/v1/stations",
    "/metrics",
    "/.git/config",
)
_KNOWN = "Sec-WebSocket-Key: YW1wbGVkZ2VyLWFidXNlIQ=="


def request(rogue: Identity, seed: int, number: int) -> bytes:
    """The one of this number: every kind in turn."""
    return _KINDS[number % len(_KINDS)](Random(f"{seed} upgrade {number}"), rogue)


def _bad_path(random: Random, _: Identity) -> bytes:
    path = random.choice(_PATHS) if random.random() < 0.7 else "/ocpp/" + text(random)
    return upgrade("<path>").replace(b"<path>", path.encode(errors="surrogatepass"))


def _bad_basic(random: Random, rogue: Identity) -> bytes:
    wrong = (
        _basic(rogue.name, "wrong"),
        _basic(rogue.name, ""),
        _basic(rogue.name.lower(), rogue.password),
        _basic("", rogue.password),
        _basic("admin", "admin"),
        _basic(rogue.name, "x" * 6_000),
        _basic(rogue.name, text(random)),
        _basic(rogue.name + "\0", rogue.password),
        "Basic " + base64.b64encode(rogue.name.encode()).decode(),  # no colon
        "Basic ???",
        "Basic",
        "Basic " + "=" * 3000,
        "Bearer " + rogue.password,
        "Digest username=x",
        "Basic " + base64.b64encode(random.randbytes(60)).decode(),
        rogue.credentials[:-4],
        rogue.credentials + "\r\nAuthorization: " + rogue.credentials,
        text(random).replace("\n", "").replace("\r", ""),
    )
    header = "Authorization: <value>"
    value = random.choice(wrong).encode(errors="surrogatepass")
    return upgrade(f"/ocpp/{rogue.name}", header).replace(b"<value>", value)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode(errors="surrogatepass")).decode()


def _bad_method(random: Random, rogue: Identity) -> bytes:
    method = random.choice(("POST", "CONNECT", "PRI", "get", "", "G" * 9000, "GET\0", "TRACE"))
    return upgrade(f"/ocpp/{rogue.name}").replace(b"GET", method.encode(), 1)


def _bad_version(random: Random, rogue: Identity) -> bytes:
    version = random.choice((b"HTTP/0.9", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"", b"ICAP/1.0"))
    return upgrade(f"/ocpp/{rogue.name}").replace(b"HTTP/1.1", version, 1)


def _bad_handshake(random: Random, rogue: Identity) -> bytes:
    changes = (
        (_KNOWN, "Sec-WebSocket-Key: short"),
        (_KNOWN, "Sec-WebSocket-Key: " + "A" * 5000),
        (_KNOWN, _KNOWN + "\r\n" + _KNOWN),
        (_KNOWN + "\r\n", ""),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: -1, 13, 99"),
        ("Upgrade: websocket", "Upgrade: h2c"),
        ("Connection: Upgrade", "Connection: close"),
        ("ocpp1.6", "ocpp9.9"),
        ("ocpp1.6", ",,,"),
        ("ocpp1.6", "ocpp1.6\0"),
        ("ocpp1.6", ", ".join(f"p{n}" for n in range(900))),
        ("Sec-WebSocket-Protocol: ocpp1.6\r\n", ""),
    )
    old, new = random.choice(changes)
    return upgrade(f"/ocpp/{rogue.name}").replace(old.encode(), new.encode(), 1)


def _too_much(random: Random, rogue: Identity) -> bytes:
    """Headers without end."""
    floods = (
        ["X-Flood: a"] * 5000,
        ["X-Flood: " + "a" * 100_000],
        ["X" * 100_000 + ": a"],
        [f"X-{n}: " + "a" * 7000 for n in range(200)],
        ["Cookie: " + "a=b; " * 1600] * 20,
    )
    return upgrade(f"/ocpp/{rogue.name}", *random.choice(floods))


def _broken_headers(random: Random, rogue: Identity) -> bytes:
    broken = (
        "no colon",
        ": no name",
        "Na me: x",
        " folded: x",
        "X: a\r\n b",
        "X: a\0b",
        "X: \x7f\x01",
        "X\u00e9: \u00e9",
        "Content-Length: 5\r\nContent-Length: 50",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Host: other.example",
        "X-Forwarded-For: 127.0.0.1, ::1\r\nX-Forwarded-Proto: https",
        "Expect: 100-continue",
        "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99",
        "Sec-WebSocket-Extensions: " + "x;" * 3000,
        "\n\n",
    )
    raw = upgrade(f"/ocpp/{rogue.name}", random.choice(broken))
    return raw.replace(b"\r\n", b"\n") if random.random() < 0.2 else raw


def _no_http(random: Random, _: Identity) -> bytes:
    said = (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + random.randbytes(160),
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\x80\x2e\x01\x00\x02" + random.randbytes(41),  # a hello of SSL 2
        b"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00",  # RDP
        b"\r\n\r\n\r\n\r\n",
        b"\0" * 3000,
        random.randbytes(random.randint(1, 3000)) + b"\r\n\r\n",
        b"GET " + b"a" * 200_000,
    )
    return random.choice(said)


_KINDS: tuple[Callable[[Random, Identity], bytes], ...] = (
    _bad_path,
    _bad_basic,
    _bad_method,
    _bad_version,
    _bad_handshake,
    _too_much,
    _broken_headers,
    _no_http,
)


async def knock(
    post: Post, seed: int, number: int, findings: Findings, *, patience: float = PATIENCE
) -> None:
    """One request on a connection of its own: refused or hung up, never granted, never a 500."""
    findings.inputs["upgrade"] += 1
    target, rogue = post
    raw = request(rogue, seed, number)
    try:
        said = await asyncio.wait_for(_answer(target, source(250 + number % 250), raw), patience)
    except TimeoutError:
        findings.add(f"upgrade {number}", f"no end within {patience:g} s", raw)
        return
    except OSError:
        said = b""
    status = said.split(b" ", 2)[1].decode() if said.startswith(b"HTTP/") else "hung up"
    findings.outcomes[f"upgrade: {status}"] += 1
    if status in {"101", "500"}:
        findings.add(f"upgrade {number}", f"answered with {status}", raw)


async def _answer(target: Target, source: str, raw: bytes) -> bytes:
    """The first line; of a server that hangs up or resets: what came until then."""
    reader, writer = await connect(target, source)
    try:
        writer.write(raw)
        if b"\r\n\r\n" not in raw and writer.can_write_eof():
            writer.write_eof()  # it will never be whole
        return await reader.readline()
    except ValueError:
        return b"HTTP/ ? longer than a line"
    finally:
        writer.transport.abort()


async def attack(posts: Sequence[Post], seed: int, number: int, findings: Findings) -> None:
    """All requests, each rogue one at a time."""
    numbers = iter(range(number))

    async def work(post: Post) -> None:
        for each in numbers:
            await knock(post, seed, each, findings)

    async with asyncio.TaskGroup() as group:
        for post in posts:
            group.create_task(work(post))

"""Frames that RFC 6455 forbids, and some that it allows and few expect: after a proper upgrade."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from struct import pack

from tests.abuse.findings import Findings
from tests.abuse.lines import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Ended,
    Line,
    Refused,
    frame,
)
from tests.abuse.rogues import LAWFUL
from tests.abuse.stage import Post

_HEARTBEAT = b'[2,"framed","Heartbeat",{}]'
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Sequel:
    """Bytes after the upgrade. A lawful one is followed by a heartbeat, which must be answered."""

    name: str
    raw: bytes
    lawful: bool = False
    ends: bool = False  # the sender says that nothing follows


Maker = Callable[[Random], Sequel]


def sequence(seed: int, number: int) -> Sequel:
    """The one of this number: every kind in turn."""
    return _KINDS[number % len(_KINDS)](Random(f"{seed} framing {number}"))


def _unmasked(_: Random) -> Sequel:
    return Sequel("not masked", frame(TEXT, _HEARTBEAT, mask=False))


def _reserved_bits(random: Random) -> Sequel:
    return Sequel("reserved bits", frame(TEXT, _HEARTBEAT, rsv=random.randint(1, 7)))


def _reserved_opcode(random: Random) -> Sequel:
    opcode = random.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15))
    return Sequel("reserved opcode", frame(opcode, _HEARTBEAT))


def _control_in_pieces(random: Random) -> Sequel:
    return Sequel(
        "control frame in pieces", frame(random.choice((CLOSE, PING, PONG)), b"", fin=False)
    )


def _long_control(random: Random) -> Sequel:
    size = random.choice((126, 127, 65_536))
    return Sequel("long control frame", frame(random.choice((CLOSE, PING, PONG)), bytes(size)))


def _continuation_of_nothing(random: Random) -> Sequel:
    return Sequel("continuation of nothing", frame(CONTINUATION, b"x", fin=random.random() < 0.5))


def _message_in_message(random: Random) -> Sequel:
    begin = frame(TEXT, b'[2,"a",', fin=False)
    return Sequel("a message within a message", begin + frame(random.choice((TEXT, BINARY)), b"x"))


def _bad_close(random: Random) -> Sequel:
    code = random.choice((0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535))
    payload = random.choice((b"\x03", pack("!H", code), pack("!H", 1000) + b"\xff\xfe"))
    return Sequel("bad close frame", frame(CLOSE, payload))


def _impossible_length(random: Random) -> Sequel:
    length = random.choice((1 << 63, (1 << 64) - 1, (1 << 63) - 1, 1 << 40, _MEBIBYTE + 1))
    return Sequel("impossible length", pack("!BBQ", 0x81, 0xFF, length) + bytes(4) + b"x" * 99)


def _wasteful_length(random: Random) -> Sequel:
    """A short frame with a long length: forbidden, and harmless."""
    long = random.random() < 0.5
    head = pack("!BBQ", 0x81, 0xFF, 2) if long else pack("!BBH", 0x81, 0xFE, 2)
    return Sequel("wasteful length", head + bytes(4) + b"[]", lawful=True)


def _endless_pieces(random: Random) -> Sequel:
    """A message that never ends: of nothing, or of something."""
    piece = random.choice((b"", b"", b"x" * random.randint(1, 500)))
    pieces = frame(CONTINUATION, piece, fin=False) * random.choice((100, 20_000))
    return Sequel("endless pieces", frame(TEXT, b"[", fin=False) + pieces, ends=True)


def _oversized_in_pieces(_: Random) -> Sequel:
    piece = frame(CONTINUATION, b"x" * 65_536, fin=False)
    return Sequel("oversized in pieces", frame(TEXT, b"[", fin=False) + piece * 17)


def _torn_character(random: Random) -> Sequel:
    torn = frame(TEXT, b'["\xe2\x82', fin=False) + frame(
        CONTINUATION, random.choice((b'"]', b"\xff"))
    )
    return Sequel("torn character", torn)


def _pieces(random: Random) -> Sequel:
    """Allowed: a message letter by letter, with pings and pongs in between."""
    opcodes = [TEXT, *[CONTINUATION] * (len(_HEARTBEAT) - 1)]
    raw = b"".join(
        frame(opcode, _HEARTBEAT[at : at + 1], fin=at == len(_HEARTBEAT) - 1)
        + frame(random.choice((PING, PONG)), random.randbytes(random.randint(0, 125)))
        for at, opcode in enumerate(opcodes)
    )
    return Sequel("letter by letter", raw, lawful=True)


def _masked_oddly(random: Random) -> Sequel:
    key = random.randbytes(4)
    masked = bytes(byte ^ key[at % 4] for at, byte in enumerate(_HEARTBEAT))
    return Sequel("masked", pack("!BB", 0x81, 0x80 | len(masked)) + key + masked, lawful=True)


def _nothing_at_all(random: Random) -> Sequel:
    opcode = random.choice((TEXT, BINARY, PING, PONG))
    return Sequel("empty frames", frame(opcode, b"") * 500, lawful=True)


def _torn_off(random: Random) -> Sequel:
    whole = frame(TEXT, _HEARTBEAT)
    return Sequel("torn off", whole[: random.randrange(1, len(whole))], ends=True)


def _after_the_end(random: Random) -> Sequel:
    goodbye = frame(CLOSE, pack("!H", 1000))
    return Sequel("after the end", goodbye + frame(TEXT, _HEARTBEAT) * random.randint(1, 99))


def _noise(random: Random) -> Sequel:
    return Sequel("noise", random.randbytes(random.randint(2, 2000)), ends=True)


def _pings_unread(random: Random) -> Sequel:
    """Each ping wants a pong, and nobody reads them: at most 6 MiB that the gateway might keep."""
    ping = frame(PING, random.randbytes(125))
    return Sequel("pings without end", ping * random.choice((2_000, 50_000)), ends=True)


def _another_protocol(random: Random) -> Sequel:
    said = (
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"AMQP\0\0\x09\x01",
    )
    return Sequel("another protocol", random.choice(said), ends=True)


_KINDS: tuple[Maker, ...] = (
    _unmasked,
    _reserved_bits,
    _reserved_opcode,
    _control_in_pieces,
    _long_control,
    _continuation_of_nothing,
    _message_in_message,
    _bad_close,
    _impossible_length,
    _wasteful_length,
    _endless_pieces,
    _oversized_in_pieces,
    _torn_character,
    _pieces,
    _masked_oddly,
    _nothing_at_all,
    _torn_off,
    _after_the_end,
    _noise,
    _another_protocol,
    _pings_unread,
)


async def play(post: Post, seed: int, number: int, findings: Findings) -> None:
    """Play one sequence on a line of its own, and see how the gateway takes it."""
    findings.inputs["framing"] += 1
    played = sequence(seed, number)
    try:
        problem = await _played(await Line.open(*post), played, findings)
    except Refused as refused:
        problem = "" if refused.status in {429, 503} else f"refused with {refused.status}"
        findings.outcomes[f"refused with {refused.status}"] += 1
    except TimeoutError:
        problem = "neither an answer nor an end"
    except OSError as error:
        problem = f"no connection: {error!r}"
    if problem:
        findings.add(f"framing {number}", f"{played.name}: {problem}", played.raw)


async def _played(line: Line, played: Sequel, findings: Findings) -> str:
    try:
        line.throw(played.raw)
        if played.lawful:
            line.throw(frame(TEXT, b'[2,"after","Heartbeat",{}]'))
        if played.ends and not line.end_of_file():
            return ""  # TLS has no such thing: it is dropped
        while True:
            _, said = await line.hear()
            if played.lawful and said.startswith(b'[3,"after"'):
                return ""
    except Ended as ended:
        findings.outcomes[f"closed with {ended.code}"] += 1
        if played.lawful:
            return f"the connection ended with {ended.code}"
        return "" if ended.code in LAWFUL | {0, 1000, 1006} else f"ended with {ended.code}"
    finally:
        line.drop()


async def attack(posts: Sequence[Post], seed: int, number: int, findings: Findings) -> None:
    """All sequences, each rogue one at a time."""
    numbers = iter(range(number))

    async def work(post: Post) -> None:
        for each in numbers:
            await play(post, seed, each, findings)

    async with asyncio.TaskGroup() as group:
        for post in posts:
            group.create_task(work(post))

"""What a station with bad intentions sends: any frame again by its seed and number."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from tests.abuse import payloads
from tests.abuse.payloads import ALIENS, Literal, written
from tests.abuse.texts import NASTY, text

TEXT, BINARY = 1, 2
DEEPEST = 100_000
_SCRAPS = (
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    '"',
    "2",
    "3",
    "4",
    "null",
    "tru",
    "-",
    "1e",
    "\\u",
    "\\",
    " ",
)
_CODES = ("InternalError", "NotImplemented", "GenericError", "", "x" * 300)


@dataclass(frozen=True, slots=True)
class Shot:
    """One bad frame. Its family, seed and number make it again."""

    family: str
    number: int
    payload: bytes
    opcode: int = TEXT
    call: str = ""  # its message id, when it is a CALL that must be answered


class Family(NamedTuple):
    """A kind of frame: how it is made, its share of all, and how many wait for one answer."""

    make: Callable[[Random, int], "Shot"]
    share: float
    together: int = 50


def shot(family: str, seed: int, number: int) -> Shot:
    """The one of this number; a string seeds `Random` the same on every machine."""
    return FAMILIES[family].make(Random(f"{seed} {family} {number}"), number)


def _call(family: str, number: int, action: str, payload: str) -> Shot:
    """A CALL that a strict reader may refuse, and nobody may leave unanswered."""
    id = f"{family}-{number}"
    frame = f"[2,{json.dumps(id)},{json.dumps(action)},{payload}]"
    return Shot(family, number, frame.encode(errors="surrogatepass"), call=id)


def _spoilt(random: Random, number: int) -> Shot:
    """Wrong types in every field of every action, in turn."""
    every = payloads.spoilings(incoming=number % 2 == 0)
    action, path, alien = every[number // 2 % len(every)]
    value = payloads.put(payloads.whole(random, action), path, Literal(ALIENS[alien]))
    return _call("spoilt", number, action, written(value))


def _mutant(random: Random, number: int) -> Shot:
    action = payloads.action(random)
    value = payloads.mutate(random, payloads.usual(random, action))
    return _call("mutant", number, action, written(value))


def _hostile(random: Random, number: int) -> Shot:
    """What a schema accepts, with hostile text; a third with a hostile id or action too."""
    action = payloads.action(random)
    payload = written(payloads.infest(random, payloads.usual(random, action)))
    if random.random() < 0.67:
        return _call("hostile", number, action, payload)
    id = random.choice((*NASTY, text(random), "i" * random.choice((36, 37, 40_000))))
    named = random.choice((action, action.lower(), text(random), "A" * 20_000))
    frame = f"[2,{json.dumps(id)},{json.dumps(named)},{payload}]"
    return Shot("hostile", number, frame.encode())


def _envelope(random: Random, number: int) -> Shot:
    """Arrays that are nearly frames."""
    parts = ["2", f'"envelope-{number}"', '"Heartbeat"', "{}"]
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(parts)) if parts else 0
        change = random.choice(("alien", "drop", "double", "type"))
        if change == "drop":
            del parts[at : at + 1]
        elif change == "double":
            parts[at:at] = parts[at : at + 1] * random.choice((1, 2, 300))
        elif change == "alien":
            parts[at : at + 1] = [random.choice(list(ALIENS.values()))]
        else:
            parts[:1] = [
                random.choice(('"2"', "2.0", "1", "5", "-2", "2e0", "true", "99999999999999999999"))
            ]
    frame = "[" + ",".join(parts) + "]"
    if random.random() < 0.2:
        frame = random.choice(
            (frame[:-1], frame * 2, frame[1:], "\ufeff" + frame, f"  {frame}\n\n", frame + "\0")
        )
    return Shot("envelope", number, frame.encode())


def _noise(random: Random, number: int) -> Shot:
    """Scraps of JSON, or of Unicode."""
    if random.random() < 0.5:
        scraps = "".join(random.choices(_SCRAPS, k=random.randint(1, 60)))
    else:
        scraps = "".join(chr(random.randrange(0xD800)) for _ in range(random.randint(0, 60)))
    return Shot("noise", number, scraps.encode())


def _binary(random: Random, number: int) -> Shot:
    return Shot("binary", number, random.randbytes(random.randint(0, 400)), BINARY)


def _answer(random: Random, number: int) -> Shot:
    """CALLRESULTs and CALLERRORs that nobody waits for."""
    id = random.choice((f"{random.getrandbits(128):032x}", "-1", str(number % 7), text(random)))
    payload = written(
        payloads.mutate(random, {"status": "Accepted", "currentTime": "now", "data": {}})
    )
    code, said = json.dumps(random.choice(_CODES)), json.dumps(text(random))
    frame = random.choice(
        (
            f"[3,{json.dumps(id)},{payload}]",
            f"[3,{json.dumps(id)}]",
            f"[4,{json.dumps(id)},{code},{said},{payload}]",
            f"[4,{json.dumps(id)},{payload}]",
        )
    )
    return Shot("answer", number, frame.encode())


def _replay(_: Random, number: int) -> Shot:
    """Twelve at a time fight for three ids: repeated, interleaved, with another payload."""
    id, variant = f"replay-{number // 12}-{number % 3}", number // 3 % 4
    bodies = (
        '"Heartbeat",{}',
        '"Heartbeat",{}',
        '"Authorize",{"idTag":"REPLAYED"}',
        '"DataTransfer",{"vendorId":"replayed"}',
    )
    return Shot("replay", number, f'[2,"{id}",{bodies[variant]}]'.encode())


def _deep(random: Random, number: int) -> Shot:
    """Arrays in arrays, objects in objects: as a frame, a payload, a field; half never close."""
    depth = round(10 ** random.uniform(1, 5)) if number % 10 else DEEPEST
    begin, end = random.choice((("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")))
    depth //= len(begin) // 4 + 1
    nest = begin * depth + "0" + random.choice((end * depth, ""))
    place = random.choice(
        (
            "{}",
            '[2,"deep","Heartbeat",{}]',
            '[2,"deep","DataTransfer",{{"vendorId":"v","data":{}}}]',
            '[2,"deep","MeterValues",{{"connectorId":1,"meterValue":{}}}]',
            '[3,"deep",{}]',
        )
    )
    return Shot(
        "deep", number, place.replace("{}", nest, 1).replace("{{", "{").replace("}}", "}").encode()
    )


def _huge(random: Random, number: int) -> Shot:
    """Texts, numbers, lists and members in numbers that nobody needs."""
    size = round(10 ** random.uniform(3, 5.9))
    value = random.choice(
        (
            f'{{"vendorId":"{"v" * size}"}}',
            '{"vendorId":"v","data":"' + r"\u0000" * (size // 6) + '"}',
            f'{{"vendorId":"v","data":{"9" * size}}}',
            f'{{"vendorId":"v","data":0.{"1" * size}e{size}}}',
            f'{{"vendorId":"v","{"k" * size}":1}}',
            '{"vendorId":"v",' + ",".join(f'"k{i}":1' for i in range(size // 9)) + "}",
            '{"vendorId":"v","data":[' + "0," * (size // 2) + "0]}",
            '{"vendorId":"v",' + '"data":"d",' * (size // 12) + '"data":1}',
        )
    )
    return _call("huge", number, "DataTransfer", value)


def _unspeakable(random: Random, number: int) -> Shot:
    """No UTF-8, or longer than any frame may be: the connection ends."""
    start = b'[2,"unspeakable","DataTransfer",{"vendorId":"'
    broken = (
        b"\xff",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\xf8\x88\x80\x80\x80",
    )
    match random.randrange(10):
        case 0:
            payload = start + b"x" * (1 << 20) + b'"}]'
        case 1 | 2 | 3:
            payload = random.randbytes(random.randint(8, 400)) + b"\xff"
        case _:
            payload = start + random.choice(broken) + random.choice((b'"}]', b""))
    return Shot("unspeakable", number, payload)


FAMILIES: MappingProxyType[str, Family] = MappingProxyType(
    {
        "spoilt": Family(_spoilt, 0.27),
        "mutant": Family(_mutant, 0.26),
        "hostile": Family(_hostile, 0.12),
        "envelope": Family(_envelope, 0.11),
        "noise": Family(_noise, 0.08),
        "answer": Family(_answer, 0.06),
        "replay": Family(_replay, 0.06, together=48),
        "binary": Family(_binary, 0.02),
        "deep": Family(_deep, 0.004, together=4),
        "huge": Family(_huge, 0.004, together=4),
        "unspeakable": Family(_unspeakable, 0.012, together=1),
    }
)

"""Payloads by the official schemas of OCPP 1.6, and the same with every field spoilt."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from types import MappingProxyType
from typing import Any

from tests.abuse.texts import NASTY, text
from tests.ocpp.schemas import schema

Path = tuple[str | int, ...]

# What a field may hold instead, as JSON text: much of it is more than Python's `json` can write.
ALIENS: MappingProxyType[str, str] = MappingProxyType(
    {
        "null": "null",
        "true": "true",
        "integer": "7",
        "negative": "-1",
        "minus zero": "-0.0",
        "fraction": "0.30000000000000004",
        "beyond 32 bits": "2147483648",
        "beyond 64 bits": "18446744073709551616",
        "beyond floats": "1e999",
        "below floats": "1e-999",
        "4,400 digits": "9" * 4400,
        "numeral": '"1"',
        "empty text": '""',
        "long text": '"' + "x" * 5000 + '"',
        "NUL": r'"a\u0000b"',
        "surrogate": r'"\ud800"',
        "no time": '"2023-02-30T25:61:61Z"',
        "the year 0": '"0000-00-00T00:00:00Z"',
        "the year 9999": '"9999-12-31T23:59:59.999999999-23:59"',
        "array": "[]",
        "object": "{}",
        "arrays": "[[[[]]]]",
        "prototype": '{"__proto__":{"admin":true},"constructor":1}',
    }
)
INCOMING = (
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)


@dataclass(frozen=True, slots=True)
class Literal:
    """JSON text that stands for itself."""

    text: str


@cache
def actions() -> tuple[str, ...]:
    """All requests that have an official schema, both directions: a station may send any."""
    names = (
        path.name.removesuffix(".json") for path in files("ocpp.v16").joinpath("schemas").iterdir()
    )
    return tuple(sorted(name for name in names if not name.endswith("Response")))


@cache
def spoilings(*, incoming: bool) -> tuple[tuple[str, Path, str], ...]:
    """Every field of every request of stations, or of the others, with every alien."""
    every = [
        (action, path, alien)
        for action in actions()
        if (action in INCOMING) == incoming
        for path in _paths(schema(action), ())
        for alien in ALIENS
    ]
    Random("spoilings").shuffle(every)  # a short run shall not end at the letter B
    return tuple(every)


def action(random: Random) -> str:
    """Mostly one that stations are expected to send."""
    return random.choice(INCOMING if random.random() < 0.8 else actions())


def _paths(node: dict[str, Any], path: Path) -> Iterator[Path]:
    yield path
    if node.get("type") == "array":
        yield from _paths(node["items"], (*path, 0))
    for name, member in node.get("properties", {}).items():
        yield from _paths(member, (*path, name))


def whole(random: Random, name: str) -> Any:
    """A value that the schema accepts, with every field: each has something to spoil."""
    return _value(random, schema(name), optional=1.0)


def usual(random: Random, name: str) -> Any:
    """A value that the schema accepts."""
    return _value(random, schema(name), optional=0.5)


def _value(random: Random, node: dict[str, Any], *, optional: float) -> Any:
    match node:
        case {"enum": values}:
            return random.choice(values)
        case {"type": "object"}:
            required = node.get("required", ())
            return {
                name: _value(random, member, optional=optional)
                for name, member in node.get("properties", {}).items()
                if name in required or random.random() < optional
            }
        case {"type": "array"}:
            return [
                _value(random, node["items"], optional=optional)
                for _ in range(random.randint(1, 2))
            ]
        case _:
            return _scalar(random, node)


def _scalar(random: Random, node: dict[str, Any]) -> Any:
    match node:
        case {"type": "integer"}:
            return random.choice((0, 1, 1, 2, random.randint(-9, 2**31)))
        case {"type": "number"}:
            return random.randint(0, 999) / 10
        case {"type": "boolean"}:
            return random.random() < 0.5
        case {"format": "date-time"}:
            year, month, thousandth = (random.randint(10, most) for most in (99, 12, 999))
            return f"20{year}-{month}-11T10:11:12.{thousandth:03}Z"
        case _:
            return "".join(
                random.choices("abcXYZ019-", k=random.randint(1, node.get("maxLength", 20)))
            )


def put(value: Any, path: Path, new: object) -> Any:
    """`value` with another value at a path; what is on the way is made."""
    if not path:
        return new
    head, *rest = path
    if isinstance(head, int):
        items = list(value) if isinstance(value, list) and value else [None]
        items[head] = put(items[head], tuple(rest), new)
        return items
    members = dict(value) if isinstance(value, dict) else {}
    members[head] = put(members.get(head), tuple(rest), new)
    return members


def mutate(random: Random, value: Any) -> Any:
    """Something is missing, more, null, of another type, or too long: once to three times."""
    for _ in range(random.randint(1, 3)):
        value = _mutated(random, value)
    return value


def _mutated(random: Random, value: Any) -> Any:
    match value:
        case dict() if value and random.random() < 0.9:
            name = random.choice(list(value))
            return random.choice((_deeper, _without, _renamed, _more))(random, value, name)
        case list() if value and random.random() < 0.8:
            at = random.randrange(len(value))
            return [*value[:at], _mutated(random, value[at]), *value[at:]]
        case str() if random.random() < 0.5:
            return random.choice(
                (value * 40, value[:-1], value.swapcase(), f" {value} ", text(random))
            )
        case _:
            return Literal(random.choice(list(ALIENS.values())))


def _deeper(random: Random, members: dict[str, Any], name: str) -> dict[str, Any]:
    return {**members, name: _mutated(random, members[name])}


def _without(_: Random, members: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: member for key, member in members.items() if key != name}


def _renamed(random: Random, members: dict[str, Any], name: str) -> dict[str, Any]:
    renamed = random.choice((name.upper(), name + "\0", f"${name}", name[:-1]))
    return {renamed if key == name else key: member for key, member in members.items()}


def _more(random: Random, members: dict[str, Any], name: str) -> dict[str, Any]:
    return {random.choice(NASTY): members[name], **members, text(random): 1}


def infest(random: Random, value: Any, *, share: float = 0.5) -> Any:
    """`value` with hostile text in place of some of its texts: it looks right to a schema."""
    match value:
        case dict():
            return {name: infest(random, member, share=share) for name, member in value.items()}
        case list():
            return [infest(random, item, share=share) for item in value]
        case str() if random.random() < share:
            return text(random)
        case _:
            return value


def written(value: Any) -> str:
    """JSON text, literals as they are; a quarter of it would be refused by a strict reader."""
    match value:
        case Literal():
            return value.text
        case dict():
            return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ",".join(map(written, value)) + "]"
        case _:
            return json.dumps(value, default=float)

"""Bad requests to the HTTP API, by hand: what a client library would not send."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from tests.abuse import payloads
from tests.abuse.payloads import written
from tests.abuse.texts import NASTY, text

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Doors:
    """The API as an attacker knows it; also with a token that opens it."""

    operations: Sequence[tuple[str, str]]  # method, path
    token: str

    @classmethod
    def of(cls, document: dict[str, Any], token: str) -> "Doors":
        """All operations of an OpenAPI document, and some that are in none."""
        known = [
            (method.upper(), path)
            for path, item in document["paths"].items()
            for method in item
            if method in {"get", "put", "post", "delete"}
        ]
        return cls([*known, ("GET", "/docs"), ("POST", "/files/x"), ("PUT", "/files/{id}")], token)


Maker = Callable[[Random, Doors], bytes]


def request(doors: Doors, seed: int, number: int) -> bytes:
    """The one of this number: every kind in turn."""
    return _KINDS[number % len(_KINDS)](Random(f"{seed} web {number}"), doors)


def _raw(method: str, path: str, token: str, body: bytes = b"", *headers: str) -> bytes:
    lines = (
        f"{method} {path} HTTP/1.1",
        "Host: csms.example",
        "Connection: close",
        f"Authorization: Bearer {token}",
        *headers,
    )
    head = "\r\n".join(lines).encode("latin-1", errors="replace")
    return head + b"\r\n\r\n" + body


def _sent(method: str, path: str, token: str, body: bytes, kind: str = _JSON) -> bytes:
    return _raw(method, path, token, body, f"Content-Length: {len(body)}", f"Content-Type: {kind}")


def _path(random: Random, template: str, *, hostile: bool) -> str:
    """A path with its parameters filled in: stations that exist, or anything."""
    parts = []
    for part in template.split("/"):
        if not part.startswith("{"):
            parts.append(part)
        elif hostile:
            parts.append(_quoted(text(random))[:3000])
        else:
            parts.append(random.choice(("ROGUE-0", "ROGUE-1", "1", "INNOCENT", "Reset", "x")))
    return "/".join(parts)


def _quoted(said: str) -> str:
    return quote(said.encode(errors="surrogatepass"), safe="")


def _bad_body(random: Random, doors: Doors) -> bytes:
    method, path = random.choice(doors.operations)
    name = random.choice(payloads.actions())
    spoilt = written(payloads.mutate(random, payloads.usual(random, name))).encode()
    depth = round(10 ** random.uniform(1, 5))
    bodies = (
        spoilt,
        spoilt,
        b"[" * depth,
        b'{"a":' * (depth // 2) + b"1" + b"}" * (depth // 2),
        b'{"password":' + b"[" * depth + b"]" * depth + b"}",
        b"9" * 9000,
        b'{"a":' + b"9" * 9000 + b"}",
        b'{"a":1e999,"b":NaN,"c":-Infinity}',
        spoilt.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + spoilt,
        b'{"a":"\xff\xfe\xed\xa0\x80"}',
        b"\0" * 100,
        b'"' + b"x" * 1_000_000 + b'"',
        random.randbytes(200),
        b"",
        b"null",
    )
    return _sent(method, _path(random, path, hostile=False), doors.token, random.choice(bodies))


def _bad_fields(random: Random, doors: Doors) -> bytes:
    """What the register of stations and tokens would take, with something else in each field."""
    method, path = random.choice(
        [each for each in doors.operations if each[0] in {"PUT", "POST"} and "users" not in each[1]]
    )
    fields = random.sample(_FIELDS, k=random.randint(1, 6))
    aliens = [json.loads(alien) for alien in payloads.ALIENS.values() if len(alien) < 4000]
    body = {name: random.choice((text(random), random.choice(aliens))) for name in fields}
    sent = json.dumps(body).encode()
    return _sent(method, _path(random, path, hostile=False), doors.token, sent)


_FIELDS = (
    "password",
    "security_profile",
    "heartbeat_interval",
    "registration",
    "protocols",
    "labels",
    "note",
    "status",
    "expires_at",
    "parent",
    "stations",
    "payload",
    "action",
    "connector",
    "id_tag",
    "until",
    "periods",
    "kind",
    "purpose",
    "stack_level",
    "value",
    "reason",
    "entries",
    "waves",
)


def _bad_path(random: Random, doors: Doors) -> bytes:
    method, path = random.choice(doors.operations)
    tricks = (
        _path(random, path, hostile=True),
        path + "/../../../etc/passwd",
        path.replace("/", "//"),
        path + "%00",
        path + "%2e%2e%2f" * 9,
        path + ";a=b",
        "/files/" + _quoted(text(random))[:3000],
        "/files/../../../../etc/passwd",
        "/files/%2e%2e%2f%2e%2e%2fadmin-token",
        "/%ff%fe",
        "*",
        "http://other.example" + path,
        "/" + "a" * 60_000,
        path + " extra",
        path + "\u00e9",
    )
    return _sent(method, random.choice(tricks), doors.token, b"{}")


def _bad_query(random: Random, doors: Doors) -> bytes:
    _, path = random.choice([each for each in doors.operations if each[0] == "GET"])
    names = (
        "limit",
        "cursor",
        "station",
        "since",
        "from",
        "to",
        "open",
        "status",
        "id_tag",
        "wait",
    )
    pairs = "&".join(
        f"{random.choice(names)}={_quoted(text(random))[:2000]}"
        for _ in range(random.randint(1, 6))
    )
    odd = random.choice(
        (pairs, pairs, "=&&=%", "limit=1&limit=2", "cursor=" + "A" * 5000, "%00", "a" * 9000)
    )
    return _raw("GET", f"{_path(random, path, hostile=False)}?{odd}", doors.token)


def _bad_token(random: Random, doors: Doors) -> bytes:
    method, path = random.choice(doors.operations)
    token = random.choice((text(random), "x" * 7000, "", "null", "' OR 1=1 --", doors.token[:-1]))
    clean = "".join(letter for letter in token if letter not in "\r\n\0")
    return _sent(method, _path(random, path, hostile=False), clean, b"{}")


def _bad_headers(random: Random, doors: Doors) -> bytes:
    method, path = random.choice(doors.operations)
    many = (
        ["X-Flood: a"] * 3000,
        ["X-Flood: " + "a" * 200_000],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 99999999999999999999"],
        ["Content-Length: 1e3"],
        ["Content-Length: 4", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Content-Length: 2", "Content-Encoding: gzip"],
        ["Content-Length: 2", "Content-Type: text/html; charset=utf-7"],
        ["Content-Length: 2", f"Content-Type: {'x' * 3000}"],
        ["Content-Length: 2", "Expect: 100-continue"],
        ["Upgrade: websocket", "Connection: Upgrade"],
        ["Accept: text/csv, image/svg+xml, */*;q=nonsense"],
        ["Range: bytes=-99999999999999999999,5-1"],
        ["X-Request-Id: " + "\x7f\x80" * 20],
        ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: gopher"],
        ["Cookie: " + "a=b;" * 2000],
        [" folded: x"],
        ["no colon"],
        ["Origin: null", "Access-Control-Request-Method: DELETE"],
    )
    body = random.choice((b"{}", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b""))
    return _raw(method, _path(random, path, hostile=False), doors.token, body, *random.choice(many))


def _bad_form(random: Random, doors: Doors) -> bytes:
    """Uploads that are no forms."""
    part = b'--b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\nx\r\n'
    said = text(random).encode(errors="surrogatepass").replace(b"\r\n", b"")
    bodies = (
        part % (b"file", said) + b"--b--\r\n",
        part % (said, b"a") + b"--b--\r\n",
        part % (b"file", b"../../etc/passwd") * 300,
        b"--b\r\n" * 2000,
        b"--b\r\nContent-Disposition: " + b"a" * 50_000 + b"\r\n\r\n",
        b"--b\r\n\r\n\r\n--b--",
        random.randbytes(3000),
        b"",
    )
    kind = random.choice(
        ("multipart/form-data; boundary=b",) * 5
        + ("multipart/form-data", "multipart/form-data; boundary=" + "b" * 300)
    )
    return _sent("POST", "/api/v1/firmware", doors.token, random.choice(bodies), kind)


def _no_http(random: Random, doors: Doors) -> bytes:
    good = _raw("GET", "/api/v1/stations", doors.token)
    return random.choice(
        (
            random.randbytes(random.randint(1, 2000)) + b"\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            good.replace(b"HTTP/1.1", b"HTTP/9.9"),
            good.replace(b"\r\n", b"\n"),
            good.replace(b"GET", random.choice(NASTY[8:20]).encode(errors="ignore") or b"X", 1),
            b"GET /" + b"a" * 300_000,
            good[: random.randrange(1, len(good))],
            good.replace(b"csms.example", b"a\xff\xfe, b:99999999"),
        )
    )


_KINDS: tuple[Maker, ...] = (
    _bad_body,
    _bad_fields,
    _bad_path,
    _bad_query,
    _bad_token,
    _bad_headers,
    _bad_form,
    _no_http,
)

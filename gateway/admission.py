"""Who may open a connection: a pure decision on path, headers, listing (OCPP-J 1.6 section 3)."""

import base64
import binascii
import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote_to_bytes

from domain.ports import Listing

MAX_IDENTITY = 255
Headers = Sequence[tuple[str, str]]
_HEX_KEY = re.compile(rb"(?:[0-9A-Fa-f]{2}){16,20}")


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for stations that nobody registered, and for listings without protocols."""

    accept_unknown: bool = False
    protocols: tuple[str, ...] = ("ocpp1.6",)


@dataclass(frozen=True, slots=True)
class Admitted:
    """The station may come in; its connection id must be greater than `after`."""

    station: str
    protocol: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class Challenged:
    """Admitted if one of the candidates is the password, else UNAUTHORIZED."""

    admitted: Admitted
    password_hash: str
    candidates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Answer the upgrade with this HTTP status."""

    status: int
    reason: str
    headers: Headers = ()


class Verifier(Protocol):
    """Compares passwords with their hash."""

    async def verify(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        """Whether one of the candidates is the password; raises Busy when too many wait."""
        ...


class Busy(Exception):
    """Too many passwords wait to be verified; the station must come again."""


NOT_FOUND = Refused(404, "no such station")
UNAUTHORIZED = Refused(
    401,
    "wrong or missing credentials",
    (("WWW-Authenticate", 'Basic realm="ampledger", charset="UTF-8"'),),
)


def identify(path: str) -> str | Refused:
    """The station identity: the last segment of the path, decoded once (OCPP-J 3.1.1).

    Bytes that are not ASCII may stand in the path as surrogate escapes.
    """
    segment = path.partition("?")[0].rpartition("/")[2]
    if not segment:
        return NOT_FOUND
    try:
        station = unquote_to_bytes(segment.encode(errors="surrogateescape")).decode()
    except UnicodeDecodeError:
        return Refused(400, "the station identity is not UTF-8")
    if len(station) > MAX_IDENTITY:
        return Refused(400, "the station identity is longer than 255")
    if any(unicodedata.category(letter) == "Cc" for letter in station):
        return Refused(400, "the station identity has control characters")
    return station


def decide(
    station: str, headers: Headers, listing: Listing | None, policy: Policy
) -> Admitted | Challenged | Refused:
    """Whether a station that asks for a connection gets one."""
    if listing is None:
        if not policy.accept_unknown:
            return NOT_FOUND  # OCPP-J 3.2
        listing = Listing(station, policy.protocols, 0, "", 0)
    protocol = _common(offered(headers), listing.protocols or policy.protocols)
    if not protocol:
        return Refused(400, "no common subprotocol")  # TC_088
    admitted = Admitted(listing.station, protocol, listing.connection)
    if not listing.password_hash:
        return admitted
    password = _password(headers, station)
    if password is None:
        return UNAUTHORIZED
    return Challenged(admitted, listing.password_hash, candidates(password))


def offered(headers: Headers) -> tuple[str, ...]:
    """The subprotocols a client offers, in its order of preference."""
    lists = ",".join(_values(headers, "sec-websocket-protocol"))
    return tuple(token for part in lists.split(",") if (token := part.strip(" \t")))


def unhexed(text: bytes) -> bytes | None:
    """The 16-20 bytes that 32-40 hex digits stand for, else None."""
    return binascii.unhexlify(text) if _HEX_KEY.fullmatch(text) else None


def candidates(presented: bytes) -> tuple[bytes, ...]:
    """What a presented password may mean: many stations send a key as its hex digits."""
    key = unhexed(presented)
    return (presented,) if key is None else (key, presented)


def _common(wanted: tuple[str, ...], allowed: tuple[str, ...]) -> str:
    return next((token for token in wanted if token in allowed), "")


def _values(headers: Headers, wanted: str) -> Iterator[str]:
    return (value for name, value in headers if name.lower() == wanted)


def _password(headers: Headers, station: str) -> bytes | None:
    """The password of Basic credentials for this station, raw bytes, else None (RFC 7617)."""
    given = tuple(_values(headers, "authorization"))
    if len(given) != 1:
        return None
    scheme, _, encoded = given[0].strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        username, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except ValueError:  # binascii.Error is one; so is a character beyond ASCII
        return None
    is_named = hmac.compare_digest(username, station.encode())
    return password if is_named and colon else None

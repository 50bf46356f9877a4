"""Who may open a connection: a pure decision on a knock and a listing.

OCPP-J 1.6 section 3; the security profiles of the white paper, A00.
"""

import base64
import binascii
import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial, reduce
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from domain.pki.certificates import Certificate
from domain.ports import Listing, Password

MAX_IDENTITY = 255
Headers = Sequence[tuple[str, str]]
_HEX_KEY = re.compile(rb"(?:[0-9A-Fa-f]{2}){16,20}")


class Knock(NamedTuple):
    """A request for a connection, as it came."""

    path: str
    headers: Headers
    remote: str
    is_encrypted: bool = False
    certificate: Certificate | None = None  # the client's, its chain verified
    doubt: str = ""  # why its certificate must not be believed


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for all stations, those that nobody registered, listings without protocols."""

    accept_unknown: bool = False  # with profile 0, so only where that is allowed
    protocols: tuple[str, ...] = ("ocpp1.6",)
    allow_profile_0: bool = False
    check_common_name: bool = True  # of a client certificate: is it the station's?
    organisation: str = ""  # that a client certificate must name; "" for any


@dataclass(frozen=True, slots=True)
class Admitted:
    """The station may come in; its connection id must be greater than `after`."""

    station: str
    protocol: str
    after: int = 0
    profile: int = 0
    credential: str = ""  # id of the password that fitted
    certificate: str = ""  # fingerprint of the certificate that it proved itself with


@dataclass(frozen=True, slots=True)
class Refused:
    """Answer the upgrade with this HTTP status."""

    status: int
    reason: str
    headers: Headers = ()


_CHALLENGE = (("WWW-Authenticate", 'Basic realm="ampledger", charset="UTF-8"'),)
NOT_FOUND = Refused(404, "no such station")
UNAUTHORIZED = Refused(401, "wrong or missing credentials", _CHALLENGE)


@dataclass(frozen=True, slots=True)
class Challenged:
    """Admitted if one of the candidates is one of the passwords."""

    admitted: Admitted
    passwords: tuple[Password, ...]
    candidates: tuple[bytes, ...]
    otherwise: Admitted | Refused = UNAUTHORIZED


Decision = Admitted | Challenged | Refused


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
    station: str, knock: Knock, listing: Listing | None, policy: Policy, at: datetime
) -> Decision:
    """Whether a station that asks for a connection gets one, and with which security profile."""
    if listing is None:
        if not (policy.accept_unknown and policy.allow_profile_0):
            return NOT_FOUND  # OCPP-J 3.2
        listing = Listing(station=station, protocols=policy.protocols)
    protocol = _common(offered(knock.headers), listing.protocols or policy.protocols)
    if not protocol:
        return Refused(400, "no common subprotocol")  # TC_088
    admitted = Admitted(listing.station, protocol, listing.connection)
    means = partial(_with_profile, knock=knock, listing=listing, policy=policy, at=at)
    return reduce(_either, (means(replace(admitted, profile=each)) for each in _profiles(listing)))


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


def _profiles(listing: Listing) -> tuple[int, ...]:
    """Those a station may come with: its own, and a higher one before it (A05.FR.07)."""
    has_password = bool(listing.passwords) and not listing.next_profile
    own = listing.security_profile or int(has_password)  # a first password may not have been used
    return (listing.next_profile, own) if listing.next_profile > own else (own,)


def _either(higher: Decision, lower: Decision) -> Decision:
    """The higher profile if the station meets it, else its own."""
    match higher:
        case Admitted():
            return higher
        case Challenged():
            return replace(higher, otherwise=lower) if isinstance(lower, Admitted) else higher
        case Refused(status=status):  # what is wrong with a password is the better advice
            return higher if isinstance(lower, Refused) and status < lower.status else lower


def _with_profile(
    admitted: Admitted, *, knock: Knock, listing: Listing, policy: Policy, at: datetime
) -> Decision:
    """Whether a knock meets one security profile (A00.FR.001-002)."""
    if admitted.profile == 0:
        return admitted if policy.allow_profile_0 else _barred("security profile 0 is not allowed")
    if admitted.profile == 1 and knock.is_encrypted:
        return _barred("security profile 1 comes without TLS")
    if admitted.profile > 1 and not knock.is_encrypted:
        return _barred(f"security profile {admitted.profile} needs TLS")
    if admitted.profile == 3:
        return _certified(admitted, knock, listing, policy, at)
    return _challenged(admitted, knock.headers, listing)


def _challenged(admitted: Admitted, headers: Headers, listing: Listing) -> Challenged | Refused:
    if ":" in listing.station:  # RFC 7617 section 2: no user name has one
        return replace(UNAUTHORIZED, reason='an identity with ":" has no Basic authentication')
    password = _password(headers, listing.station)
    if password is None or not listing.passwords:
        return UNAUTHORIZED
    return Challenged(admitted, listing.passwords, candidates(password))


def _certified(
    admitted: Admitted, knock: Knock, listing: Listing, policy: Policy, at: datetime
) -> Admitted | Refused:
    """Whether a client certificate is this station's (A00.FR.404-406)."""
    if knock.doubt:
        return _barred(f"the client certificate is of no use: {knock.doubt}")
    if (certificate := knock.certificate) is None:
        return _barred("security profile 3 needs a client certificate")
    if certificate.not_after <= at:  # a session resumed by a ticket is not verified again
        return _barred("the client certificate has expired")
    name = listing.serial_number or listing.station
    if policy.check_common_name and certificate.common_name != name:
        return _barred("the client certificate names another station")
    if policy.organisation not in certificate.organisation:
        return _barred("the client certificate names another organisation")
    return replace(admitted, certificate=certificate.fingerprint)


def _barred(reason: str) -> Refused:
    return Refused(403, reason)


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

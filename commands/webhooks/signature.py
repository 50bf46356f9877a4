"""The signature of a request: who has the secret knows that it comes from here, and when.

`t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>", hexadecimal>`; while a secret is being
changed there are two `v1`, and one of them fits.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, new
from secrets import token_urlsafe

HEADER = "Ampledger-Signature"
_PREFIX = "whsec_"


def new_secret() -> str:
    """A secret nobody guesses."""
    return _PREFIX + token_urlsafe(32)


def sign(body: bytes, secrets: Sequence[str], at: datetime) -> str:
    """The value of the header."""
    seconds = int(at.timestamp())
    digests = [f"v1={_digest(body, secret, seconds)}" for secret in secrets]
    return ",".join([f"t={seconds}", *digests])


def is_good(header: str, body: bytes, secret: str, at: datetime, *, within: float = 300.0) -> bool:
    """What a receiver checks: the secret, and that the request is not an old one sent again."""
    members = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in members if name == "t" and value.isdecimal()]
    if not times or abs(at.timestamp() - int(times[0])) > within:
        return False
    expected = _digest(body, secret, int(times[0]))
    return any(name == "v1" and compare_digest(value, expected) for name, _, value in members)


def _digest(body: bytes, secret: str, seconds: int) -> str:
    return new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()

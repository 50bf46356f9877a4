"""The signature of a request: who has the secret knows that it comes from here, and when.

`t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>", hexadecimal>`; while a secret is being
changed there are two `v1`, and one of them fits.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import new
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


def _digest(body: bytes, secret: str, seconds: int) -> str:
    return new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()

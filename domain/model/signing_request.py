"""What a certificate signing request can be in, and when one that comes is the one that came."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a request has got to."""

    PENDING = "pending"  # somebody is to decide
    APPROVED = "approved"  # the authority is to sign
    FAILED = "failed"  # the authority did not
    DECLINED = "declined"  # an operator did not want it
    SUPERSEDED = "superseded"  # the station asks for something else by now
    SIGNED = "signed"  # the certificate is on its way
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  # it did not arrive, or nobody knows
    REFUSED = "refused"  # by the station
    REJECTED = "rejected"  # it could not be signed, and never counted


SIGNABLE = frozenset({State.PENDING, State.APPROVED, State.FAILED})
OFFERABLE = frozenset({State.REFUSED, State.UNDELIVERED})  # signed, and not with the station
_UNDER_WAY = frozenset({State.PENDING, State.APPROVED, State.SIGNED})
_REPEATS = timedelta(hours=1)  # how long after its end the same request is the same one
_OWED = timedelta(days=1)  # how long a certificate that may not have arrived is sent once more

Asked = Mapping[str, Any]  # digest, key, message, trigger, state, since; certificate, chain, by


def is_repeat(known: Asked, digest: str, trigger: str, *, at: datetime) -> bool:
    """Whether this very request is on record, and nobody has asked the station anew since."""
    if known["digest"] != digest or known["state"] == State.SUPERSEDED:
        return False
    recent = at - known["since"] < _REPEATS and trigger in {"", known["trigger"]}
    return known["state"] in _UNDER_WAY or is_owed(known, digest, at=at) or recent


def is_owed(known: Asked, digest: str, *, at: datetime) -> bool:
    """Whether its certificate may not have arrived; after a while it may have ended instead."""
    since: datetime = known["since"]
    is_open = known["digest"] == digest and known["state"] == State.UNDELIVERED
    return is_open and at - since < _OWED

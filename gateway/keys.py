"""Finds which of a station's passwords it came with; whoever keeps failing must wait."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from gateway.addresses import group_of
from gateway.admission import Admitted, Challenged, Refused
from gateway.limits import Backoff


class Verifier(Protocol):
    """Compares passwords with their hash."""

    async def verify(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        """Whether one of the candidates is the password; raises Busy when too many wait."""
        ...


class Busy(Exception):
    """Too many passwords wait to be verified; the station must come again."""


class Keys:
    """Has passwords verified, unless this station failed from this address a moment ago.

    From elsewhere the right password comes in at any time: nobody can lock out a station.
    """

    def __init__(self, verifier: Verifier, time: Callable[[], float]) -> None:
        """`time` is a monotonic clock in seconds."""
        self._verifier, self._time = verifier, time
        self._failures = Backoff(free=5, first=1.0, longest=60.0, most=20_000)

    async def examine(self, challenge: Challenged, remote: str) -> Admitted | Refused:
        """What the password that was presented makes of a challenge; raises Busy."""
        name = f"{group_of(remote)} {challenge.admitted.station}"
        if wait := self._failures.wait(name, self._time()):
            needs_none = isinstance(challenge.otherwise, Admitted)
            return challenge.otherwise if needs_none else _too_many(wait)
        credential = await self._fitting(challenge)
        if credential is not None:
            self._failures.forget(name)
            return replace(challenge.admitted, credential=credential)
        self._failures.fail(name, self._time())
        return challenge.otherwise

    async def _fitting(self, challenge: Challenged) -> str | None:
        for password in challenge.passwords:
            if await self._verifier.verify(password.hash, challenge.candidates):
                return password.credential
        return None


def _too_many(wait: float) -> Refused:
    retry = ("Retry-After", str(math.ceil(wait)))
    return Refused(429, "too many wrong credentials", (retry,))

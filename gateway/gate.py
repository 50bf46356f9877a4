"""Who is let in: looks the station up, and has its password verified."""

import logging
from typing import NamedTuple

from domain.log import Unavailable
from domain.ports import Directory
from gateway.admission import (
    NOT_FOUND,
    UNAUTHORIZED,
    Admitted,
    Busy,
    Challenged,
    Headers,
    Policy,
    Refused,
    Verifier,
    decide,
    identify,
    offered,
)
from gateway.bridge import Bridge

_log = logging.getLogger("ampledger.gateway")


class Knock(NamedTuple):
    """A request for a connection, as it came."""

    path: str
    headers: Headers
    remote: str


class Gate:
    """Admits or refuses, before the upgrade."""

    def __init__(
        self, directory: Directory, verifier: Verifier, bridge: Bridge, policy: Policy
    ) -> None:
        self._directory, self._verifier = directory, verifier
        self._bridge, self._policy = bridge, policy

    async def examine(self, knock: Knock) -> Admitted | Refused:
        """The decision; it is counted, and logged when it is a refusal."""
        station = identify(knock.path)
        if isinstance(station, Refused):
            return self._refuse(station, knock, "")
        decision = await self._decide(station, knock)
        if isinstance(decision, Refused):
            return self._refuse(decision, knock, station)
        return decision

    async def _decide(self, station: str, knock: Knock) -> Admitted | Refused:
        if self._bridge.is_crowded:
            return _come_again("the broker is behind", 30)
        try:
            listing = await self._directory.find(station)
        except Unavailable:
            return _come_again("the directory is away", 10)
        decision = decide(station, knock.headers, listing, self._policy)
        return await self._verify(decision) if isinstance(decision, Challenged) else decision

    async def _verify(self, challenge: Challenged) -> Admitted | Refused:
        try:
            matches = await self._verifier.verify(challenge.password_hash, challenge.candidates)
        except Busy:
            return _come_again("too many passwords to verify", 10)
        return challenge.admitted if matches else UNAUTHORIZED

    def _refuse(self, refused: Refused, knock: Knock, station: str) -> Refused:
        self._bridge.counts.refused[refused.status] += 1
        protocols = offered(knock.headers)
        _log.warning(
            "refused",
            extra={
                "station": station,
                "status": refused.status,
                "reason": refused.reason,
                "offered": ",".join(protocols),
                "remote": knock.remote,
            },
        )
        ocpp = next((token for token in protocols if token.startswith("ocpp")), "")
        if refused is NOT_FOUND and station and ocpp:  # not a browser or scanner
            self._bridge.knock(station, ocpp, knock.remote)
        return refused


def _come_again(reason: str, seconds: int) -> Refused:
    return Refused(503, reason, (("Retry-After", str(seconds)),))

"""Who is let in: looks the station up, and has its password verified."""

import logging

from domain.log import Unavailable
from domain.ports import Clock, Directory
from gateway.admission import (
    NOT_FOUND,
    Admitted,
    Challenged,
    Decision,
    Knock,
    Policy,
    Refused,
    decide,
    identify,
    offered,
)
from gateway.bridge import Bridge
from gateway.keys import Busy, Keys
from gateway.limits import TokenBucket
from gateway.upgrades import Upgrades

_SECURITY = frozenset({401, 403, 429})  # statuses that only registered stations get
_log = logging.getLogger("ampledger.gateway")


class Gate:
    """Admits or refuses, before the upgrade."""

    def __init__(
        self, directory: Directory, keys: Keys, bridge: Bridge, policy: Policy, clock: Clock
    ) -> None:
        self._directory, self._keys = directory, keys
        self._bridge, self._policy, self._clock = bridge, policy, clock
        self._lines = TokenBucket(rate=20, burst=100)
        self._upgrades = Upgrades()

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
        known = self._upgrades.heed(listing) if listing else None
        decision = decide(station, knock, known, self._policy, self._clock())
        settled = await self._settle(decision, knock)
        if known and isinstance(settled, Admitted):
            self._upgrades.note(settled, known)
        return settled

    async def _settle(self, decision: Decision, knock: Knock) -> Admitted | Refused:
        if not isinstance(decision, Challenged):
            return decision
        try:
            return await self._keys.examine(decision, knock.remote)
        except Busy:
            return _come_again("too many passwords to verify", 10)

    def _refuse(self, refused: Refused, knock: Knock, station: str) -> Refused:
        self._bridge.counts.refused[refused.status] += 1
        protocols = offered(knock.headers)
        if self._lines.take(self._clock().timestamp()):
            _log_refusal(refused, station, protocols, knock.remote)
        ocpp = next((token for token in protocols if token.startswith("ocpp")), "")
        if refused is NOT_FOUND and station and ocpp:  # not a browser or scanner
            self._bridge.knock(station, ocpp, knock.remote)
        if refused.status in _SECURITY:
            self._bridge.bar(station, refused.reason, knock.remote)
        return refused


def _log_refusal(refused: Refused, station: str, protocols: tuple[str, ...], remote: str) -> None:
    _log.warning(
        "refused",
        extra={
            "station": station,
            "status": refused.status,
            "reason": refused.reason,
            "offered": ",".join(protocols),
            "remote": remote,
        },
    )


def _come_again(reason: str, seconds: int) -> Refused:
    return Refused(503, reason, (("Retry-After", str(seconds)),))

"""The sign of life of a gateway: when it stops, the timers close the connections it held."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import topics, wire
from domain.ports import Broker, Clock

_log = logging.getLogger("ampledger.gateway")


@dataclass(frozen=True, slots=True)
class Terms:
    """How often a lease is renewed, and for how long it is valid."""

    every: timedelta = timedelta(seconds=5)
    valid: timedelta = timedelta(seconds=15)


class Seen:
    """Which stations spoke since the last lease: cheap to mark, once per frame."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, datetime]] = {}

    def mark(self, station: str, connection: int, at: datetime) -> None:
        """A frame came from a station."""
        self._last[station] = connection, at

    def take(self) -> tuple[tuple[str, int, datetime], ...]:
        """All that was marked; it is marked no more."""
        last, self._last = self._last, {}
        return tuple((station, connection, at) for station, (connection, at) in last.items())

    def put_back(self, seen: tuple[tuple[str, int, datetime], ...]) -> None:
        """What was taken did not get through; newer marks win."""
        for station, connection, at in seen:
            self._last.setdefault(station, (connection, at))


class Leases:
    """Renews the lease of one gateway."""

    def __init__(
        self, node: str, broker: Broker, seen: Seen, clock: Clock, terms: Terms | None = None
    ) -> None:
        self._node, self._broker, self._seen, self._clock = node, broker, seen, clock
        self._terms = terms or Terms()

    async def run(self) -> None:
        """Renew for ever."""
        while True:
            await self.renew()
            await asyncio.sleep(self._terms.every.total_seconds())

    async def renew(self) -> None:
        """Publish one lease. While the broker is away it is given up: it would arrive stale."""
        seen = self._seen.take()
        until = self._clock() + self._terms.valid
        lease = wire.encode(wire.Lease(node=self._node, until=until, seen=seen))
        try:
            async with asyncio.timeout(self._terms.every.total_seconds()):
                await self._broker.publish(topics.LEASES, [lease])
        except TimeoutError:
            self._seen.put_back(seen)
            _log.warning("lease not renewed", extra={"node": self._node})

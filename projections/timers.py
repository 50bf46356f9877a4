"""What is due: calls that expire, gateways that fell silent, calls that nobody will answer."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, or_, select

from domain import wire
from domain.ports import Clock
from projections import outbound
from projections.dispatcher import Post
from projections.presence import GATEWAYS
from projections.progress import Trust
from projections.stations import STATIONS

_EVERY = 1.0  # s
_AGAIN = timedelta(seconds=10)  # what was told and is still due is told again
_GRACE = timedelta(seconds=30)
_SETTLE = timedelta(
    seconds=30
)  # two leases: who was silent because we were deaf has spoken by then
_GONE = 1006  # RFC 6455 section 7.4.1: closed abnormally

_log = logging.getLogger("ampledger.projections")


class Hearing:
    """Since when the leases of gateways reach us: before, their silence tells nothing."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._last: datetime | None = None

    def listen(self, now: datetime, *, connected: bool) -> bool:
        """Asked every second: whether the broker answered for long enough without a gap."""
        if self._last is None or now - self._last > _AGAIN or not connected:
            self._since = None  # just started, suspended for a while, or cut off
        self._last = now
        if connected and self._since is None:
            self._since = now
        return self._since is not None and now - self._since >= _SETTLE


class Timers:
    """Looks every second. What it tells is idempotent: a decision of the domain that may be refused."""

    def __init__(self, engine: Engine, *, clock: Clock, trust: Trust) -> None:
        """`trust` is over the read models calls and stations."""
        self._engine, self._clock, self._trust = engine, clock, trust
        self._hearing = Hearing()
        self._told: dict[object, datetime] = {}

    async def run(
        self,
        post: Post,
        inbound: Callable[[str], str],
        *,
        active: Callable[[], bool],
        connected: Callable[[], bool],
    ) -> None:
        """Tell what is due while `active`, for ever; `connected`: whether the broker answers."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                if active():
                    for record in await asyncio.to_thread(self.due, connected=connected()):
                        post(inbound(wire.key_of(record)), wire.encode(record))
            except Exception:
                _log.exception("timers failed")

    def due(self, *, connected: bool) -> list[wire.Inbound]:
        """What has become due, and what was told ten seconds ago and still is."""
        now = self._clock()
        heard = self._hearing.listen(now, connected=connected)
        with self._engine.connect() as connection:
            if not self._trust.holds(connection):
                return []
            found = [*_expired(connection, now), *_unanswered(connection, now)]
            if heard:
                found.extend(_silent(connection, now))
        return self._news(found, now)

    def _news(self, found: list[wire.Inbound], now: datetime) -> list[wire.Inbound]:
        keyed = {_identity(record): record for record in found}
        told = {key: at for key, at in self._told.items() if key in keyed and now - at < _AGAIN}
        news = [record for key, record in keyed.items() if key not in told]
        self._told = dict.fromkeys(keyed, now) | told
        return news

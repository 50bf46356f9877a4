"""Tells the domain what is due, each second: what the sources find, gateways that fell silent."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, or_, select

from domain import topics, wire
from domain.log import Log
from domain.ports import Clock, Outbox
from projections import stations
from projections.occasions import SOURCES, Told
from projections.presence import GATEWAYS
from projections.progress import Trust
from projections.stations import STATIONS

_EVERY = 1.0  # s
_AGAIN = timedelta(seconds=10)  # what was told and is still due is told again
_SETTLE = timedelta(seconds=30)  # two leases: who lives has been heard by then
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
    """Looks every second. What it tells may be told again: the domain decides whether it counts."""

    def __init__(
        self, engine: Engine, log: Log, outbox: Outbox, *, clock: Clock, partitions: int
    ) -> None:
        """The rows of each source are trusted for themselves: a rebuild stops nothing else."""
        self._engine, self._clock = engine, clock
        self._sources = [(source.find, Trust(log, source.models)) for source in SOURCES]
        self._stations = Trust(log, (stations.MODEL,))
        self._outbox, self._partitions = outbox, partitions
        self._hearing = Hearing()
        self._told: dict[str, datetime] = {}

    async def run(self, *, active: Callable[[], bool], connected: Callable[[], bool]) -> None:
        """Tell what is due while `active`, for ever; `connected`: whether the broker answers."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                if active():
                    await self.step(connected=connected())
                else:
                    self._forget()
            except Exception:  # noqa: BLE001 - the next step tries again
                _log.exception("timers failed")

    async def step(self, *, connected: bool) -> None:
        """Tell what has become due, and what was told ten seconds ago and still is."""
        found = await asyncio.to_thread(self._due, connected=connected)
        now = self._clock()
        recent = {id: at for id, at in self._told.items() if id in found and now - at < _AGAIN}
        for id, record in found.items():
            if id not in recent:
                partition = wire.partition_of(wire.key_of(record), self._partitions)
                self._outbox.post(topics.inbound(partition), wire.encode(record))
                recent[id] = now
        self._told = recent

    def _due(self, *, connected: bool) -> dict[str, wire.Inbound]:
        now = self._clock()
        heard = self._hearing.listen(now, connected=connected)
        with self._engine.connect() as connection:
            found = [
                told
                for find, trust in self._sources
                if trust.holds(connection)
                for told in find(connection, now)
            ]
            if self._stations.holds(connection) and heard:
                found.extend(_silent(connection, now))
        return dict(found)

    def _forget(self) -> None:
        for trust in (*(trust for _, trust in self._sources), self._stations):
            trust.forget()


def _silent(connection: Connection, now: datetime) -> Iterator[Told]:
    """The connections of gateways whose lease has lapsed, or that never had one."""
    never = GATEWAYS.c.node.is_(None) & (STATIONS.c.connected_at < now - _SETTLE)
    query = (
        select(STATIONS.c.id, STATIONS.c.connection, STATIONS.c.node)
        .outerjoin(GATEWAYS, GATEWAYS.c.node == STATIONS.c.node)
        .where(STATIONS.c.online, or_(GATEWAYS.c.until < now, never))
    )
    for station, number, node in connection.execute(query):
        lost = wire.Closed(
            station=station, connection=number, node=node, code=_GONE, reason="gateway lost", at=now
        )
        yield f"lost:{station}:{number}", lost

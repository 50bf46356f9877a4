"""Sends the next call to each station that is connected and has none in flight."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Engine

from domain import frames, wire
from domain.ports import Clock, Overloaded, Vault
from projections import outbound
from projections.outbound import Next
from projections.progress import Trust

_POLL = 1.0  # s
_PATIENCE = timedelta(seconds=30)  # then a call nobody told about is given again: see `_Given`
_UNROUTABLE = timedelta(seconds=5)  # then a gateway without queue is tried again

_log = logging.getLogger("ampledger.projections")


class Post(Protocol):
    """Puts an item on a queue, in order, soon; gives it back when there is no such queue.

    Called on the event loop; raises Overloaded when nothing more is taken.
    """

    def __call__(
        self, queue: str, item: bytes, *, unroutable: Callable[[bytes], None] | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Routes:
    """The names of queues."""

    gateway: Callable[[str], str]  # of a node
    inbound: Callable[[str], str]  # of a key


@dataclass(slots=True)
class _Given:
    """A call that was published and is not told of yet.

    Until `until` it is not published again on that connection; after it, the message is taken for
    lost with its queue. Were it not, the gateway knows the id: it writes a call once a connection.
    """

    call: str
    connection: int
    until: datetime


class Dispatcher:
    """One call in flight per station, in the order they were wished for."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        post: Post,
        routes: Routes,
        *,
        clock: Clock,
        trust: Trust,
    ) -> None:
        """`trust` is over the read models calls and stations."""
        self._engine, self._vault, self._clock, self._trust = engine, vault, clock, trust
        self._post, self._routes = post, routes
        self._given: dict[str, _Given] = {}  # by station
        self._stir = asyncio.Event()

    def wake(self) -> None:
        """There may be a call to send; on the event loop."""
        self._stir.set()

    async def run(self, active: Callable[[], bool]) -> None:
        """Dispatch while `active`, for ever."""
        while True:
            try:
                if active():
                    await self.step()
            except Exception:
                _log.exception("dispatching failed")
            await self._rest()

    async def step(self) -> None:
        """Publish what is due and was not published."""
        found = await asyncio.to_thread(self._find)
        if found is None:
            return
        now = self._clock()
        self._given = {
            each.station: given
            for each in found
            if (given := self._given.get(each.station)) and _is_out(given, each, now)
        }
        for each in found:
            if each.station not in self._given:
                await self._send(each, now)

    def _find(self) -> list[Next] | None:
        with self._engine.connect() as connection:
            if not self._trust.holds(connection):
                return None
            return outbound.due(connection, now=self._clock())

    async def _send(self, call: Next, now: datetime) -> None:
        payload = await self._payload(call)
        if payload is None:
            self._give_up(call)
            return
        record = wire.Call(
            station=call.station,
            connection=call.connection,
            call=call.call,
            frame=frames.call(call.call, call.action, payload),
            timeout=float(call.timeout),
        )
        given = _Given(call.call, call.connection, now + _PATIENCE)
        returned = partial(self._returned, given)
        queue = self._routes.gateway(call.node)
        self._post(queue, wire.encode(record), unroutable=returned)
        self._given[call.station] = given

    async def _payload(self, call: Next) -> bytes | None:
        if not call.sealed:
            return call.request.encode()
        return await asyncio.to_thread(self._vault.take, call.call)

    def _give_up(self, call: Next) -> None:
        """Its secret is gone: it must not go out masked, nor hold up the calls behind it."""
        _log.error("sealed payload lost", extra={"station": call.station, "call": call.call})
        given_up = wire.TimedOut(
            station=call.station,
            connection=call.connection,
            call=call.call,
            reason="its sealed payload cannot be read",
            at=self._clock(),
        )
        self._post(self._routes.inbound(call.station), wire.encode(given_up))

    def _returned(self, given: _Given, item: bytes) -> None:
        """The gateway is away, or only its queue: nothing was written, so it may be tried again."""
        given.until = min(given.until, self._clock() + _UNROUTABLE)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL):
                await self._stir.wait()
        except TimeoutError:
            return
        self._stir.clear()


def _is_out(given: _Given, call: Next, now: datetime) -> bool:
    same = (given.call, given.connection) == (call.call, call.connection)
    return same and now < given.until

"""Sends the next call to each station that is connected and has none in flight."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from domain import frames, topics, wire
from domain.ports import Clock, Outbox, Vault
from projections.outbound import CallQueue, Next

_POLL = 1.0  # s
_PATIENCE = timedelta(seconds=30)  # then a call nobody told about is given again: see `_Given`
_UNROUTABLE = timedelta(seconds=5)  # then a gateway without queue is tried again

_log = logging.getLogger("ampledger.projections")


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
        self, calls: CallQueue, outbox: Outbox, vault: Vault, *, clock: Clock, partitions: int
    ) -> None:
        self._calls, self._outbox, self._vault = calls, outbox, vault
        self._clock, self._partitions = clock, partitions
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
                else:
                    self._calls.forget()
            except Exception:  # noqa: BLE001 - the next step tries again
                _log.exception("dispatching failed")
            await self._rest()

    async def step(self) -> None:
        """Publish what is due and was not published."""
        found = await asyncio.to_thread(self._calls.next)
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

    async def _send(self, call: Next, now: datetime) -> None:
        payload = await self._payload(call)
        given = _Given(call.call, call.connection, now + _PATIENCE)
        if payload is None:
            self._give_up(call)
        else:
            self._give(call, payload, given)
        self._given[call.station] = given

    def _give(self, call: Next, payload: bytes, given: _Given) -> None:
        record = wire.Call(
            station=call.station,
            connection=call.connection,
            call=call.call,
            frame=frames.call(call.call, call.action, payload),
            timeout=float(call.timeout),
            after=call.after,
        )
        returned = partial(self._returned, given)
        self._outbox.post(topics.gateway(call.node), wire.encode(record), unroutable=returned)

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
        partition = wire.partition_of(call.station, self._partitions)
        self._outbox.post(topics.inbound(partition), wire.encode(given_up))

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

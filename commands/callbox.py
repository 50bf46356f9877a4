"""Calls to stations: a payload is checked, its secrets are sealed, the call is wished."""

import asyncio
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import msgspec
import orjson

from commands.desk import Declined, Desk
from commands.watch import Watch
from domain.model.operations import RequestCall
from domain.ocpp import reading
from domain.ocpp.action import Outgoing
from domain.ports import Clock, Vault


class UnknownAction(Exception):
    """No action of that name goes from us to a station."""


class Unfit(Exception):
    """The payload is no JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an operator wants sent: the payload as given, JSON."""

    station: str
    action: str
    payload: bytes
    ttl: float  # s it may wait for the station to connect; 0: it must be connected
    timeout: int  # s to wait for the answer
    by: str


class Callbox:
    """Takes orders for calls, and waits for what comes of them."""

    def __init__(
        self,
        desk: Desk,
        vault: Vault,
        done: Watch[str],
        actions: Mapping[str, Outgoing],
        clock: Clock,
    ) -> None:
        """`done` sees the ids of calls that are over."""
        self._desk, self._vault, self._done = desk, vault, done
        self._actions, self._clock = actions, clock

    @property
    def actions(self) -> Mapping[str, Outgoing]:
        """What can be called."""
        return self._actions

    async def request(self, order: Order) -> str:
        """Queue a call; its id.

        Raises UnknownAction, Unfit, reading's Violation, and what Desk.wish raises.
        """
        action = self._actions.get(order.action)
        if action is None:
            raise UnknownAction
        payload = _compact(order.payload)
        reading.check(action.Request, payload)
        masked = _masked(action, payload)
        call = str(uuid4())
        wish = self._wish(order, call, masked or payload, sealed=masked is not None)
        if not wish.sealed:
            await self._desk.wish(wish, by=order.by)
            return call
        await asyncio.to_thread(self._vault.put, call, payload)
        try:
            await self._desk.wish(wish, by=order.by)
        except Declined:
            await asyncio.to_thread(self._vault.forget, call)
            raise
        return call

    async def wait(self, call: str, *, patience: float) -> None:
        """Return when a call is over, or after `patience` seconds."""
        if patience > 0:
            await self._done.until(call, patience=patience)

    def _wish(self, order: Order, call: str, payload: bytes, *, sealed: bool) -> RequestCall:
        return RequestCall(
            station=order.station,
            call=call,
            action=order.action,
            payload=payload.decode(),
            expires_at=self._clock() + timedelta(seconds=order.ttl),
            timeout=order.timeout,
            sealed=sealed,
        )


def _compact(payload: bytes) -> bytes:
    """The payload without white space: order and spelling of its members stay; raises Unfit."""
    try:
        compact = msgspec.json.format(payload or b"{}", indent=-1)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unfit(f"the payload is no JSON: {error}") from None
    if not compact.startswith(b"{"):
        raise Unfit("the payload must be a JSON object")
    return compact


def _masked(action: Outgoing, payload: bytes) -> bytes | None:
    """The payload without its secrets; None when it has none."""
    decoded = orjson.loads(payload)
    masked = action.mask(copy.deepcopy(decoded))
    return None if masked == decoded else orjson.dumps(masked)

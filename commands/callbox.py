"""Calls to stations: a payload is checked, its secrets are put away, the call is wished."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
import orjson

from commands.desk import Declined, Wishing
from commands.strongbox import Strongbox
from commands.watch import Watch
from domain.model.campaign import payload_for
from domain.model.operations import RequestCall
from domain.ocpp import reading
from domain.ocpp.action import Outgoing
from domain.ports import Clock, Overloaded


class UnknownAction(Exception):
    """No action of that name goes from us to a station."""


class Unfit(Exception):
    """The payload is no JSON object, or nothing for many stations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an operator wants sent: the payload as given, JSON."""

    call: str  # a new id
    station: str
    action: str
    payload: bytes
    ttl: float  # s it may wait for the station to connect; 0: it must be connected
    timeout: int  # s to wait for the answer
    by: str
    remark: str = ""  # what was found out about it before


class Callbox:
    """Takes orders for calls, and waits for what comes of them."""

    def __init__(
        self,
        desk: Wishing,
        strongbox: Strongbox,
        done: Watch[str],
        actions: Mapping[str, Outgoing],
        clock: Clock,
    ) -> None:
        """`done` sees the ids of calls that are over."""
        self._desk, self._strongbox, self._done = desk, strongbox, done
        self._actions, self._clock = actions, clock

    def at(self, desk: Wishing) -> "Callbox":
        """The same call box, whose wishes go over another desk, or a window of it."""
        same = copy.copy(self)
        same._desk = desk  # noqa: SLF001 - its own
        return same

    @property
    def actions(self) -> Mapping[str, Outgoing]:
        """What can be called."""
        return self._actions

    async def request(self, order: Order) -> None:
        """Queue a call.

        Raises UnknownAction, Unfit, reading's Violation, Unavailable, and what Desk.wish raises.
        """
        action = self._actions.get(order.action)
        if action is None:
            raise UnknownAction
        payload = _compact(order.payload)
        reading.check(action.Request, payload)
        masked = _masked(action, payload)
        wish = self._wish(order, masked or payload, sealed=masked is not None)
        if action.secret_names:
            await self._entrust(wish, payload, action, by=order.by)
        else:
            await self._desk.wish(wish, by=order.by)

    def common(self, action: str, payload: bytes, *, station: str = "CP1") -> str:
        """A payload for many stations, as it will go on the wire.

        `{station}` is allowed where `domain.model.campaign.payload_for` puts an id: `station` is
        the longest of them. Raises UnknownAction, Unfit, reading's Violation.
        """
        known = self._actions.get(action)
        if known is None:
            raise UnknownAction
        compact = _compact(payload)
        reading.check(known.Request, payload_for(action, compact.decode(), station).encode())
        if _masked(known, compact) is not None:
            raise Unfit("the payload holds a secret: that is for one station, not for many")
        return compact.decode()

    async def wait(self, call: str, *, patience: float) -> None:
        """Return when a call is over, or after `patience` seconds."""
        if patience > 0:
            await self._done.until(call, patience=patience)

    async def _entrust(
        self, wish: RequestCall, payload: bytes, action: Outgoing, *, by: str
    ) -> None:
        """A wish that may still be granted keeps its secrets: housekeeping knows until when."""
        password = action.password(orjson.loads(payload))
        if password is not None:
            credential = await self._strongbox.keep_password(password)
            wish = replace(wish, credential=credential)
        if wish.sealed:
            await self._strongbox.seal(wish.call, payload, expires_at=wish.expires_at)
        try:
            await self._desk.wish(wish, by=by)
        except (Declined, Overloaded):
            await self._strongbox.forget(wish.call)
            await self._strongbox.forget_password(wish.credential)
            raise

    def _wish(self, order: Order, payload: bytes, *, sealed: bool) -> RequestCall:
        return RequestCall(
            station=order.station,
            call=order.call,
            action=order.action,
            payload=payload.decode(),
            expires_at=self._clock() + timedelta(seconds=order.ttl),
            timeout=order.timeout,
            sealed=sealed,
            remark=order.remark,
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
    """The payload without its secrets; None when it has none; raises Unfit.

    Of two members of one name each reader takes another: a secret in the first would not be seen.
    """
    if action.secret_names:
        _refuse_twins(payload)
    decoded = orjson.loads(payload)
    masked = action.mask(copy.deepcopy(decoded))
    return None if masked == decoded else orjson.dumps(masked)


def _refuse_twins(payload: bytes) -> None:
    def unique(members: list[tuple[str, object]]) -> None:
        if len({name for name, _ in members}) < len(members):
            raise Unfit("the payload has two members of one name")

    json.loads(payload, object_pairs_hook=unique)

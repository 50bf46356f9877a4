"""What operators wish: granted as facts, or refused with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import singledispatchmethod
from types import MappingProxyType
from typing import get_args

import msgspec
import orjson

from domain import wire
from domain.handling.message import Handled, put_aside
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.call import Call
from domain.model.meter import Meter
from domain.model.station import Station
from domain.model.token import Token
from domain.model.transaction import Transaction
from domain.scope import Scope

OPERATIONS = MappingProxyType({kind.__name__: kind for kind in get_args(op.Operation)})


@dataclass(frozen=True, slots=True)
class Wishing:
    """One wish, read."""

    record: wire.Wish
    operation: op.Operation | None
    problem: str = ""

    @property
    def needs(self) -> Iterable[str]:
        """What the operation is about."""
        return tuple(_needs(self.operation)) if self.operation else ()

    def decide(self, scope: Scope) -> Handled:
        """Grant it or refuse it; the reply is in the journal like any answer."""
        try:
            result = self._grant(scope)
        except Refused as refusal:
            return self._handled({"refused": refusal.kind, "message": str(refusal)})
        return self._handled({"result": result})

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Whoever wished is told that it went wrong."""
        reply = {"refused": "failed", "message": "the wish could not be handled; it is kept"}
        return put_aside(scope, self._handled(reply), trace)

    def _grant(self, scope: Scope) -> str:
        if self.operation is None:
            raise Refused(self.problem, Refused.INVALID)
        return Granting(scope, self.record.by).grant(self.operation)

    def _handled(self, reply: dict[str, str]) -> Handled:
        record = self.record
        return Handled(record.name, record.id, record.body, orjson.dumps(reply))


def prepare(record: wire.Wish) -> Wishing:
    """Read a wish; one that cannot be read will be refused."""
    kind = OPERATIONS.get(record.name)
    if kind is None:
        return Wishing(record, None, f"there is no operation {record.name}")
    try:
        return Wishing(record, msgspec.json.decode(record.body, type=kind))
    except msgspec.MsgspecError as error:
        return Wishing(record, None, str(error))


def reply(record: wire.Wish, answer: bytes, position: int) -> wire.Reply:
    """The recorded answer of a wish, for whoever waits."""
    return wire.Reply(wish=record.id, position=position, **orjson.loads(answer))


def _needs(operation: op.Operation) -> Iterable[str]:
    if isinstance(operation, op.IssueToken | op.WithdrawToken):
        yield Token.id_of(operation.id_tag)
        return
    yield Station.id_of(operation.station)
    if isinstance(operation, op.RequestCall | op.CancelCall):
        yield Call.id_of(operation.call)
    if isinstance(operation, op.CloseTransaction):
        yield Transaction.id_of(operation.transaction)


class Granting:
    """The operations, one method each; each returns what it made, e.g. the id of a call."""

    def __init__(self, scope: Scope, by: str) -> None:
        self._scope, self._by = scope, by

    @singledispatchmethod
    def grant(self, operation: op.Operation) -> str:
        """Grant an operation; raises Refused."""
        raise NotImplementedError(type(operation).__name__)

    @grant.register
    def _(self, wish: op.RegisterStation) -> str:
        station, profile = self._scope.station(), wish.profile
        if station is None:
            made = Station.register(wish.station, profile, by=self._by, at=self._scope.at)
            self._scope.add(made)
            return wish.station
        if wish.keep_credential and station.registered:
            profile = replace(profile, credential=station.credential)
        station.configure(profile, by=self._by, at=self._scope.at)
        return wish.station

    @grant.register
    def _(self, wish: op.RemoveStation) -> str:
        station = self._registered()
        if station.online:
            self._hang_up(station, "removed by an operator")
        station.remove(by=self._by, at=self._scope.at)
        return wish.station

    @grant.register
    def _(self, wish: op.DisconnectStation) -> str:
        station = self._registered()
        station.wish_disconnect(by=self._by, at=self._scope.at)
        self._hang_up(station, "disconnected by an operator")
        return wish.station

    @grant.register
    def _(self, wish: op.IssueToken) -> str:
        token, at = self._scope.token(wish.id_tag), self._scope.at
        if token is None:
            self._scope.add(Token.issue(wish.id_tag, wish.permit, by=self._by, at=at))
        else:
            token.permit(wish.permit, by=self._by, at=at)
        return wish.id_tag

    @grant.register
    def _(self, wish: op.WithdrawToken) -> str:
        token = self._scope.token(wish.id_tag)
        if token is None:
            raise Refused("this token is not known", Refused.NOT_FOUND)
        token.withdraw(by=self._by, at=self._scope.at)
        return wish.id_tag

    @grant.register
    def _(self, wish: op.RequestCall) -> str:
        station = self._registered()
        if not station.online and wish.expires_at <= self._scope.at:
            raise Refused("the station is not connected", Refused.NOT_CONNECTED)
        self._scope.add(
            Call.request(
                wish.call,
                station=wish.station,
                protocol=station.protocol,
                action=wish.action,
                payload=wish.payload,
                by=self._by,
                expires_at=wish.expires_at,
                timeout=wish.timeout,
                sealed=wish.sealed,
                at=self._scope.at,
            )
        )
        return wish.call

    @grant.register
    def _(self, wish: op.CancelCall) -> str:
        call = self._scope.call(wish.call)
        if call is None or call.station != wish.station:
            raise Refused("there is no such call", Refused.NOT_FOUND)
        call.cancel(by=self._by, at=self._scope.at)
        return wish.call

    @grant.register
    def _(self, wish: op.CloseTransaction) -> str:
        transaction = self._scope.transaction(wish.transaction)
        if transaction is None or transaction.station != wish.station:
            raise Refused("there is no such transaction", Refused.NOT_FOUND)
        reading = self._scope.meter(Meter.of_transaction(wish.transaction)).register_wh
        at = self._scope.at
        transaction.close(reason=wish.reason, by=self._by, meter_wh=reading, at=at)
        self._scope.connector(transaction.connector).free(transaction.number, at=at)
        if token := self._scope.token(transaction.id_tag):
            token.release(transaction.number, at=at)
        return str(wish.transaction)

    def _registered(self) -> Station:
        station = self._scope.station()
        if station is None or not station.registered:
            raise Refused("this station is not registered", Refused.NOT_FOUND)
        return station

    def _hang_up(self, station: Station, reason: str) -> None:
        record = wire.Disconnect(
            station=self._scope.station_id, connection=station.connection, reason=reason
        )
        self._scope.to_gateways.append((station.node, record))

"""StartTransaction (OCPP 1.6 section 4.8): a station has started to charge."""

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType

from domain.model.connector import Connector
from domain.model.meter import Meter
from domain.model.numbering import Numbering
from domain.model.reservation import Reservation
from domain.model.token import Token, judge
from domain.model.transaction import Start, Transaction
from domain.model.values import Standing, Verdict, folded
from domain.ocpp import charging, reserving, times
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import IdTagInfo, Integer, Record, Text20, Time, id_tag_info
from domain.scope import Scope


class StartTransaction(Incoming):
    """It has happened: it is recorded and numbered whatever is thought of the token (rule T1).

    A repeat, whenever and wherever it comes, is answered as the first was (T9).
    """

    transactional = True
    defaults = MappingProxyType({"connectorId": 0, "idTag": "", "meterStart": 0, "timestamp": None})

    class Request(Record, kw_only=True):
        """6.45."""

        connectorId: Integer
        idTag: Text20
        meterStart: Integer
        reservationId: Integer | None = None
        timestamp: Time | None

    class Response(Record):
        """6.46."""

        idTagInfo: IdTagInfo
        transactionId: Integer

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The token, the connector, and the number this start may have been given before."""
        yield Token.id_of(request.idTag)
        yield Connector.id_of(station, request.connectorId)
        if request.reservationId is not None:
            yield Reservation.id_of(station, request.reservationId)
        if request.timestamp is not None:
            yield Numbering.id_of(_start(station, request, request.timestamp))

    def decide(self, request: Request, scope: Scope) -> Response:
        """Record the start, or find the one it repeats; tell its number and verdict."""
        if request.connectorId <= 0:
            scope.deviate("connectorId is not positive")
        start = _start(scope.station_id, request, request.timestamp or scope.at)
        transaction = _numbered(start, scope)
        if transaction is None and request.timestamp is None:
            transaction = _repeated_without_time(start, scope)
        transaction = transaction or _record(start, scope)
        return self.Response(
            idTagInfo=id_tag_info(transaction.verdict), transactionId=transaction.number
        )


def _start(station: str, request: StartTransaction.Request, started_at: datetime) -> Start:
    return Start(
        station=station,
        connector=request.connectorId,
        id_tag=request.idTag,
        meter_wh=request.meterStart,
        started_at=started_at,
        reservation=request.reservationId,
    )


def _numbered(start: Start, scope: Scope) -> Transaction | None:
    numbering = scope.numbering(start)
    return scope.transaction(numbering.number) if numbering else None


def _repeated_without_time(start: Start, scope: Scope) -> Transaction | None:
    """Without a time, same token and same meter on the connector make it the open transaction."""
    here = _open_at(start.connector, scope)
    if here is None or here.meter_start_wh != start.meter_wh:
        return None
    return here if folded(here.id_tag) == folded(start.id_tag) else None


def _record(start: Start, scope: Scope) -> Transaction:
    number, at = scope.take_number(), scope.at
    scope.add(Numbering.give(start, number, at=at))
    transaction = scope.add(Transaction.start(number, start, at=at))
    token = scope.token(start.id_tag)
    if start.connector > 0:
        welcome = judge(token, at).standing is Standing.ACCEPTED
        _occupy(start, transaction, welcome=welcome, scope=scope)
    verdict = token.judge_start(number, at) if token else Verdict(Standing.INVALID)
    transaction.judge(verdict, at=at)
    if token and verdict.standing is Standing.ACCEPTED:
        token.use(number, at=at)
    _use_reservation(start, transaction, scope)
    charging.started(start, number, scope)
    return transaction


def _use_reservation(start: Start, transaction: Transaction, scope: Scope) -> None:
    if start.reservation is not None:
        reserving.use(
            start.reservation,
            transaction=transaction.number,
            id_tag=start.id_tag,
            began=times.credible(start.started_at, scope.at),
            scope=scope,
        )


def _occupy(start: Start, transaction: Transaction, *, welcome: bool, scope: Scope) -> None:
    """Take the connector, and close who is still there: its station has forgotten it (rule T13).

    A start delivered late (T11) and one that is refused leave a running transaction alone.
    """
    connector = scope.connector(start.connector)
    here = _open_at(start.connector, scope)
    aside = here is not None and (not welcome or _is_older(start, here, scope.at))
    if not aside:
        for number in tuple(connector.transactions):
            if stale := scope.transaction(number):
                _supersede(stale, transaction, scope)
            connector.free(number, at=scope.at)
    connector.take(transaction.number, current=not aside, at=scope.at)


def _open_at(connector: int, scope: Scope) -> Transaction | None:
    if connector <= 0:
        return None
    number = scope.connector(connector).transaction
    here = scope.transaction(number) if number else None
    return here if here and here.open else None


def _is_older(start: Start, here: Transaction, received: datetime) -> bool:
    started = times.credible(start.started_at, received)
    return started < times.credible(here.started_at, here.created_on)


def _supersede(stale: Transaction, by: Transaction, scope: Scope) -> None:
    if not stale.open:
        return
    reading = scope.meter(Meter.of_transaction(stale.number)).register_wh
    stale.close(reason="superseded", by=f"transaction {by.number}", meter_wh=reading, at=scope.at)
    if token := scope.token(stale.id_tag):
        token.release(stale.number, at=scope.at)
    charging.ended(stale.number, scope)

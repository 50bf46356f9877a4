"""Wishes about what was put aside: a person decides, and the record follows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain import frames as wire_frames
from domain.handling.grants import again
from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import case_operations as op
from domain.model.aggregate import Refused
from domain.model.end import End
from domain.model.meter import Meter
from domain.model.quarantine import Decided, Kind, Quarantine, Ruling
from domain.model.station import Station
from domain.model.transaction import Transaction
from domain.ocpp import ending
from domain.scope import Scope

_KNOWS_BETTER = (Ruling.ASSIGN, Ruling.ACCEPT)  # where an operator may say meter and energy


def _needs(wish: op.ResolveCase | op.ReopenCase) -> Iterable[str]:
    yield Station.id_of(wish.station)
    yield wish.case
    if isinstance(wish, op.ResolveCase) and wish.transaction:
        yield Transaction.id_of(wish.transaction)
        yield Meter.of_transaction(wish.transaction)


def _resolve(wish: op.ResolveCase, asking: Asking) -> str:
    case = _case(wish, asking.scope)
    case.admit(wish.ruling)
    corrects = wish.meter_wh is not None or wish.energy_wh is not None
    if corrects and wish.ruling not in _KNOWS_BETTER:
        raise Refused(f"{wish.ruling} corrects nothing: say no meter, no energy", Refused.INVALID)
    transaction = _EFFECTS[wish.ruling](wish, case, asking)
    decided = Decided(ruling=wish.ruling, note=wish.note, by=asking.by, transaction=transaction)
    case.resolve(decided, at=asking.scope.at)
    return str(transaction or "")


def _reopen(wish: op.ReopenCase, asking: Asking) -> str:
    scope, case = asking.scope, _case(wish, asking.scope)
    if case.open:
        raise Refused("this case is open")
    transaction = (
        scope.transaction(case.resolved_transaction) if case.resolved_transaction else None
    )
    if transaction and any(each == case.id for each, _ in transaction.corrected):
        register = scope.meter(Meter.of_transaction(transaction.number)).register_wh
        transaction.restore(case=case.id, by=asking.by, register_wh=register, at=scope.at)
    case.reopen(note=wish.note, by=asking.by, at=scope.at)
    return str(case.resolved_transaction or "")


def _case(wish: op.ResolveCase | op.ReopenCase, scope: Scope) -> Quarantine:
    case = scope.find(Quarantine, wish.case)
    if case is None or case.station != wish.station:
        raise Refused("there is no such case", Refused.NOT_FOUND)
    return case


def _assign(wish: op.ResolveCase, case: Quarantine, asking: Asking) -> int:
    transaction = _own(wish.transaction, asking.scope)
    if case.kind is Kind.ORPHAN_STOP:
        _assign_stop(transaction, wish, case, asking)
    else:
        _assign_values(transaction, wish, case, asking)
    return transaction.number


def _accept(wish: op.ResolveCase, case: Quarantine, asking: Asking) -> int:
    """What the station said last is how it ended."""
    transaction = _own(case.claim.transaction or 0, asking.scope)
    end = _stopped(transaction, wish, case)
    transaction.correct(end, case=case.id, by=asking.by, at=asking.scope.at)
    return transaction.number


def _decide_again(wish: op.ResolveCase, case: Quarantine, asking: Asking) -> int:
    if wish.record is None:
        raise Refused("the journal has this record no more: it can only be dismissed")
    frame = case.frame if case.kind is Kind.FAILED else ""
    answer = again.decide(wish.record, asking, frame=frame)
    refusal = wire_frames.parse(answer)
    if isinstance(refusal, wire_frames.CallError):
        raise Refused(f"it is refused: {refusal.code} {refusal.description}".rstrip())
    return 0


def _leave(_wish: op.ResolveCase, _case: Quarantine, _asking: Asking) -> int:
    return 0


_EFFECTS: Mapping[Ruling, Callable[[op.ResolveCase, Quarantine, Asking], int]] = MappingProxyType(
    {
        Ruling.ASSIGN: _assign,
        Ruling.ACCEPT: _accept,
        Ruling.REJECT: _leave,
        Ruling.AGAIN: _decide_again,
        Ruling.DISMISS: _leave,
    }
)


def _own(number: int, scope: Scope) -> Transaction:
    transaction = scope.transaction(number) if number > 0 else None
    if transaction is None or transaction.station != scope.station_id:
        raise Refused(f"this station has no transaction {number}", Refused.NOT_FOUND)
    return transaction


def _assign_stop(
    transaction: Transaction, wish: op.ResolveCase, case: Quarantine, asking: Asking
) -> None:
    if transaction.state == "stopped":
        raise Refused(f"transaction {transaction.number} is stopped: its first stop stands")
    end = _stopped(transaction, wish, case)
    _give(wish.readings, transaction, asking.scope)
    transaction.correct(end, case=case.id, by=asking.by, at=asking.scope.at)
    ending.release(transaction, asking.scope)


def _assign_values(
    transaction: Transaction, wish: op.ResolveCase, case: Quarantine, asking: Asking
) -> None:
    """Its own move its end; those of another one move it unless its station said when it was."""
    is_own = transaction.number == case.claim.transaction
    if not (is_own or wish.readings):
        raise Refused("there are no readings on record that could be given to it")
    end = (
        _moved(transaction, wish, asking.scope) if is_own or transaction.state == "closed" else None
    )
    if not is_own:
        _give(wish.readings, transaction, asking.scope)
    if end:
        transaction.correct(end, case=case.id, by=asking.by, at=asking.scope.at)


def _moved(transaction: Transaction, wish: op.ResolveCase, scope: Scope) -> End | None:
    """The end as of the last reading; None while there is none."""
    if transaction.end is None:
        return None
    meter = scope.meter(Meter.of_transaction(transaction.number))
    register, sampled_at = meter.register_wh, meter.recent[-1][0] if meter.recent else None
    for each in wish.readings:
        register = register if each.register_wh is None else each.register_wh
        sampled_at = each.sampled_at
    register = register if wish.meter_wh is None else wish.meter_wh
    return replace(
        transaction.end,
        meter_wh=register,
        ended_at=sampled_at or transaction.end.ended_at,
        energy_wh=_energy(transaction, register, wish),
    )


def _stopped(transaction: Transaction, wish: op.ResolveCase, case: Quarantine) -> End:
    """The end as a stop says, but for what the operator knows better."""
    claim, known = case.claim, transaction.end
    meter = claim.meter_wh if wish.meter_wh is None else wish.meter_wh
    return End(
        state="stopped",
        meter_wh=meter,
        ended_at=claim.happened_at or (known.ended_at if known else case.created_on),
        energy_wh=_energy(transaction, meter, wish),
        reason=claim.stop_reason,
        id_tag=claim.id_tag,
    )


def _energy(transaction: Transaction, meter_wh: int | None, wish: op.ResolveCase) -> int:
    if wish.energy_wh is not None:
        return wish.energy_wh
    if meter_wh is None:
        raise Refused(
            "no reading of the meter is known: say meter_wh or energy_wh", Refused.INVALID
        )
    energy = transaction.energy(meter_wh)
    if energy is None:
        start = transaction.meter_start_wh
        told = f"{meter_wh} Wh is less than {start} Wh at the start: say meter_wh or energy_wh"
        raise Refused(told, Refused.INVALID)
    return energy


def _give(readings: Iterable[op.LateReading], transaction: Transaction, scope: Scope) -> None:
    meter = scope.meter(Meter.of_transaction(transaction.number))
    for each in readings:
        meter.read(
            each.samples,
            station=scope.station_id,
            connector=each.connector,
            transaction=each.transaction,
            sampled_at=each.sampled_at,
            register_wh=each.register_wh,
            source=each.source,
            at=scope.at,
        )


def _keep(wish: op.KeepPoison, asking: Asking) -> str:
    scope, record = asking.scope, wish.record
    reason = "the broker gave it up" if record else "it is no record"
    detail = f"{record.kind} {record.key}" if record else ""
    scope.quarantine(Kind.POISON, reason, subject=f"message {wish.digest}", detail=detail)
    return wish.digest


def _needs_nothing(_wish: op.KeepPoison) -> Iterable[str]:
    return ()


GRANTS: Grants = MappingProxyType(
    {
        op.ResolveCase: Grant(_needs, _resolve),
        op.ReopenCase: Grant(_needs, _reopen),
        op.KeepPoison: Grant(_needs_nothing, _keep),
    }
)

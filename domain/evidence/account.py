"""What the rows of a transaction come to: made when a proof is, and again when it is checked."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import singledispatch
from typing import Any

from domain import wire
from domain.evidence.bundle import (
    Account,
    Clock,
    Deed,
    Sample,
    Signed,
    Summary,
    Taken,
)
from domain.evidence.derivation import derive
from domain.evidence.rows import Rows
from domain.evidence.said import Record, Said, opened
from domain.evidence.signed_values import PublicKey, judge
from domain.journal import Unrevivable, revive
from domain.model.aggregate import Fact
from domain.model.meter import Meter
from domain.model.quarantine import Quarantine
from domain.model.transaction import Transaction
from domain.ocpp import times
from domain.ocpp.v16 import metering
from domain.ocpp.v16.types import SampledValue

_MILLISECOND = timedelta(milliseconds=1)
_SIGNED = "SignedData"
_ENERGY = "Energy.Active"
_STREAMS = Transaction.id_of(0).removesuffix("0")


class NoTransaction(Exception):
    """The rows hold no start of a transaction."""


def account(rows: Rows, keys: Sequence[PublicKey]) -> Account:
    """All that the rows say. Raises NoTransaction, and what `opened` raises."""
    record = _own(opened(rows))
    readings = tuple(_readings(record))
    derivation = derive(record, readings)
    return Account(
        transaction=_summary(record, derivation.recorded_wh),
        derivation=derivation,
        readings=readings,
        clock=tuple(_clock(record)),
        signed_values=tuple(_signed(record, keys)),
        deeds=tuple(_deeds(record)),
    )


def _own(record: Record) -> Record:
    """Without frames of other transactions, genuine as they may be: they prove nothing of this one.

    Raises NoTransaction, ValueError when there are several.
    """
    started = [each.fact for each in record.told if isinstance(each.fact, Transaction.Started)]
    if not started:
        raise NoTransaction
    number = started[0].number
    streams = {each.fact.originator_id for each in record.told}
    if {each for each in streams if each.startswith(_STREAMS)} != {Transaction.id_of(number)}:
        raise ValueError("there are facts of several transactions")
    causes = set(_causes(record, number))
    said = (each for each in record.said if each.names(number) or each.key in causes)
    return replace(record, said=tuple(said))


def _causes(record: Record, number: int) -> Iterator[tuple[str, str]]:
    """What led to facts of a transaction, and to the cases that it was corrected by."""
    ours = {Transaction.id_of(number), Meter.of_transaction(number)}
    ours |= {each.fact.case for each in record.told if isinstance(each.fact, Transaction.Corrected)}
    for each in record.told:
        if each.fact.originator_id in ours:
            yield each.cause
            if isinstance(each.fact, Quarantine.Kept):
                yield each.cause[0], each.fact.frame


def _summary(record: Record, energy_wh: int | None) -> Summary:
    """The facts of the transaction, one after the other."""
    told: dict[str, Any] = {}
    for each in record.told:
        told |= _told(each.fact)
    return Summary(**told, energy_wh=energy_wh)


@singledispatch
def _told(_fact: Fact) -> dict[str, Any]:
    """Other facts change nothing."""
    return {}


@_told.register
def _(fact: Transaction.Started) -> dict[str, Any]:
    return {
        "number": fact.number,
        "station": fact.station,
        "connector": fact.connector,
        "id_tag": fact.id_tag,
        "state": "open",
        "started_at": fact.started_at,
        "start_received_at": fact.timestamp,
        "meter_start_wh": fact.meter_start_wh,
    }


@_told.register
def _(fact: Transaction.Stopped) -> dict[str, Any]:
    return {
        "state": "stopped",
        "stopped_at": fact.stopped_at,
        "stop_received_at": fact.timestamp,
        "stop_reason": fact.reason,
        "stop_id_tag": fact.id_tag,
        "meter_stop_wh": fact.meter_stop_wh,
    }


@_told.register
def _(fact: Transaction.Closed) -> dict[str, Any]:
    closing = {"closed_by": fact.by, "closed_reason": fact.reason}
    return {"state": "closed", "meter_stop_wh": fact.meter_wh, **closing}


@_told.register
def _(fact: Transaction.Corrected) -> dict[str, Any]:
    return {
        "state": fact.state,
        "stopped_at": fact.ended_at,
        "stop_reason": fact.reason,
        "stop_id_tag": fact.id_tag,
        "meter_stop_wh": fact.meter_wh,
        "corrected_by": fact.by,
    }


def _readings(record: Record) -> Iterator[Taken]:
    """Meter values, each once: stations repeat what they had no answer to."""
    seen = set()
    for said in record.said:
        for value in said.values:
            samples = metering.samples_of(value)
            this = (value.timestamp, bytes(value.sampledValue))
            if samples and this not in seen:
                seen.add(this)
                yield Taken(
                    journal=said.position,
                    action=said.entry.action,
                    at=value.timestamp,
                    register_wh=metering.register_of(samples),
                    samples=tuple(map(_sample, samples)),
                )


def _sample(value: SampledValue) -> Sample:
    usual = "Wh" if value.measurand.startswith(_ENERGY) else ""
    is_signed = value.format == _SIGNED
    return Sample(
        value="signed" if is_signed else value.value,
        unit="" if is_signed else value.unit or usual,
        measurand=value.measurand,
        context=value.context,
        phase=value.phase or "",
        location=value.location,
        signed=is_signed,
    )


def _signed(record: Record, keys: Sequence[PublicKey]) -> Iterator[Signed]:
    seen = set()
    for said in record.said:
        for value in said.values:
            for sample in metering.samples_of(value):
                if sample.format == _SIGNED and sample.value not in seen:
                    seen.add(sample.value)
                    yield Signed(
                        journal=said.position,
                        at=value.timestamp,
                        context=sample.context,
                        value=sample.value,
                        judgement=judge(sample.value, keys),
                    )


def _clock(record: Record) -> Iterator[Clock]:
    for said in record.said:
        if said.request is not None:
            moment, received = said.moment, said.entry.received_at
            told = moment is not None and times.plausible(moment)
            yield Clock(
                journal=said.position,
                action=said.entry.action,
                said=moment,
                received_at=received,
                behind_ms=(received - moment) // _MILLISECOND if moment and told else None,
            )


def _deeds(record: Record) -> Iterator[Deed]:
    for said in record.said:
        wish = _wish(said)
        if wish is not None:
            yield Deed(
                journal=said.position,
                at=said.entry.received_at,
                by=wish.by,
                name=wish.name,
                body=_body(wish),
            )


def _wish(said: Said) -> wire.Wish | None:
    if said.entry.kind != "wish":
        return None
    try:
        record = revive(said.entry)
    except (Unrevivable, ValueError):  # of an earlier release
        body = said.entry.payload
        return wire.Wish(
            id=said.entry.key,
            key=said.entry.station,
            name=said.entry.action,
            body=body,
            by="",
            at=said.entry.received_at,
        )
    return record if isinstance(record, wire.Wish) else None


def _body(wish: wire.Wish) -> str:
    """What was wished, but for what the proof says anyway."""
    try:
        members = json.loads(wish.body)
    except ValueError:
        return wish.body.decode(errors="replace")
    if not isinstance(members, dict):
        return str(members)
    return ", ".join(
        f"{name}: {value}" for name, value in members.items() if value not in ("", None)
    )

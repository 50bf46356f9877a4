"""Meter values of OCPP 1.6 become readings: shared by MeterValues and StopTransaction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from msgspec import Raw

from domain.model.meter import Meter
from domain.ocpp import reading
from domain.ocpp.errors import Violation
from domain.ocpp.v16.types import LARGEST, MeterValue, SampledValue, SampledValues
from domain.scope import Scope

NO_SAMPLES = Raw(b"[]")
_PER_UNIT = MappingProxyType({None: 1, "Wh": 1, "kWh": 1000})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where readings come from, as the station claims."""

    connector: int
    transaction: int | None
    source: str  # the action


@dataclass(frozen=True, slots=True)
class _Reading:
    sampled_at: datetime
    samples: str
    register_wh: int | None


def record(
    values: Sequence[MeterValue], meter: Meter, origin: Origin, scope: Scope
) -> datetime | None:
    """Put readings into a log, but for those it has; when the last was taken."""
    readings = [found for value in values if (found := _read(value, scope))]
    for each in readings:
        meter.read(
            each.samples,
            station=scope.station_id,
            connector=origin.connector,
            transaction=origin.transaction,
            sampled_at=each.sampled_at,
            register_wh=each.register_wh,
            source=origin.source,
            at=scope.at,
        )
    return readings[-1].sampled_at if readings else None


def _read(value: MeterValue, scope: Scope) -> _Reading | None:
    samples, text = _samples(value.sampledValue, scope)
    if not samples:
        return None
    return _Reading(value.timestamp or scope.at, text, register_of(samples))


def samples_of(value: MeterValue) -> tuple[SampledValue, ...]:
    """The samples of a moment, as far as they can be understood."""
    try:
        return reading.read(SampledValues, value.sampledValue)[0]
    except Violation:
        return ()


def register_of(samples: Sequence[SampledValue]) -> int | None:
    """What the outlet's meter shows, in Wh; None when no sample tells it."""
    registers = [wh for sample in samples if (wh := _register_wh(sample)) is not None]
    return registers[-1] if registers else None


def _samples(raw: Raw, scope: Scope) -> tuple[tuple[SampledValue, ...], str]:
    """The samples, and their text: as sent if it conforms, else what could be understood."""
    try:
        samples, deviations = reading.read(SampledValues, raw, path="meterValue.sampledValue")
    except Violation as violation:
        scope.deviate(violation.description)
        return (), ""
    if not deviations:
        return samples, bytes(raw).decode()
    scope.deviations.extend(deviations)
    return samples, f"[{','.join(reading.write(sample).decode() for sample in samples)}]"


def _register_wh(sample: SampledValue) -> int | None:
    """What the outlet's meter shows, all phases together, in Wh; None for any other value."""
    total = (
        sample.measurand == "Energy.Active.Import.Register"
        and sample.phase is None
        and sample.location == "Outlet"
        and sample.format == "Raw"
    )
    factor = _PER_UNIT.get(sample.unit) if total else None
    return None if factor is None else _wh(sample.value, factor)


def _wh(text: str, factor: int) -> int | None:
    try:
        wh = float(text) * factor
    except ValueError:
        return None
    return round(wh) if math.isfinite(wh) and abs(wh) <= LARGEST else None

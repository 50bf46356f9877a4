"""Events of meters: readings as they came, without what only a billing proof may hold."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from domain.model.meter import Meter
from projections.events import members
from projections.events.public import About, Data, public

_SIGNED = "SignedData"
_NUMBER = re.compile(r"\s*[+-]?[0-9]{0,20}[.,]?[0-9]{0,20}([eE][+-]?[0-9]{1,3})?\s*")


class Sample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A SampledValue of OCPP 1.6 section 7.43; what the station did not say is not there."""

    value: str = ""
    measurand: str = ""
    phase: str = ""
    location: str = ""
    unit: str = ""
    context: str = ""


_NAMES = frozenset(Sample.__struct_fields__)


class MeterRead(Data):
    """A reading of one moment."""

    connector: members.Connector
    transaction: Annotated[int | None, Meta(description="as the station says; null: none")]
    sampled_at: Annotated[members.Time, Meta(description="by the station's clock")]
    register_wh: Annotated[int | None, Meta(description="Energy.Active.Import.Register, Wh")]
    samples: tuple[Sample, ...]
    signed: Annotated[
        int,
        Meta(
            description="signed values that came with it; they may name the token, and are not"
            " told: see the proof of the transaction"
        ),
    ]


def _about(fact: Meter.Read, _: str) -> About:
    if fact.transaction is None:
        return About(f"connector/{fact.station}/{fact.connector}", fact.station)
    return About(f"transaction/{fact.transaction}", fact.station)


def _samples(fact: Meter.Read) -> tuple[Sample, ...]:
    sampled = msgspec.json.decode(fact.samples, type=list[dict[str, Any]])
    return tuple(_sample(each) for each in sampled if _is_plain(each))


def _is_plain(sampled: dict[str, Any]) -> bool:
    """A number, and nothing else: stations send signed values under other names, too."""
    return sampled.get("format") != _SIGNED and bool(
        _NUMBER.fullmatch(str(sampled.get("value", "")))
    )


def _sample(sampled: dict[str, Any]) -> Sample:
    """Some stations send numbers where text should be."""
    known = {name: str(told) for name, told in sampled.items() if name in _NAMES}
    return Sample(**known)


def _signed(fact: Meter.Read) -> int:
    sampled = msgspec.json.decode(fact.samples, type=list[dict[str, Any]])
    return sum(not _is_plain(each) for each in sampled)


PUBLIC = (public("meter.read.v1", Meter.Read, MeterRead, _about, samples=_samples, signed=_signed),)

"""Payloads ⇄ records: one strict decode; only what fails that is read with patience."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from domain.ocpp import times
from domain.ocpp.errors import Violation
from domain.ocpp.patience import Patience

R = TypeVar("R")
Payload = bytes | msgspec.Raw

_NONE: Mapping[str, object] = MappingProxyType({})
_MOST_DEVIATIONS = 20  # of one message: what else is wrong with it teaches nothing new
_encoder = msgspec.json.Encoder()


def read(
    record_type: type[R],
    payload: Payload,
    *,
    defaults: Mapping[str, object] = _NONE,
    path: str = "",
) -> tuple[R, tuple[str, ...]]:
    """The record, and what the payload departs from the specification in (rules R7, R13-R16).

    `defaults` fill what is required and lacking, by member name, at any depth. `path` is where the
    payload stands when it is but a part.
    Raises Violation when nothing fills it, and nothing else, whatever the payload.
    """
    shape, text = _shape(record_type), bytes(payload)
    record = _strict(shape, text)
    if record is not None:
        return record, ()
    patience = Patience(defaults)
    record = patience.read(shape.node, text, path)
    deviations = dict.fromkeys(fault.text for fault in patience.faults)
    return record, tuple(deviations)[:_MOST_DEVIATIONS]


def check(record_type: type[Any], payload: Payload) -> None:
    """Make sure that a payload we are to send is exactly as specified.

    Raises Violation; its description names the member, e.g. "chargingProfile.id is missing".
    """
    shape, text = _shape(record_type), bytes(payload)
    patience = Patience(_NONE)
    patience.read(shape.node, text)
    for fault in patience.faults:
        if fault.code:
            raise Violation(fault.code, fault.text)
    try:
        shape.decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise Violation(Violation.PROPERTY, str(error)) from error


def write(record: msgspec.Struct) -> bytes:
    """Compact JSON in the order of the specification; what is None is left out."""
    if not _shape(type(record)).times:
        return _encoder.encode(record)
    plain = msgspec.to_builtins(record, builtin_types=(datetime, msgspec.Raw))
    return _encoder.encode(_timed(plain))


@dataclass(frozen=True, slots=True)
class _Times:
    """Where the times of a record are."""

    names: tuple[str, ...]
    nested: tuple[tuple[str, "_Times"], ...]

    def __bool__(self) -> bool:
        return bool(self.names or self.nested)

    def settle(self, record: object) -> bool:
        """Bring all into UTC; False when one is not plausible, which must be told."""
        for name in self.names:
            moment = getattr(record, name)
            if moment is not None and not times.plausible(moment):
                return False
            if moment is not None and moment.tzinfo is not UTC:
                setattr(record, name, moment.astimezone(UTC))
        return all(
            inner.settle(item) for name, inner in self.nested for item in _items(record, name)
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is known of a type of record before any payload is seen."""

    node: inspect.Type
    decoder: msgspec.json.Decoder[Any]
    times: _Times


def _shape(record_type: Any) -> _Shape:  # noqa: ANN401 - any type of msgspec's
    return _measured(record_type)


@lru_cache(maxsize=256)
def _measured(record_type: Any) -> _Shape:  # noqa: ANN401 - any type of msgspec's
    node = inspect.type_info(record_type)
    return _Shape(node, msgspec.json.Decoder(record_type), _times_in(node))


def _strict(shape: _Shape, text: bytes) -> Any:  # noqa: ANN401 - of the shape's type
    """The record, or None when it takes patience: null is no value, U+0000 cannot be stored."""
    if b"null" in text or b"\\u0000" in text:
        return None
    try:
        record = shape.decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return record if not shape.times or shape.times.settle(record) else None


def _times_in(node: inspect.Type) -> _Times:
    if isinstance(node, inspect.VarTupleType):
        node = node.item_type
    if not isinstance(node, inspect.StructType):
        return _Times((), ())
    kinds = [(field.name, _present(field.type)) for field in node.fields]
    inner = ((name, _times_in(kind)) for name, kind in kinds)
    return _Times(
        tuple(name for name, kind in kinds if isinstance(kind, inspect.DateTimeType)),
        tuple((name, found) for name, found in inner if found),
    )


def _present(node: inspect.Type) -> inspect.Type:
    """The type of an optional member when it is there."""
    if isinstance(node, inspect.UnionType):
        return next(kind for kind in node.types if not isinstance(kind, inspect.NoneType))
    return node


def _items(record: object, name: str) -> tuple[object, ...]:
    value = getattr(record, name)
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _timed(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, datetime):
        return times.write(value)
    if isinstance(value, dict):
        return {name: _timed(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_timed(item) for item in value]
    return value

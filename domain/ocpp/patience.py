"""Reading what leaves the specification: what can be understood is, and every fault is told."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from functools import singledispatchmethod
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from domain.ocpp import times
from domain.ocpp.errors import Violation

T = TypeVar("T")

_KINDS = MappingProxyType(
    {ord("{"): "object", ord("["): "list", ord('"'): "string", ord("n"): "null"}
    | dict.fromkeys(b"tf", "boolean")
    | dict.fromkeys(b"-0123456789", "number")
)
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BOOLEANS = MappingProxyType({"true": True, "1": True, "false": False, "0": False})
_EXCESS = 25  # a text longer than so many times what is allowed is cut: it may become a key
_LARGEST = 2**53 - 1  # what JSON numbers can carry exactly (RFC 8259 section 6)

_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_texts = msgspec.json.Decoder(str)


class Fault(NamedTuple):
    """What was read in spite of. `code` is "" when the specification has nothing against it."""

    code: str
    text: str


class Patience:
    """One payload's reading. Values stay raw JSON until their type is known."""

    def __init__(self, defaults: Mapping[str, object]) -> None:
        self.faults: list[Fault] = []
        self._defaults = defaults

    def read(self, node: inspect.Type, payload: bytes, path: str = "") -> Any:  # noqa: ANN401 - of the node's type
        """The value of that type; raises Violation when required members cannot be had."""
        raw = self._utf8(payload).strip()
        if raw in {b"", b"null"}:  # rule R7
            raw = b"{}"
        try:
            return self._value(node, raw, path)
        except Violation as violation:
            if violation.code != Violation.FORMATION or not self._can_fill(node):
                raise
            self._tell(violation.code, violation.description)
            return self._value(node, b"{}", path)

    def _can_fill(self, node: inspect.Type) -> bool:
        """Whether an empty object would do."""
        fields = node.fields if isinstance(node, inspect.StructType) else ()
        return all(not field.required or field.name in self._defaults for field in fields)

    def _utf8(self, payload: bytes) -> bytes:
        try:
            payload.decode()
        except UnicodeDecodeError:
            self._tell(Violation.FORMATION, "payload is no UTF-8")
            return payload.decode("utf-8", "replace").encode()
        return payload

    @singledispatchmethod
    def _value(self, node: inspect.Type, raw: bytes, path: str) -> Any:  # noqa: ANN401 - of the node's type
        """The value of a type; raises Violation."""
        raise NotImplementedError(node)

    @_value.register
    def _(self, node: inspect.UnionType, raw: bytes, path: str) -> Any:  # noqa: ANN401 - of the node's type
        return self._value(node.types[0], raw, path)  # the other is None

    @_value.register
    def _(self, node: inspect.RawType, raw: bytes, path: str) -> msgspec.Raw:
        return msgspec.Raw(raw)

    @_value.register
    def _(self, node: inspect.StructType, raw: bytes, path: str) -> Any:  # noqa: ANN401 - of the node's type
        members = self._members(self._single(raw, path), path)
        fields = {field.encode_name: field for field in node.fields}
        for name in (name for name in members if name not in fields):
            self._tell(Violation.FORMATION, f"unknown field {_below(path, name)[:60]}")
        values: dict[str, object] = {}
        for name, field in fields.items():
            if field.required or name in members:
                self._member(field, members.get(name), _below(path, name), values)
        try:
            return node.cls(**values)
        except ValueError as error:
            raise Violation(Violation.PROPERTY, f"{path}: {error}") from error

    def _member(
        self, field: inspect.Field, raw: bytes | None, path: str, values: dict[str, object]
    ) -> None:
        """Put the member among the values, unless the record's own default is to stand."""
        try:
            values[field.name] = self._given(field, raw, path)
        except Violation as violation:
            if field.required and field.name not in self._defaults:
                raise
            self._tell(violation.code, violation.description)
            if field.required:
                values[field.name] = self._defaults[field.name]

    def _given(self, field: inspect.Field, raw: bytes | None, path: str) -> object:
        if raw is None:
            raise Violation(Violation.OCCURENCE, f"{path} is missing")
        if bytes(raw) == b"null":
            raise Violation(Violation.TYPE, f"{path} sent as null")
        return self._value(field.type, bytes(raw), path)

    def _members(self, raw: bytes, path: str) -> dict[str, msgspec.Raw]:
        if _kind(raw) != "object":
            code = Violation.TYPE if path else Violation.FORMATION
            raise Violation(code, f"{path or 'payload'} sent as {_kind(raw)}")
        return _opened(_objects, raw, path)

    @_value.register
    def _(self, node: inspect.VarTupleType, raw: bytes, path: str) -> tuple[object, ...]:
        items = self._items(raw, path)
        if len(items) < (node.min_length or 0):
            self._tell(Violation.PROPERTY, f"{path} is empty")
        values: list[object] = []
        for item in items:
            try:
                values.append(self._value(node.item_type, bytes(item), path))
            except Violation as violation:  # the others are worth having
                self._tell(violation.code, violation.description)
        return tuple(values)

    def _items(self, raw: bytes, path: str) -> list[msgspec.Raw]:
        if _kind(raw) == "object":
            self._tell(Violation.TYPE, f"{path} sent as object")
            return [msgspec.Raw(raw)]
        if _kind(raw) != "list":
            raise Violation(Violation.TYPE, f"{path} sent as {_kind(raw)}")
        return _opened(_lists, raw, path)

    def _single(self, raw: bytes, path: str) -> bytes:
        """The one item of a list that stands where its item should."""
        if path and _kind(raw) == "list":
            items = self._items(raw, path)
            if len(items) == 1 and _kind(bytes(items[0])) != "list":
                self._tell(Violation.TYPE, f"{path} sent as list")
                return bytes(items[0])
        return raw

    @_value.register
    def _(self, node: inspect.StrType, raw: bytes, path: str) -> str:
        return self._text(raw, path, node.max_length)

    @_value.register
    def _(self, node: inspect.LiteralType, raw: bytes, path: str) -> str:
        text = self._text(raw, path, 255)
        if text not in node.values:  # kept: rule S5
            self._tell(Violation.PROPERTY, f"{path} has the unknown value {text[:40]!r}")
        return _word(text, node.values)

    def _text(self, raw: bytes, path: str, longest: int | None) -> str:
        text = self._written(raw, path, "string")
        if "\0" in text:
            self._tell(Violation.PROPERTY, f"{path} contains U+0000")
            text = text.replace("\0", "")
        if longest is not None and len(text) > longest:
            self._tell(Violation.PROPERTY, f"{path} longer than {longest}")
            text = text[: _EXCESS * longest]
        return text

    @_value.register
    def _(self, node: inspect.IntType, raw: bytes, path: str) -> int:
        text = self._written(raw, path, "number").strip()
        if _WHOLE.fullmatch(text):
            value = int(text)
        else:
            value = math.trunc(_finite(text, path))
            self._tell(Violation.TYPE, f"{path} sent as a fraction")
        if abs(value) > _LARGEST:
            raise Violation(Violation.PROPERTY, f"{path} is out of range")
        return value

    @_value.register
    def _(self, node: inspect.FloatType, raw: bytes, path: str) -> float:
        return _finite(self._written(raw, path, "number").strip(), path)

    @_value.register
    def _(self, node: inspect.BoolType, raw: bytes, path: str) -> bool:
        value = _BOOLEANS.get(self._written(raw, path, "boolean").strip().lower())
        if value is None:
            raise Violation(Violation.TYPE, f"{path} is no boolean")
        return value

    @_value.register
    def _(self, node: inspect.DateTimeType, raw: bytes, path: str) -> datetime:
        moment, flaw = times.read(self._written(raw, path, "string"))
        if moment is None:
            raise Violation(Violation.TYPE, f"{path} {flaw}")
        if flaw:
            self._tell(Violation.TYPE, f"{path} {flaw}")
        elif not times.plausible(moment):
            self._tell("", f"{path} is not plausible")
        return moment

    def _written(self, raw: bytes, path: str, expected: str) -> str:
        """A string's content, or a number or boolean as it is written."""
        raw = self._single(raw, path)
        kind = _kind(raw)
        if kind in {"object", "list", "null", "nothing"}:
            raise Violation(Violation.TYPE, f"{path} sent as {kind}")
        if kind != expected:
            self._tell(Violation.TYPE, f"{path} sent as {kind}")
        return _opened(_texts, raw, path) if kind == "string" else raw.decode()

    def _tell(self, code: str, text: str) -> None:
        self.faults.append(Fault(code, text.replace("\0", "")))


def _word(text: str, words: tuple[Any, ...]) -> str:
    """The word that is meant when it is but written in another case; else the text as it is."""
    folded = text.strip().casefold()
    return next((word for word in words if word.casefold() == folded), text)


def _opened(decoder: msgspec.json.Decoder[T], raw: bytes, path: str) -> T:
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Violation(Violation.FORMATION, f"{path or 'payload'} is unreadable") from error


def _kind(raw: bytes) -> str:
    return _KINDS.get(raw[0], "nothing") if raw else "nothing"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _finite(text: str, path: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise Violation(Violation.TYPE, f"{path} is no number" if text else f"{path} is empty")
    value = float(text)
    if not math.isfinite(value):
        raise Violation(Violation.PROPERTY, f"{path} is out of range")
    return value

"""OCPP-J frames (OCPP-J 1.6 section 4.2): text ⇄ Call, CallResult, CallError. Pure.

It stands in the domain because both sides speak it: the gateway routes frames, the inbox reads and
answers them.
"""

import re

import msgspec
import orjson

MAX_MESSAGE_ID = 36  # OCPP-J 4.1.4


class Number(str):
    """A message id that came as a JSON number, against the specification: its digits.

    It is written as the number it was, or the station would not know its own call.
    """

    __slots__ = ()


class Call(msgspec.Struct, frozen=True):
    """`[2, id, action, payload]`; the payload stays raw JSON."""

    id: str
    action: str
    payload: msgspec.Raw


class CallResult(msgspec.Struct, frozen=True):
    """`[3, id, payload]`."""

    id: str
    payload: msgspec.Raw


class CallError(msgspec.Struct, frozen=True):
    """`[4, id, code, description, details]`; what is missing or of another type reads as empty."""

    id: str
    code: str
    description: str
    details: msgspec.Raw


class Malformed(msgspec.Struct, frozen=True):
    """Not a frame. `id` is what could be read of one, "" when nothing could."""

    id: str
    code: str  # "FormationViolation", or "" when no CALLERROR may be sent (OCPP-J 4.1.3)
    reason: str


Frame = Call | CallResult | CallError | Malformed

_VIOLATION = "FormationViolation"  # the spelling of 1.6
_EMPTY = msgspec.Raw(b"{}")
_BEGINNING_OF_A_CALL = re.compile(rb'\s*\[\s*2\s*,\s*("(?:[^"\\]|\\.){1,36}")\s*,')
_NUMERALS = frozenset(b"%c" % character for character in b"-0123456789")
_array = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)
_integer = msgspec.json.Decoder(int)


def parse(text: str | bytes) -> Frame:
    """Read a frame; never raises."""
    frame = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    try:
        parts = _array.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        return _no_array(frame, error)
    try:
        kind = _integer.decode(parts[0])
    except (IndexError, msgspec.MsgspecError):
        return Malformed(_id_at(parts, 1), _VIOLATION, "the message type is no integer")
    if kind == 2:
        return _call(parts)
    if kind in (3, 4):
        return _answer(kind, parts)
    return Malformed("", "", "unknown message type")


def _no_array(frame: bytes, error: Exception) -> Malformed:
    """Broken JSON; when it begins like a CALL its id is saved: the station need not wait."""
    begin = _BEGINNING_OF_A_CALL.match(frame)
    message_id = _text_at([msgspec.Raw(begin[1])], 0) if begin else ""
    return Malformed(message_id, _VIOLATION, f"not a JSON array: {error}")


def _id_at(parts: list[msgspec.Raw], index: int) -> str:
    """The message id, "" when there is none. Stations in the field count in numbers."""
    if len(parts) > index and bytes(parts[index])[:1] in _NUMERALS:
        return Number(bytes(parts[index]).decode())
    return _text_at(parts, index)


def _text_at(parts: list[msgspec.Raw], index: int) -> str:
    try:
        return _text.decode(parts[index])
    except (IndexError, msgspec.MsgspecError, UnicodeError):
        return ""


def _object_at(parts: list[msgspec.Raw], index: int) -> msgspec.Raw:
    """The payload at an index; absent and null are equal to {} (OCPP-J 4.2.1)."""
    if len(parts) <= index or bytes(parts[index]) == b"null":
        return _EMPTY
    return parts[index]


def _call(parts: list[msgspec.Raw]) -> Frame:
    message_id, action = _id_at(parts, 1), _text_at(parts, 2)
    if not message_id:
        return Malformed("", _VIOLATION, "no message id")
    if len(message_id) > MAX_MESSAGE_ID:
        return Malformed(message_id, _VIOLATION, "the message id is longer than 36")
    if not action:
        return Malformed(message_id, _VIOLATION, "no action")
    if len(parts) != 4:
        return Malformed(message_id, _VIOLATION, "a CALL has four elements")
    return Call(message_id, action, _object_at(parts, 3))


def _answer(kind: int, parts: list[msgspec.Raw]) -> Frame:
    """A CALLRESULT or CALLERROR, read tolerantly: nobody may be told that an answer was wrong."""
    message_id = _id_at(parts, 1)
    if not message_id:
        return Malformed("", "", "an answer without a message id")
    if kind == 3:
        return CallResult(message_id, _object_at(parts, 2))
    return CallError(message_id, _text_at(parts, 2), _text_at(parts, 3), _object_at(parts, 4))


def call(message_id: str, action: str, payload: bytes) -> bytes:
    """`[2, id, action, payload]`, the payload exactly as given."""
    return b"[2,%b,%b,%b]" % (orjson.dumps(message_id), orjson.dumps(action), payload)


def result(message_id: str, payload: bytes) -> bytes:
    """`[3, id, payload]`."""
    return b"[3,%b,%b]" % (_written(message_id), payload)


def error(message_id: str, code: str, description: str) -> bytes:
    """`[4, id, code, description, {}]`; the description is cut to 255 characters."""
    said = orjson.dumps(code), orjson.dumps(description[:255])
    return b"[4,%b,%b,%b,{}]" % (_written(message_id), *said)


def _written(message_id: str) -> bytes:
    return message_id.encode() if isinstance(message_id, Number) else orjson.dumps(message_id)

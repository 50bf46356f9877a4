"""Signed meter values: which format they are in, and whether the signature is that of a key."""

import base64
import binascii
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from domain.evidence import ocmf
from domain.pki import meter_signatures
from domain.pki.meter_signatures import MeterKey, UnsupportedCurve
from domain.pki.reading import Unreadable

_LONGEST = 200_000  # characters of a value that is looked at
_ITSELF = "the signed value itself, vouched for by nobody"
_DEPTH = 3  # wrappings that are taken off: a structure, base64 and hex


class Verdict(StrEnum):
    """What a check comes to. Nothing else is ever said."""

    VERIFIED = "verified"
    FAILED = "failed"
    NOT_PRESENT = "not present"
    CANNOT_BE_CHECKED = "cannot be checked"


class PublicKey(msgspec.Struct, frozen=True):
    """A meter's public key as somebody told it, and who that was."""

    text: str
    source: str  # in words: who vouches for it


class Unwrapped(NamedTuple):
    """A signed value without what it was packed in."""

    format: str  # OCMF, ALFEN, EDL, XML, or "" when it is none that is known
    text: str
    public_key: str  # that came with it, "" when none did


class Judgement(msgspec.Struct, frozen=True):
    """What was found out of one signed value."""

    format: str
    verdict: Verdict
    why: str
    key: str = ""  # the public key it was checked with: DER in hex
    key_source: str = ""


def unwrap(value: str) -> Unwrapped:
    """What a SampledValue of the format SignedData holds, whatever it is packed in."""
    text, key = value.strip(), ""
    if len(text) > _LONGEST:
        return Unwrapped("", text, "")
    for _ in range(_DEPTH):
        if found := _format(text):
            return Unwrapped(found, text, key)
        inner, inner_key = _structure(text)
        text, key = (inner, inner_key or key) if inner else (_plain(text), key)
        if not text:
            break
    return Unwrapped(_format(text), text or value.strip(), key)


def judge(value: str, keys: Sequence[PublicKey]) -> Judgement:
    """Verify a signed value with the first of the keys, the one that is most to be trusted.

    A key that came with the value itself is used when there is no other: it can only refute.
    """
    unwrapped = unwrap(value)
    if unwrapped.format != "OCMF":
        name = unwrapped.format
        why = f"the format {name} is not verified here" if name else "its format is not known"
        return Judgement(name, Verdict.CANNOT_BE_CHECKED, why)
    if unwrapped.public_key:
        itself = PublicKey(unwrapped.public_key, _ITSELF)
        keys = [*keys, itself]
    try:
        return _judge(ocmf.parse(unwrapped.text), keys)
    except ocmf.NotOcmf as error:
        return Judgement("OCMF", Verdict.FAILED, str(error))


def _judge(signed: ocmf.Ocmf, keys: Sequence[PublicKey]) -> Judgement:
    if not keys:
        return _unchecked("no public key of the meter is known")
    told = keys[0]
    try:
        key = meter_signatures.read(told.text, signed.curve)
        why = _mismatch(signed, key)
    except UnsupportedCurve as error:
        return _unchecked(str(error), told)
    except Unreadable as error:
        return _unchecked(f"the public key cannot be read: {error}", told)
    verdict = Verdict.FAILED if why else Verdict.VERIFIED
    if told.source == _ITSELF and not why:
        return _unchecked("it fits the public key that came with it, and so would a forgery", told)
    notes = "; ".join([why or f"ECDSA on {key.curve} over SHA-256", *signed.notes])
    return Judgement("OCMF", verdict, notes, key.text, told.source)


def _mismatch(signed: ocmf.Ocmf, key: MeterKey) -> str:
    """Why the signature does not hold, "" when it does."""
    if signed.curve_named and not key.is_on(signed.curve):
        return f"the signature is on {signed.curve}, the public key on {key.curve}"
    if key.has_signed(signed.payload.encode(), signed.signature):
        return ""
    return "the signature is not that of these readings and this public key"


def _unchecked(why: str, key: PublicKey | None = None) -> Judgement:
    if key is None:
        return Judgement("OCMF", Verdict.CANNOT_BE_CHECKED, why)
    return Judgement("OCMF", Verdict.CANNOT_BE_CHECKED, why, key.text, key.source)


def _format(text: str) -> str:
    if text.startswith(ocmf.HEADER):
        return "OCMF"
    if text.startswith("AP;"):
        return "ALFEN"
    if text[:16].upper() == "1B1B1B1B01010101" or text.startswith("GxsbGwEBAQ"):
        return "EDL"  # SML, in hex or base64
    return "XML" if text.startswith("<") else ""


def _structure(text: str) -> tuple[str, str]:
    """The data and the key of a SignedMeterValue (OCA), ("", "") when it is none."""
    if not text.startswith("{"):
        return "", ""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return "", ""
    data, key = members.get("signedMeterData"), members.get("publicKey")
    return (
        (data.strip(), key if isinstance(key, str) else "") if isinstance(data, str) else ("", "")
    )


def _plain(text: str) -> str:
    """What hex or base64 stand for, "" when that is no text."""
    compact = "".join(text.split())
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, validate=True)):
        try:
            return decode(compact).decode()
        except (ValueError, binascii.Error):
            continue
    return ""

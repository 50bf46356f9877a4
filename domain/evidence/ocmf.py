"""OCMF, the Open Charge Metering Format: readings that a meter signed (SAFE e.V., version 1).

`OCMF|{payload}|{signature}`: what is signed is the text of the payload, to the byte. Pure.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

HEADER = "OCMF|"

_LONGEST = 200_000  # characters of one value
_DIGITS = 15  # before and behind the point of a reading
_ALGORITHM = re.compile(r"ECDSA-([A-Za-z0-9-]+)-SHA256")
_DEFAULT_ALGORITHM = "ECDSA-secp256r1-SHA256"
# 2.8 is energy given back, 3.8 to 10.8 are reactive and apparent; C0 to C3: OCMF's own, given back.
_NOT_IMPORTED = re.compile(r":(?:0?[2-9]|10|C[0-3])\.0?8\.", re.IGNORECASE)
_DER = "application/x-der"
_WH = MappingProxyType({"WH": Decimal(1), "KWH": Decimal(1000), "MWH": Decimal(1_000_000)})
# What a reading shares with the one before it where it says nothing itself.
_INHERITED = ("TM", "RI", "RU", "ST")


class NotOcmf(Exception):
    """The text is no OCMF; the message says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the meter, as signed. `wh` is None for what is no energy."""

    kind: str  # TX: B begin, C charging, E end, and rarer ones; "" when it says none
    time: str  # TM, as written: an instant and how the clock was set
    value: str  # RV, as written
    unit: str  # RU
    obis: str  # RI
    status: str  # ST: G is good
    wh: Decimal | None
    resolution_wh: Decimal  # what the last digit that is written stands for

    @property
    def is_import(self) -> bool:
        """Whether it is of energy taken, as far as its register is one that has a common name."""
        return not _NOT_IMPORTED.search(self.obis)

    @property
    def taken_at(self) -> datetime | None:
        """When the meter was read, by the station; None when it does not say so."""
        text = self.time.partition(" ")[0].replace(",", ".")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return moment if moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class Ocmf:
    """One signed set of readings."""

    payload: str  # the text that is signed
    members: Mapping[str, Any]  # the payload, read
    curve: str  # in the words of the specification
    signature: bytes
    curve_named: bool = True  # False: the format's own default
    notes: tuple[str, ...] = ()  # where it left the specification and was read all the same

    @property
    def readings(self) -> tuple[Reading, ...]:
        """In the order they are written; what a reading leaves out is as before."""
        return tuple(_readings(self.members.get("RD")))

    def text(self, member: str) -> str:
        """A member of the payload as text, "" when there is none."""
        value = self.members.get(member)
        return "" if value is None else str(value)


def parse(text: str) -> Ocmf:
    """Read a signed set of readings; raises NotOcmf."""
    if not text.startswith(HEADER) or len(text) > _LONGEST:
        raise NotOcmf("it does not begin with OCMF|")
    payload, bar, signature = text.removeprefix(HEADER).rstrip().rpartition("|")
    if not bar:
        raise NotOcmf("it has no signature")
    signed = _object(signature, "the signature")
    algorithm = str(signed.get("SA") or _DEFAULT_ALGORITHM)
    named = _ALGORITHM.fullmatch(algorithm)
    if named is None:
        raise NotOcmf(f"the algorithm {algorithm} is not one of OCMF")
    notes = [] if signed.get("SM", _DER) == _DER else [f"the signature says it is {signed['SM']}"]
    return Ocmf(
        payload=payload,
        members=_object(payload, "the payload"),
        curve=named[1],
        curve_named=bool(signed.get("SA")),
        signature=_bytes(signed, notes),
        notes=tuple(notes),
    )


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise NotOcmf(f"{what} is no JSON") from None
    if not isinstance(found, dict):
        raise NotOcmf(f"{what} is no JSON object")
    return found


def _bytes(signed: Mapping[str, Any], notes: list[str]) -> bytes:
    """The signature, by the encoding it names; stations in the field mix them up."""
    data, encoding = str(signed.get("SD") or ""), str(signed.get("SE") or "hex")
    if not data:
        raise NotOcmf("the signature is empty")
    for attempt in dict.fromkeys((encoding, "hex", "base64")):
        decoded = _decoded(data, attempt)
        if decoded is not None:
            if attempt != encoding:
                notes.append(f"the signature says it is {encoding} and is {attempt}")
            return decoded
    raise NotOcmf("the signature is neither hex nor base64")


def _decoded(data: str, encoding: str) -> bytes | None:
    try:
        if encoding == "hex":
            return bytes.fromhex(data)
        if encoding == "base64":
            return base64.b64decode(data, validate=True)
    except (ValueError, binascii.Error):
        pass
    return None


def _readings(rows: object) -> Iterator[Reading]:
    before: dict[str, Any] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            told = before | row
            before = {name: told[name] for name in _INHERITED if name in told}
            yield _reading(told)


def _reading(told: Mapping[str, Any]) -> Reading:
    value, unit = str(told.get("RV", "")), str(told.get("RU", ""))
    factor, number = _WH.get(unit.upper()), _number(value)
    known = factor is not None and number is not None
    return Reading(
        kind=str(told.get("TX") or ""),
        time=str(told.get("TM") or ""),
        value=value,
        unit=unit,
        obis=str(told.get("RI") or ""),
        status=str(told.get("ST") or ""),
        wh=number * factor if known else None,  # type: ignore[operator]  # both are known
        resolution_wh=_last_digit(number) * factor if known else Decimal(0),  # type: ignore[operator, arg-type]  # likewise
    )


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    fine = isinstance(exponent, int) and exponent >= -_DIGITS  # a text for NaN and infinity
    return number if fine and abs(number) < 10**_DIGITS else None


def _last_digit(number: Decimal) -> Decimal:
    return Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))

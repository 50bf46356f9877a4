"""What a meter signed against what the station said without a signature."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from domain.evidence import ocmf
from domain.evidence.bundle import Account, Signed
from domain.evidence.ocmf import NotOcmf, Ocmf, Reading
from domain.evidence.signed_values import Verdict, unwrap
from domain.model.values import folded

_BEGIN, _END, _GOOD = "B", "E", "G"
_COARSE = Decimal(1000)  # Wh: a meter that writes no less says nothing of a bill
_WHOLE = Decimal(1)  # Wh: OCPP has no less in a start and a stop


class Line(msgspec.Struct, frozen=True):
    """One thing that was looked at, and what came of it."""

    what: str
    verdict: Verdict
    why: str


def compare(account: Account) -> Iterator[Line]:
    """Whether the signed readings are those that are billed. Nothing without signed readings."""
    sets = list(_sets(account.signed_values))
    energies = [each for signed in sets for each in signed.readings if each.wh is not None]
    readings = [each for each in energies if each.is_import]
    if energies and not readings:
        registers = ", ".join(sorted({each.obis for each in energies}))
        why = f"what the meter signed is no energy that was taken: {registers}"
        yield Line("signed energy", Verdict.CANNOT_BE_CHECKED, why)
    if not readings:
        return
    yield _status(readings)
    begin, end = _ends(readings)
    told = account.transaction
    counts_alone = begin is not None and begin.wh == 0 and told.meter_start_wh != 0
    if counts_alone:
        why = "the signed register counts this session alone: only the difference can be compared"
        yield Line("signed readings and registers", Verdict.CANNOT_BE_CHECKED, why)
    else:
        yield _alike("signed reading at the start", begin, told.meter_start_wh)
        yield _alike("signed reading at the end", end, told.meter_stop_wh)
    yield _difference(begin, end, account.derivation.energy_wh)
    yield from _identities(sets, told.id_tag)


def _sets(values: Sequence[Signed]) -> Iterator[Ocmf]:
    """Those that are genuine; others say nothing."""
    for each in values:
        if each.judgement.verdict is Verdict.VERIFIED:
            try:
                yield ocmf.parse(unwrap(each.value).text)
            except NotOcmf:  # a bundle that was altered
                continue


def _ends(readings: Sequence[Reading]) -> tuple[Reading | None, Reading | None]:
    """What is marked as the begin and the end; without marks the first and the last."""
    begins = [each for each in readings if each.kind == _BEGIN]
    ends = [each for each in readings if each.kind == _END]
    if not begins and not ends and len(readings) > 1:
        return readings[0], readings[-1]
    return (begins[0] if begins else None), (ends[-1] if ends else None)


def _status(readings: Sequence[Reading]) -> Line:
    what = "state of the meter"
    bad = [each.status for each in readings if each.status not in {_GOOD, ""}]
    if bad:
        return Line(what, Verdict.FAILED, f"the meter says of its own readings: {', '.join(bad)}")
    if all(each.status for each in readings):
        return Line(what, Verdict.VERIFIED, f"good at all {len(readings)} signed readings")
    return Line(what, Verdict.NOT_PRESENT, "the meter does not say how it is")


def _alike(what: str, signed: Reading | None, wh: int | None) -> Line:
    if signed is None or signed.wh is None:
        return Line(what, Verdict.NOT_PRESENT, "the meter signed none that is marked so")
    if wh is None:
        return Line(
            what, Verdict.CANNOT_BE_CHECKED, "the station told no reading without signature"
        )
    why = f"signed {_written(signed)}, told {wh} Wh"
    return Line(what, _verdict(signed.wh - wh, _WHOLE, signed.resolution_wh), why)


def _difference(begin: Reading | None, end: Reading | None, energy: int | None) -> Line:
    what = "signed energy"
    if begin is None or end is None or begin.wh is None or end.wh is None:
        why = "it takes a signed reading at the start and one at the end"
        return Line(what, Verdict.NOT_PRESENT, why)
    if energy is None:
        return Line(what, Verdict.CANNOT_BE_CHECKED, "no energy is derived")
    if begin.obis != end.obis:
        why = f"the readings are of two registers: {begin.obis} and {end.obis}"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    signed = end.wh - begin.wh
    resolution = max(begin.resolution_wh, end.resolution_wh)
    why = f"signed {_plain(signed)} Wh, derived {energy} Wh"
    return Line(what, _verdict(signed - energy, _WHOLE, _WHOLE + resolution), why)


def _verdict(difference: Decimal, exact: Decimal, tolerance: Decimal) -> Verdict:
    """Equal, or as equal as the meter writes; one that writes too coarsely proves nothing."""
    if abs(difference) <= exact:
        return Verdict.VERIFIED
    if abs(difference) > tolerance:
        return Verdict.FAILED
    return Verdict.CANNOT_BE_CHECKED if tolerance >= _COARSE else Verdict.VERIFIED


def _identities(sets: Sequence[Ocmf], id_tag: str) -> Iterator[Line]:
    """Who charged, by the meter: often another kind of name than the tag."""
    names = {name for each in sets if (name := each.text("ID"))}
    if not names:
        return
    what, told = "signed identity", ", ".join(sorted(names))
    if {folded(name) for name in names} == {folded(id_tag)}:
        yield Line(what, Verdict.VERIFIED, f"{told}, as the transaction's tag")
    else:
        why = f"signed {told}, the tag is {id_tag}: it may be another name of the same driver"
        yield Line(what, Verdict.CANNOT_BE_CHECKED, why)


def _written(reading: Reading) -> str:
    return f"{reading.value} {reading.unit}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

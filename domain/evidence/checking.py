"""A bundle checked, with nothing but itself and a public key: one honest line for each thing."""

import struct
from collections.abc import Iterator, Mapping

import msgspec

from domain.chain import segments
from domain.evidence.account import NoTransaction, account
from domain.evidence.bundle import Account, Bundle, Proof
from domain.evidence.comparison import Line, compare
from domain.evidence.rows import texts_of
from domain.evidence.signed_values import Verdict
from domain.facts import UnknownTopic
from domain.pki import seals
from domain.sealing.literals import Unopenable, open_with

UNREADABLE = (  # what is raised by rows that nobody would have stored
    *(NoTransaction, Unopenable, UnknownTopic, msgspec.MsgspecError),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
)
_SEVERAL = 3  # of many problems as many are told


def check(bundle: Bundle, public_key: bytes | None = None) -> list[Line]:
    """All that can be found out. Without a public key, the one in the bundle is taken."""
    keys = _keys(bundle, public_key)
    return [
        _key(bundle, public_key),
        _signature(bundle, keys),
        _chain(bundle.proof, keys),
        *examine(bundle.proof),
    ]


def examine(proof: Proof) -> list[Line]:
    """What the rows themselves say, whoever has signed them."""
    lines = [_openings(proof), _completeness(proof)]
    try:
        found = account(proof.rows, proof.meter_keys)
    except UNREADABLE as error:
        why = f"the rows cannot be read: {type(error).__name__} {error}"
        return [*lines, Line("readings and energy", Verdict.FAILED, why)]
    return [*lines, _same(found, proof.account), _energy(found), *_signed(found), *compare(found)]


def failed(lines: list[Line]) -> bool:
    """Whether anything is wrong. What cannot be checked is not wrong."""
    return any(each.verdict is Verdict.FAILED for each in lines)


def _keys(bundle: Bundle, public_key: bytes | None) -> Mapping[str, bytes]:
    key = bundle.signature.public_key if public_key is None else public_key
    return {seals.key_id(key): key}


def _key(bundle: Bundle, public_key: bytes | None) -> Line:
    what, own = "public key", bundle.signature.public_key
    if public_key is None:
        why = f"none was given; the bundle brings {seals.key_id(own)}: compare it, or name one"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    if public_key != own:
        return Line(
            what, Verdict.FAILED, "the bundle is signed with another key than the one given"
        )
    return Line(what, Verdict.VERIFIED, f"the one given, {seals.key_id(own)}")


def _signature(bundle: Bundle, keys: Mapping[str, bytes]) -> Line:
    what = "signature of the bundle"
    if bundle.signature.algorithm != "Ed25519":
        why = f"the algorithm {bundle.signature.algorithm} is not known"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    if bundle.is_genuine(keys):
        return Line(what, Verdict.VERIFIED, f"Ed25519, key {bundle.signature.key_id}")
    return Line(what, Verdict.FAILED, "something was altered, or it is another key's")


def _chain(proof: Proof, keys: Mapping[str, bytes]) -> Line:
    what = "chain of the log"
    if proof.chain is None:
        why = proof.unchained or "the bundle has no segment of it"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    texts, count = texts_of(proof.rows), len(proof.rows.facts) + len(proof.rows.journal)
    if len(texts) != count:
        return Line(what, Verdict.FAILED, "two rows claim the same position")
    try:
        problems = segments.problems(proof.chain, texts, keys)
    except (struct.error, ValueError) as error:  # numbers that no chain has
        problems = [str(error)]
    if problems:
        return Line(what, Verdict.FAILED, _some(problems))
    blocks, checkpoint = proof.chain.blocks, proof.chain.checkpoint
    why = f"all {count} rows are in blocks {blocks[0].number} to {blocks[-1].number}"
    return Line(what, Verdict.VERIFIED, f"{why}, signed as checkpoint {checkpoint.number}")


def _openings(proof: Proof) -> Line:
    what = "sealed values"
    if not proof.rows.openings:
        return Line(what, Verdict.NOT_PRESENT, "none is disclosed")
    for each in proof.rows.openings:
        try:
            open_with(each.literal.encode(), each.key)
        except Unopenable:
            return Line(what, Verdict.FAILED, "a key does not open what it is said to open")
    count = len(proof.rows.openings)
    return Line(what, Verdict.VERIFIED, f"{count} opened with a key each, nothing else disclosed")


def _completeness(proof: Proof) -> Line:
    what = "completeness"
    stream = f"transaction:{proof.account.transaction.number}"
    versions = [each.version for each in proof.rows.facts if each.stream == stream]
    if sorted(versions) != list(range(1, len(versions) + 1)):
        return Line(what, Verdict.FAILED, f"facts of the transaction are missing: has {versions}")
    there = {(each.station, each.key) for each in proof.rows.journal}
    gone = set(proof.rows.gone)
    lacking = {
        f"{each.station} {each.cause}"
        for each in proof.rows.facts
        if (each.station, each.cause) not in there
    }
    if lacking - gone:
        return Line(what, Verdict.FAILED, f"frames are missing: {_some(sorted(lacking - gone))}")
    if lacking:
        why = f"{len(lacking)} rows of the journal are not kept any more: {_some(sorted(lacking))}"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    why = f"{len(versions)} facts of the transaction, from the first on, each with what caused it"
    return Line(what, Verdict.VERIFIED, why)


def _same(found: Account, told: Account) -> Line:
    what = "readings"
    if found != told:
        return Line(what, Verdict.FAILED, "the rows say something else than the bundle's account")
    frames, values = len(found.clock), len(found.readings)
    return Line(what, Verdict.VERIFIED, f"read again from {frames} frames: {values} meter values")


def _energy(found: Account) -> Line:
    what, energy = "energy", found.derivation.energy_wh
    recorded = found.derivation.recorded_wh
    if energy != recorded:
        why = f"derived again: {_wh(energy)}; on record: {_wh(recorded)}"
        return Line(what, Verdict.FAILED, why)
    if found.derivation.decided_by:
        by = found.derivation.decided_by
        why = f"{_wh(energy)} by the decision of {by}, which no frame can prove"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    if energy is None:
        return Line(what, Verdict.NOT_PRESENT, found.derivation.steps[-1].text)
    if told := found.derivation.unframed:
        why = f"{energy} Wh, which the record says and no frame: {told[0].text}"
        return Line(what, Verdict.CANNOT_BE_CHECKED, why)
    state = "" if found.derivation.final else ", provisional: the station has not stopped it"
    return Line(what, Verdict.VERIFIED, f"derived again from the frames: {energy} Wh{state}")


def _signed(found: Account) -> Iterator[Line]:
    what = "signed meter values"
    if not found.signed_values:
        yield Line(what, Verdict.NOT_PRESENT, "the station sent none")
    for each in found.signed_values:
        judged = each.judgement
        told = f"{judged.why}; key of {judged.key_source}" if judged.key_source else judged.why
        name = judged.format or "unknown format"
        yield Line(f"{what}: {name}, {each.context}", judged.verdict, told)


def _wh(energy: int | None) -> str:
    return "none" if energy is None else f"{energy} Wh"


def _some(problems: list[str]) -> str:
    told, more = problems[:_SEVERAL], len(problems) - _SEVERAL
    return "; ".join([*told, f"and {more} more"] if more > 0 else told)

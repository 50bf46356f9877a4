"""A check from beginning to end: of the database, or of a file somewhere else."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from commands import opening, publication
from commands.clock import SystemClock
from commands.refusal import Refusal
from commands.settings import Settings, SettingsError
from commands.verification import exported
from commands.verification.exported import ExportedChain, Preface, Unreadable, Witness
from commands.verification.stored import StoredChain
from domain.chain.checkpoints import Checkpoint
from domain.chain.findings import Finding, Problem
from domain.chain.rows import instant, micros
from domain.chain.verifying import Portion, Pruning, Tally, Verifier
from domain.log import Log
from domain.ocpp import times
from domain.pki import seals
from domain.ports import Clock
from projections import chain
from projections.chaining import behind
from projections.database import Database

_UNSIGNED = 3600.0  # s that blocks may be without a signature, or twice the interval

Watch = Callable[[int, int], None]  # is told how many blocks are done, of how many


class Checked(NamedTuple):
    """What came of a check."""

    findings: tuple[Finding, ...]
    tally: Tally
    unsealed: int = 0  # rows that no block has yet


class Verification:
    """Works on the database itself, beside the running system; blocking."""

    def __init__(self, stored: Log, database: Database, clock: Clock, *, interval: float) -> None:
        """`interval`: seconds between checkpoints."""
        self._stored, self._database, self._clock = stored, database, clock
        self._unsigned = int(max(2 * interval, _UNSIGNED) * 1e6)

    def check(
        self, keys: Mapping[str, bytes], published: Iterable[Checkpoint], *, watch: Watch, most: int
    ) -> Checked:
        """The whole chain, until so many findings; raises Unavailable.

        Once more when days were pruned meanwhile: what seems to be missing may have been told.
        """
        kept = tuple(published)
        while True:
            told = self._database.read(chain.prunings)
            checked = self._check(keys, told, kept, watch=watch, most=most)
            if not checked.findings or told == self._database.read(chain.prunings):
                return checked

    def _check(
        self,
        keys: Mapping[str, bytes],
        told: Sequence[Pruning],
        published: Sequence[Checkpoint],
        *,
        watch: Watch,
        most: int,
    ) -> Checked:
        late = behind(self._stored, self._database, self._clock)
        last = late.blocks
        verifier = Verifier(keys, told)
        source = StoredChain(self._stored, self._database, published=published)
        watched = _watched(source.portions(last), watch, first=1, last=last)
        findings = _found(verifier, watched, source.rest, most)
        if not findings and last and self._is_unsigned(verifier.tally):
            findings = (_unsigned(verifier.tally.signed),)
        return Checked(findings, verifier.tally, max(late.rows, 0))

    def _is_unsigned(self, tally: Tally) -> bool:
        """Whether blocks were sealed long after the last signature: somebody removed some."""
        signed = tally.signed
        return signed is None or tally.sealed_at - signed.at > self._unsigned

    def write(
        self, path: Path, since: datetime | None, until: datetime | None, *, watch: Watch
    ) -> tuple[int, int]:
        """Write what was sealed between two instants, up to a checkpoint; which blocks that is.

        Raises Refusal when there is none.
        """
        while True:
            told = self._database.read(chain.prunings)
            preface = self._preface(*self._signed(since, until), told)
            self._write(path, preface, watch=watch)
            if told == self._database.read(chain.prunings):  # else rows may have gone meanwhile
                return preface.first, preface.last

    def _preface(self, first: int, last: int, told: Sequence[Pruning]) -> Preface:
        return Preface(
            first=first,
            last=last,
            written_at=times.write(self._clock()),
            prunings=tuple(each for each in told if each.number >= first),
            witnesses=tuple(self._witnesses(each.number for each in told if each.number > last)),
        )

    def _witnesses(self, numbers: Iterable[int]) -> Iterator[Witness]:
        for number in numbers:
            found = self._database.read(chain.sealed_from, number, limit=1)
            signed = self._database.read(chain.checkpoints, after=number - 1, limit=1)
            for (block, _), checkpoint in zip(found, signed, strict=False):
                yield Witness(block=block, checkpoint=checkpoint)

    def _write(self, path: Path, preface: Preface, *, watch: Watch) -> None:
        first, last = preface.first, preface.last
        source = StoredChain(self._stored, self._database, first=first)
        part = path.with_name(f"{path.name}.part")
        with part.open("wb") as file:
            written = exported.write(file, preface, source.portions(last))
            for _ in _watched(written, watch, first=first, last=last):
                pass
        part.replace(path)

    def _signed(self, since: datetime | None, until: datetime | None) -> tuple[int, int]:
        first, last = self._database.read(
            chain.numbers,
            since=micros(since) if since else 0,
            until=micros(until) if until else 0,
        )
        after = self._database.read(chain.checkpoints, after=last - 1, limit=1)
        before = self._database.read(chain.checkpoints, before=last, limit=1, newest_first=True)
        signed = next(iter(after or before), None)
        if not last or signed is None or signed.number < first:
            raise Refusal("nothing was sealed and signed then")
        return first, signed.number


def check_file(path: Path, keys: Mapping[str, bytes], *, watch: Watch, most: int) -> Checked:
    """A file that was written, and nothing else; raises OSError."""
    verifier = Verifier(keys)
    try:
        source = ExportedChain(path)
        preface = source.preface
        verifier = Verifier(keys, preface.prunings, whole=preface.first == 1)
        watched = _watched(source.portions(), watch, first=preface.first, last=preface.last)
        unproven = tuple(map(_unproven, preface.unproven(keys)))
        findings = (*unproven, *_found(verifier, watched, lambda: (), most))[:most]
    except Unreadable as error:
        return Checked((Finding(Problem.ALTERED, "file", 0, detail=str(error)),), verifier.tally)
    signed = verifier.tally.signed
    if not findings and (signed is None or signed.number != preface.last):
        findings = (_unsigned(signed),)
    return Checked(findings, verifier.tally)


def trusted(texts: Iterable[str]) -> dict[str, bytes]:
    """Public keys by their ids, given as files or as they are; raises Refusal."""
    try:
        return {seals.key_id(key): key for key in map(_key, texts)}
    except ValueError as error:
        raise Refusal(f"no public key of checkpoints: {error}") from None


def _key(text: str) -> bytes:
    path = Path(text)
    is_file = "BEGIN" not in text and path.is_file()
    return seals.read_public_key(path.read_text() if is_file else text)


def kept_elsewhere(path: Path | None) -> list[Checkpoint]:
    """The checkpoints of a file that was published; raises OSError, Refusal."""
    if path is None:
        return []
    try:
        return publication.read(path)
    except ValueError as error:
        raise Refusal(f"{path} holds no checkpoints: {error}") from None


@contextmanager
def verification_of(settings: Settings) -> Iterator[Verification]:
    """Open the database for one command; raises Unavailable, SettingsError."""
    if settings.database_url == opening.MEMORY:
        raise SettingsError(f"{opening.MEMORY} is within the process that runs it")
    stored, database = opening.open_database(settings)
    try:
        interval = settings.checkpoint_interval
        yield Verification(stored, database, SystemClock(), interval=interval)
    finally:
        stored.close()
        database.close()


def own_keys(settings: Settings) -> dict[str, bytes]:
    """The installation's public key, by its id; raises SettingsError."""
    seal = seals.Seal(opening.kept_secret_key(settings))
    return {seal.key_id: seal.public_key}


def _found(
    verifier: Verifier,
    portions: Iterable[Portion],
    rest: Callable[[], Iterable[Checkpoint]],
    most: int,
) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for portion in portions:
        findings += verifier.check(portion)
        if len(findings) >= most:
            return tuple(findings[:most])
    return (*findings, *verifier.check_rest(rest()))[:most]


def _unsigned(signed: Checkpoint | None) -> Finding:
    at = f"the last one is of {times.write(instant(signed.at))}" if signed else "there is none"
    number = signed.number if signed else 0
    return Finding(Problem.UNSIGNED, "block", number + 1, detail=f"no checkpoint follows; {at}")


def _unproven(told: Pruning) -> Finding:
    detail = "it is said to tell of pruned rows, and no genuine checkpoint shows it"
    return Finding(Problem.FORGED, "block", told.number, detail=detail)


def _watched(
    portions: Iterable[Portion], watch: Watch, *, first: int, last: int
) -> Iterator[Portion]:
    for portion in portions:
        yield portion
        watch(portion.block.number - first + 1, last - first + 1)

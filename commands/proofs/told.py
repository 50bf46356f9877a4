"""Proofs at a terminal: files in, lines out."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from commands.proofs import page
from commands.refusal import Refusal
from domain.evidence import bundle
from domain.evidence.bundle import Bundle, NotABundle
from domain.evidence.checking import check, failed
from domain.evidence.comparison import Line
from domain.pki import seals


class Told(NamedTuple):
    """What a check came to."""

    headline: str
    rows: list[dict[str, str]]
    failed: bool


def handed_over(file: Path) -> tuple[Bundle, list[Line]]:
    """A bundle in a file, or in a page of it and what is to be said of that.

    Raises OSError, Refusal.
    """
    text = file.read_bytes()
    try:
        return bundle.read(page.inside(text)), list(page.shown(text))
    except NotABundle as error:
        raise Refusal(f"{file}: {error}") from None


def tell(found: Bundle, public_key: bytes | None, further: Sequence[Line] = ()) -> Told:
    """A line for each thing that was looked at; `further` are those of the page it was in."""
    told, energy = found.proof.account.transaction, found.proof.account.derivation.energy_wh
    amount = "no energy" if energy is None else f"{energy} Wh"
    lines = [*further, *check(found, public_key)]
    return Told(
        headline=f"transaction {told.number}, {told.station}, connector {told.connector}: {amount}",
        rows=[
            {"verdict": each.verdict.value, "what": each.what, "why": each.why} for each in lines
        ],
        failed=failed(lines),
    )


def public_key(given: str) -> bytes | None:
    """The key that is given, in a file or itself, None when none is; raises Refusal."""
    if not given:
        return None
    try:
        return seals.read_public_key(key_text(given))
    except ValueError as error:
        raise Refusal(f"--public-key: {error}") from None


def key_text(given: str) -> str:
    """A key, or what the file holds that it names."""
    path = Path(given)
    try:
        text = path.read_text() if "BEGIN" not in given and path.is_file() else given
    except (OSError, UnicodeDecodeError):  # too long for a name, or no text
        text = given
    return text


def in_one_line(text: str) -> str:
    """PEM is base64 between two lines: the same without them."""
    return "".join(line for line in text.split("\n") if not line.startswith("-----")).strip()

"""A proof as a page for people: one file, without scripts, with the bundle itself inside."""

import base64
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from commands.proofs import sections
from commands.proofs.markup import Markup, tag
from domain.evidence import bundle
from domain.evidence.bundle import Bundle, NotABundle
from domain.evidence.checking import UNREADABLE, check
from domain.evidence.comparison import Line
from domain.evidence.signed_values import Verdict

MEDIA_TYPE = "text/html; charset=utf-8"
_INSIDE = re.compile(
    rb'<script type="application/json" id="proof">(.*?)</script>', re.DOTALL | re.ASCII
)


def page(text: bytes) -> str:
    """The page of a bundle; raises NotABundle."""
    found = bundle.read(text)
    lines = check(found)
    number = found.proof.account.transaction.number
    body = Markup("").join(
        (
            sections.head(found.proof),
            _sum(lines),
            sections.checks(lines),
            sections.summary(found.proof.account.transaction),
            sections.derivation(found.proof.account.derivation),
            sections.signed_values(found.proof),
            sections.readings(found.proof.account.readings),
            sections.clock(found.proof.account.clock),
            sections.deeds(found.proof.account.deeds),
            sections.frames(found.proof),
            _origin(found),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Proof of transaction {number}</title><style>{_style()}</style></head>"
        f'<body><main>{body}</main><script type="application/json" id="proof">'
        f"{_harmless(text)}</script></body></html>\n"
    )


def policy() -> str:
    """What a browser may do with the page: apply its style, and nothing else."""
    digest = base64.b64encode(sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"


def inside(text: bytes) -> bytes:
    """The bundle in a page; the text itself when it is no page. Raises NotABundle."""
    if text.lstrip()[:1] != b"<":
        return text
    found = _INSIDE.search(text)
    if found is None:
        raise NotABundle("it is a page without a proof inside")
    return found[1]


def shown(text: bytes) -> Iterator[Line]:
    """Whether a page shows what the bundle in it says; nothing when it is no page."""
    found = inside(text)
    if found is text:
        return
    what = "page"
    try:
        is_same = page(found).encode() == text
    except UNREADABLE as error:
        yield Line(what, Verdict.FAILED, f"none can be made of the bundle inside: {error}")
        return
    if is_same:
        yield Line(what, Verdict.VERIFIED, "it shows what the bundle inside says, to the byte")
    else:
        why = "it was altered, or another release has made it: only the bundle inside was checked"
        yield Line(what, Verdict.CANNOT_BE_CHECKED, why)


def _style() -> str:
    return Path(__file__).with_name("page.css").read_text()


def _harmless(text: bytes) -> str:
    """The same JSON, in which nothing ends or begins an element."""
    return text.decode().replace("<", "\\u003c")


def _sum(lines: Sequence[Line]) -> Markup:
    """One sentence before all others."""
    bad = [each.what for each in lines if each.verdict is Verdict.FAILED]
    unchecked = [each.what for each in lines if each.verdict is Verdict.CANNOT_BE_CHECKED]
    if bad:
        return tag("p", f"Not proven. Failed: {', '.join(bad)}.", class_="sum bad")
    good = sum(each.verdict is Verdict.VERIFIED for each in lines)
    if unchecked:
        told = f"{good} checks verified, none failed. Not checked here: {', '.join(unchecked)}."
        return tag("p", told, class_="sum open")
    return tag("p", f"All {good} checks verified.", class_="sum")


def _origin(found: Bundle) -> Markup:
    chain = found.proof.chain
    checkpoint = (
        f", checkpoint {chain.checkpoint.number} ({chain.checkpoint.digest})" if chain else ""
    )
    return tag("h2", "Check it yourself") + tag(
        "p",
        f"Signed with the Ed25519 key {found.signature.key_id}{checkpoint}. This page was made by"
        " whoever runs the stations: do not take its word for it. It holds the whole bundle;"
        " ampledger proof --check FILE --public-key KEY checks this very file on a machine of"
        " your own, without a network and without us.",
    )

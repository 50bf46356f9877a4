"""Which parts of a text are personal: tags of tokens, wherever stations and operators write them.

A text is JSON, JSON in strings of JSON to any depth, or broken JSON: it is searched, not parsed, so
that what a station sends can be put back to the byte.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from domain.model.values import folded

NAMES = frozenset(
    {
        *("idtag", "id_tag", "parentidtag", "parent_id_tag", "parent", "stop_id_tag"),
        "idtoken",  # what OCPP 2.0.1 calls it
    }
)  # members that hold a tag, in any case
OF_OWNER = frozenset({"note", "result"})  # members of what is about one token, in any words
_WORDS = rb"(?:stop_)?id_?tag|parent(?:_?id_?tag)?|idtoken"
_BLANKS = rb"(?:\s|\\+[nrt])*"
_OPENING = rb"(?:[\s\[]|\\+[nrt])*"  # a value that is sent as a list of it is read too
_QUOTE = re.compile(rb'(?<!\\)(\\*+)"')  # each run of backslashes is looked at once
_TOKEN = re.compile(rb'"token:')
_ROWS = re.compile(rb'"(?:entries|changes)"\s*:\s*"')
_SAID = rb'((?:[^"\\]|\\[\s\S])++)'
_TOLD = (  # in sentences of ours; what is not matched is not looked at again
    re.compile(rb'\bid_tag: ((?:[^"\\]|\\[\s\S])+?)(?=, \w+: |"|\\?\Z)'),
    re.compile(rb' Wh, reason (?:(?! Wh, reason )[^"\\])*?, idTag (?!-(?:"|\Z))%b' % _SAID),
)
_SPELLED = rb'(?:[^"\\]{0,60}?\\+u00[0-9a-fA-F]{2}){1,30}[^"\\]{0,60}'  # a name with escapes
_LONGEST = 500  # characters of a tag that are read from a frame
_ROW = 4  # strings of an entry on a local list: the first and the last are tags


class Span(NamedTuple):
    """A personal part of a text, and the token whose key seals it."""

    start: int
    end: int
    tag: str  # folded
    quote: bytes = b""  # that a value without quotes gets, b"" for the content of a string
    named: bool = False  # the folded tag itself, as a name: it takes no secret


def find(text: bytes, *, owner: str = "", rows: bool = False) -> list[Span]:
    """The personal parts of a text, in order.

    `owner` is the tag of the token that the text is about, "" for none; `rows`: it has entries of
    local lists.
    """
    if not (owner or rows or may_be_personal(text)):
        return []
    spans = list(_members(text, owner))
    if b'"token:' in text:
        spans += _strings(text)
    if b"id_tag: " in text or b", idTag " in text:
        spans += _sentences(text)
    if rows:
        spans += _entries(text)
    return _apart(spans) if len(spans) > 1 else spans


def tag_in(text: str) -> str:
    """A tag as it is compared and as databases take it; no more of it than is read of a frame."""
    return folded(text[:_LONGEST]).replace("\0", "\ufffd").encode(errors="replace").decode()


def may_be_personal(text: bytes) -> bool:
    """Seldom wrong, and in a fraction of the time of a search."""
    lower = text.lower()
    return (
        b"tag" in lower
        or b"parent" in lower
        or b"token" in lower
        or b"ocmf" in lower
        or b"\\u00" in lower
    )


@lru_cache(maxsize=8)
def _pattern(*, owned: bool, metered: bool, spelled: bool) -> re.Pattern[bytes]:
    """Of members, in lower case."""
    words = [_WORDS]
    if owned:
        words.append(b"note|result")
    if metered:
        words.append(b"id")  # who is identified, in OCMF
    if spelled:
        words.append(_SPELLED)
    value = rb'(?:(\\*)"|([-+.\w]+))'
    return re.compile(rb'"(%b)(\\*)"%b:%b%b' % (b"|".join(words), _BLANKS, _OPENING, value))


def _members(text: bytes, owner: str) -> Iterator[Span]:
    lower = text.lower()
    spelled = b"\\u00" in lower
    pattern = _pattern(owned=bool(owner), metered=b"OCMF" in text, spelled=spelled)
    for found in pattern.finditer(lower):
        depth = _backslashes_before(lower, found.start())
        name = text[found.start(1) : found.end(1)]
        if len(found[2]) != depth or not _is_meant(name):
            continue
        whose = owner if name.lower() in {b"note", b"result"} else ""
        if found[3] is None:
            yield from _bare(text, found, depth, whose)
        elif len(found[3]) == depth:
            yield from _string(text, found.end(), depth, whose)


def _bare(text: bytes, found: re.Match[bytes], depth: int, whose: str) -> Iterator[Span]:
    """A value that is no string."""
    start, end = found.span(4)
    if text[start:end] != b"null":
        quote = text[found.start() - depth : found.start() + 1]
        yield Span(start, end, whose or tag_in(text[start:end].decode(errors="replace")), quote)


def _is_meant(name: bytes) -> bool:
    """The one name that counts in its own case is that of OCMF."""
    if b"\\" in name:
        return _unescaped(name, 0).lower() in NAMES
    return len(name) > 2 or name == b"ID"  # its letters


def _strings(text: bytes) -> Iterator[Span]:
    """Strings that begin with "token:": subjects, keys of records."""
    for found in _TOKEN.finditer(text):
        depth = _backslashes_before(text, found.start())
        for span in _string(text, found.end(), depth, ""):
            yield span._replace(named=text[span.start : span.end] == span.tag.encode())


def _sentences(text: bytes) -> Iterator[Span]:
    for pattern in _TOLD:
        for found in pattern.finditer(text):
            yield Span(*found.span(1), tag_in(_unescaped(found[1], 0)))


def _entries(text: bytes) -> Iterator[Span]:
    """The entries of a local list: arrays of four strings, in a string."""
    for found in _ROWS.finditer(text):
        place, stop, count = found.end(), _end(text, found.end(), 0), 0
        while (opening := text.find(b'\\"', place, stop)) >= 0:
            begin = opening + 2
            end = _end(text, begin, 1)
            if count % _ROW in {0, _ROW - 1}:
                yield from _string(text, begin, 1, "")
            place, count = end + 2, count + 1


def _string(text: bytes, begin: int, depth: int, whose: str) -> Iterator[Span]:
    """The content of a string that begins here; nothing when it is empty."""
    end = _end(text, begin, depth)
    if end > begin:
        yield Span(begin, end, whose or tag_in(_unescaped(text[begin:end], depth)))


def _end(text: bytes, begin: int, depth: int) -> int:
    """Where the content of a string ends whose quotes have so many backslashes before them.

    Each level of strings doubles backslashes: a quote is content when it is escaped at its level.
    """
    period = 2 * (depth + 1)
    for quote in _QUOTE.finditer(text, begin):
        backslashes = len(quote[1])
        if backslashes % period == depth:
            return quote.end() - 1 - depth
        if backslashes % period != period - 1:
            return quote.start()  # of a level further out: ours was cut off
    return len(text)


def _backslashes_before(text: bytes, place: int) -> int:
    start = place
    while start and text[start - 1] == 0x5C:
        start -= 1
    return place - start


def _unescaped(content: bytes, depth: int) -> str:
    text = content.decode(errors="replace")
    while "\\" in text and depth >= 0:
        try:
            text = str(json.loads(f'"{text}"', strict=False))
        except ValueError:
            break
        depth = (depth - 1) // 2
    return text


def _apart(spans: list[Span]) -> list[Span]:
    """In order, and none within another."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart

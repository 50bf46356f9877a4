"""A sealed literal: what stands in the log in place of one personal value.

`~1.<pseudonym>.<nonce and ciphertext>` is the content of a JSON string, `"~2.…"` with its quotes a
bare JSON value such as a number. AES-256-GCM; the key of a value is HMAC-SHA256(key of its token,
nonce): it discloses that one value and no other. `~3.<pseudonym>` is the folded tag itself: the
keyring knows it. What looks like a literal and is none is escaped.
"""

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hmac import digest
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.ports import TokenKey

_NONCE = 12  # bytes
_BACKSLASH = 0x5C
_LITERAL = re.compile(
    rb"~(?:([12])\.(anon-[a-z2-7]{12})\.([A-Za-z0-9_-]{38,})|3\.(anon-[a-z2-7]{12})|([123])~)"
)
_FORGED = re.compile(rb"~([123])")
_PSEUDONYM = re.compile(r"anon-[a-z2-7]{12}")


class Unopenable(Exception):
    """The key does not belong to the literal, or one of them was altered."""


class Literal(NamedTuple):
    """A sealed value as it stands in a text."""

    start: int
    end: int
    text: bytes  # without the quotes of a bare value
    pseudonym: str


def is_pseudonym(text: str) -> bool:
    """Whether a text could be the pseudonym of a token."""
    return _PSEUDONYM.fullmatch(text) is not None


def has_any(text: bytes) -> bool:
    """Whether there may be a literal in a text, or something escaped."""
    return b"~" in text


def reference(key: TokenKey) -> bytes:
    """The literal of a folded tag, where it is but a name."""
    return b"~3." + key.pseudonym.encode()


def seal(content: bytes, key: TokenKey, *, bare: bool = False) -> bytes:
    """The literal of a value."""
    nonce = os.urandom(_NONCE)
    pseudonym = key.pseudonym.encode()
    cipher = AESGCM(digest(key.secret, nonce, "sha256"))
    sealed = urlsafe_b64encode(nonce + cipher.encrypt(nonce, content, pseudonym)).rstrip(b"=")
    return b"~%d.%b.%b" % (2 if bare else 1, pseudonym, sealed)


def open_with(literal: bytes, value_key: bytes) -> bytes:
    """The value of a literal by the key of that value; raises Unopenable."""
    try:
        _, pseudonym, sealed = literal.split(b".")
        found = _binary(sealed)
        return AESGCM(value_key).decrypt(found[:_NONCE], found[_NONCE:], pseudonym)
    except (InvalidTag, ValueError) as error:
        raise Unopenable(literal.decode(errors="replace")) from error


def value_key(literal: bytes, secret: bytes) -> bytes:
    """The key of one value, from the key of its token."""
    return digest(secret, _binary(literal.rpartition(b".")[2])[:_NONCE], "sha256")


def literals(text: bytes) -> Iterator[Literal]:
    """The sealed values in a text."""
    for found in _LITERAL.finditer(text):
        if pseudonym := found[2]:
            start, end = found.span()
            quote = _quotes(text, start) if found[1] == b"2" else 0
            yield Literal(start - quote, end + quote, found[0], pseudonym.decode())


def pseudonyms_in(text: bytes) -> Iterator[str]:
    """Whose values and names are in a text."""
    for found in _LITERAL.finditer(text):
        if pseudonym := found[2] or found[4]:
            yield pseudonym.decode()


def opened(text: bytes, keys: Mapping[str, TokenKey]) -> bytes:
    """A text with its values, to the byte; with pseudonyms for those whose key is not there."""
    if not has_any(text):
        return text
    parts: list[bytes] = []
    place = 0
    for found in _LITERAL.finditer(text):
        start, end = found.span()
        kind, pseudonym, _, named, forged = found.groups()
        if forged is not None:
            value = b"~" + forged
        elif named is not None:
            key = keys.get(named.decode())
            value = key.tag.encode() if key and key.secret else named
        else:
            value = _content(found[0], pseudonym, keys)
            if kind == b"2" and value is not pseudonym and value is not found[0]:
                quote = _quotes(text, start)
                start, end = start - quote, end + quote
        parts += (text[place:start], value)
        place = end
    return b"".join((*parts, text[place:]))


def openings(text: bytes, keys: Mapping[str, TokenKey]) -> list[tuple[bytes, bytes]]:
    """Every literal in a text whose key is there, with the key that opens it and nothing else."""
    return [
        (each.text, value_key(each.text, key.secret))
        for each in literals(text)
        if (key := keys.get(each.pseudonym)) and key.secret
    ]


def disclosed(text: bytes, value_keys: Mapping[bytes, bytes]) -> bytes:
    """A text with the values that `openings` told the keys of; raises Unopenable."""
    parts: list[bytes] = []
    place = 0
    for each in literals(text):
        key = value_keys.get(each.text)
        value = open_with(each.text, key) if key else opened(text[each.start : each.end], {})
        parts += (opened(text[place : each.start], {}), value)
        place = each.end
    return b"".join((*parts, opened(text[place:], {})))


def escaped(text: bytes) -> bytes:
    """A text in which nothing is taken for a literal."""
    return _FORGED.sub(rb"~\1~", text) if has_any(text) else text


def _quotes(text: bytes, start: int) -> int:
    """How many bytes the quote before a literal has, with the backslashes of its level."""
    begin = start - 1
    while begin and text[begin - 1] == _BACKSLASH:
        begin -= 1
    return start - begin


def _content(literal: bytes, pseudonym: bytes, keys: Mapping[str, TokenKey]) -> bytes:
    key = keys.get(pseudonym.decode())
    if key is None or not key.secret:
        return pseudonym
    try:
        return open_with(literal, value_key(literal, key.secret))
    except Unopenable:
        return literal  # altered: it is shown as it is


def _binary(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))

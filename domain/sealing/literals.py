"""A sealed literal: what stands in the log in place of one personal value.

`~1.<pseudonym>.<nonce and ciphertext>` is the content of a JSON string, `"~2.…"` with its quotes a
bare JSON value such as a number. AES-256-GCM; the key of a value is HMAC-SHA256(key of its token,
nonce): it discloses that one value and no other. What looks like a literal and is none is escaped.
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
_NAME = rb"(anon-[a-z2-7]{12})\.([A-Za-z0-9_-]{38,})"
_LITERAL = re.compile(rb'~1\.%b|\\*"~2\.%b\\*"|~([12])~' % (_NAME, _NAME))
_FORGED = re.compile(rb"~([12])")
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
    return b"~1" in text or b"~2" in text


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
        if found[5] is None:
            pseudonym = (found[1] or found[3]).decode()
            start, end = found.span()
            yield Literal(start, end, found[0].strip(b'\\"'), pseudonym)


def opened(text: bytes, keys: Mapping[str, TokenKey]) -> bytes:
    """A text with its values, to the byte; with pseudonyms for those whose key is not there."""

    def _value(found: re.Match[bytes]) -> bytes:
        if found[5] is not None:
            return b"~" + found[5]
        if found[1] is not None:
            return _content(found[0], found[1], keys)
        literal = found[0].strip(b'\\"')
        quote = found[0][: found[0].index(b"~")]
        content = _content(literal, found[3], keys)
        return quote + content + quote if content in {literal, found[3]} else content

    return _LITERAL.sub(_value, text) if has_any(text) else text


def openings(text: bytes, keys: Mapping[str, TokenKey]) -> list[tuple[bytes, bytes]]:
    """Every literal in a text whose key is there, with the key that opens it and nothing else."""
    return [
        (each.text, value_key(each.text, key.secret))
        for each in literals(text)
        if (key := keys.get(each.pseudonym)) and key.secret
    ]


def disclosed(text: bytes, value_keys: Mapping[bytes, bytes]) -> bytes:
    """A text with the values that `openings` told the keys of; raises Unopenable."""
    parts, place = [], 0
    for each in literals(text):
        parts.append(opened(text[place : each.start], {}))
        if key := value_keys.get(each.text):
            parts.append(open_with(each.text, key))
        else:
            parts.append(opened(text[each.start : each.end], {}))
        place = each.end
    return b"".join((*parts, opened(text[place:], {})))


def escaped(text: bytes) -> bytes:
    """A text in which nothing is taken for a literal."""
    return _FORGED.sub(rb"~\1~", text) if has_any(text) else text


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

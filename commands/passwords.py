"""The passwords that people choose: what is one, what is kept of it, and whether one fits."""

import unicodedata

from gateway import passwords

SHORTEST, LONGEST = 12, 128  # characters
_CONTROL = frozenset({"Cc", "Cs"})  # categories of characters that nobody types on purpose
_NOBODYS = (  # of what nobody has typed: who has no password costs as much as who has one
    "$argon2id$v=19$m=19456,t=2,p=1$CW+yXWEYj9kUI/wJpB48yA$"
    "WWgrniqGlbIaikm/prE1D1ct59gZDjKOIbO0nDrKUJU"
)


class Unfit(Exception):
    """This can be no password; the message says why, and does not repeat it."""


def hash_of(password: str, user: str) -> str:
    """What is kept of a new password of a user; raises Unfit. Takes some 30 ms."""
    text = _normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise Unfit(f"a password has {SHORTEST} to {LONGEST} characters")
    if any(unicodedata.category(letter) in _CONTROL for letter in text):
        raise Unfit("a password has no control characters")
    if text.casefold() == _normal(user).casefold():
        raise Unfit("a password is not the name of its user")
    return passwords.hash_secret(_bytes(text))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is what the hash was made of; takes as long when there is no hash."""
    known = passwords.is_secret(password_hash or _NOBODYS, _bytes(_normal(password)))
    return known and password_hash is not None


def _normal(text: str) -> str:
    """The same for every keyboard: é may come as one character or as two (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

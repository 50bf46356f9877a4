"""JSON of stations within our own: as it was sent, but for numbers that nobody can read."""

import re

import orjson

_MOST = 308  # digits of the greatest number that a double holds
_LONG = re.compile(rf"\d{{{_MOST + 1}}}|\d[eE]\+?\d{{3}}", re.ASCII)
_TEXT_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*', re.ASCII | re.DOTALL)


def fragment(text: str) -> orjson.Fragment:
    """A payload for an answer. Readers stop at numbers without end: a station must not stop them.

    Such a number is shown as a text with its digits.
    """
    return orjson.Fragment(_TEXT_OR_NUMBER.sub(_shown, text) if _LONG.search(text) else text)


def _shown(found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith('"') or _is_readable(token):
        return token
    return f'"{token}"'


def _is_readable(number: str) -> bool:
    return len(number) <= _MOST and abs(float(number)) != float("inf")
